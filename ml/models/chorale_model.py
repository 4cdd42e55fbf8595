"""ChoraleModel: an exact likelihood of chorales on a grid, a trunk over blocks of frames and a head for each voice."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.models.chorale_dropout import FeatureEmbedding, SharedDropout
from ml.models.chorale_head import VoiceHead
from ml.models.chorale_trunk import ROTATIONS, TRUNKS, ChoraleTrunk, LayerState
from ml.tensors.chorale_batch import ChoraleBatch, VoicePlaces
from ml.tensors.chorale_grid import FORMATS, GridFormat
from ml.tensors.chorale_past import HELD_LIMIT, HOMES, MOTIONS
from ml.tensors.chorale_pitch import relative, relative_size

LARGEST = {"width": 1024, "layers": 8, "attention_layers": 8, "heads": 16, "head_width": 1024, "stride": 16}
"""Largest values that a config may name: a checkpoint is untrusted."""


@dataclass(frozen=True)
class ChoraleConfig:
    """Everything that decides the shapes. `form` names a grid format; `order` is the order in which the voices of a
    frame are written, each seeing those before it; the trunk reads `stride` frames at a time."""

    form: str = "JSB-16"
    trunk: str = "lstm"
    width: int = 224
    layers: int = 1
    attention_layers: int = 1
    heads: int = 4
    head_width: int = 192
    stride: int = 4
    order: tuple[int, ...] = (0, 3, 1, 2)
    dropout: float = 0.5
    input_dropout: float = 0.25
    head_dropout: float = 0.35
    feature_dropout: float = 0.12

    def __post_init__(self) -> None:
        if self.form not in FORMATS:
            raise ValueError(f'"{self.form}" is not a grid that I know ({", ".join(FORMATS)}).')
        if self.trunk not in TRUNKS:
            raise ValueError(f'"{self.trunk}" is not a trunk that I know ({", ".join(TRUNKS)}).')
        for name, largest in LARGEST.items():
            value = getattr(self, name)
            if type(value) is not int or not (0 if name == "attention_layers" else 1) <= value <= largest:
                raise ValueError(f"{name} must be a whole number up to {largest}, not {value!r}.")
        for name in ("dropout", "input_dropout", "head_dropout", "feature_dropout"):
            value = getattr(self, name)
            if not (isinstance(value, float | int) and 0 <= value < 1):
                raise ValueError(f"{name} must lie between 0 and 1, not {value!r}.")
        form = self.grid
        if sorted(self.order) != list(range(form.voices)) or (form.sets and list(self.order) != sorted(self.order)):
            raise ValueError(f"order must name the voices 0 to {form.voices - 1} once each, not {self.order!r}.")
        if self.width % self.heads or self.width // self.heads < 2 * ROTATIONS:
            raise ValueError(f"A width of {self.width} does not give {self.heads} heads {2 * ROTATIONS} entries each.")

    @property
    def grid(self) -> GridFormat:
        return FORMATS[self.form]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "order": list(self.order)}

    @staticmethod
    def from_json(data: Any) -> ChoraleConfig:
        """Raises ValueError with a sentence for anything that is not a config of this version."""
        if not isinstance(data, dict):
            raise ValueError("The configuration is not a JSON object.")
        if unknown := set(data) - {field.name for field in fields(ChoraleConfig)}:
            raise ValueError(f"The configuration has unknown entries: {', '.join(sorted(map(str, unknown)))}.")
        order = data.get("order", [])
        if not isinstance(order, list) or not all(type(voice) is int for voice in order):
            raise ValueError("order must be a list of voices.")
        return ChoraleConfig(**{**data, "order": tuple(order)} if order else data)


class FrameEmbedding(nn.Module):
    """Blocks of `stride` frames to vectors, (rows, blocks, width): the last frame in full, the middle one in short."""

    def __init__(self, config: ChoraleConfig) -> None:
        super().__init__()
        self.form, self.stride = config.grid, config.stride
        voices = self.form.voices
        pitch = relative_size(self.form)
        every = [pitch] * voices + [MOTIONS] * voices
        last = [13] * (2 * voices - 1) + [HELD_LIMIT + 1] * voices + [self.form.bar, HOMES]
        self.last = FeatureEmbedding([*every, *last], config.width, config.feature_dropout)
        self.middle = FeatureEmbedding(every, config.width, config.feature_dropout) if config.stride > 1 else None

    def forward(self, batch: ChoraleBatch) -> Tensor:
        """One vector for each whole block of frames."""
        form, stride = self.form, self.stride
        rows, frames, _ = batch.tokens.shape
        blocks = frames // stride
        pitch = relative(batch.tokens, batch.shift[:, None, None], form)
        every = torch.cat([pitch, batch.motion], 2)[:, : blocks * stride].view(rows, blocks, stride, -1)
        sounding = batch.tokens != form.silent
        classes = torch.where(sounding, pitch % 12, 12)
        bass = batch.tokens[..., -1:]
        above = torch.where(sounding[..., :-1] & (bass != form.silent), (batch.tokens[..., :-1] - bass) % 12, 12)
        place = (torch.arange(frames, device=pitch.device) + batch.first_frame + 1) % form.bar
        rest = torch.cat(
            [
                classes, above, batch.held,
                place[None, :, None].expand(rows, frames, 1), batch.home[:, None, None].expand(rows, frames, 1),
            ], 2,
        )[:, stride - 1 : blocks * stride : stride]  # fmt: skip
        vectors: Tensor = self.last(torch.cat([every[:, :, -1], rest], 2))
        if self.middle is not None:
            vectors = vectors + self.middle(every[:, :, stride // 2 - 1])
        return vectors


class ChoraleModel(nn.Module):
    """p(piece) = product over frames and voices of p(voice | earlier frames, earlier voices of the frame)."""

    def __init__(self, config: ChoraleConfig) -> None:
        super().__init__()
        self.config = config
        form = config.grid
        self.embedding = FrameEmbedding(config)
        self.start = nn.Parameter(torch.zeros(config.width))
        self.input_dropout = SharedDropout(config.input_dropout)
        self.trunk = ChoraleTrunk(
            config.trunk, config.width, config.layers, config.attention_layers, config.heads, config.dropout,
            form.beat / config.stride,
        )  # fmt: skip
        self.norm = nn.RMSNorm(config.width)
        self.output_dropout = SharedDropout(config.dropout)
        self.project = nn.Linear(config.width, config.head_width)
        self.head = VoiceHead(form, config.order, config.head_width, config.head_dropout, config.feature_dropout)

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def blocks_read(self, batch: ChoraleBatch) -> Tensor:
        """What the trunk knows before each block, (rows, blocks, head_width); block i depends on frames before it."""
        rows, frames, _ = batch.tokens.shape
        vectors = self.embedding(batch)
        start = self.start.expand(rows, 1, -1)
        before = torch.cat([start, vectors], 1)[:, : -(-frames // self.config.stride)]
        read, _ = self.trunk(self.input_dropout(before))
        return self._finished(read)

    def read_block(self, batch: ChoraleBatch | None, rows: int, states: list[LayerState] | None) -> tuple[Tensor, Any]:
        """Read one block more (None: the start of the piece). Returns (rows, head_width) and the states after it."""
        vectors = self.start.expand(rows, 1, -1) if batch is None else self.embedding(batch)
        read, states = self.trunk(vectors, states)
        return self._finished(read)[:, 0], states

    def _finished(self, read: Tensor) -> Tensor:
        finished: Tensor = self.project(self.output_dropout(self.norm(read)))
        return finished

    def one_voice(self, written: int, known: Tensor, at: VoicePlaces, tokens: Tensor) -> Tensor:
        """Logits (rows, tokens) of the next voice after `read_block`, when `written` voices of the frames stand."""
        logits: Tensor = self.head.one_voice(written, known, at, tokens)
        return logits

    def logits(self, batch: ChoraleBatch, row: Tensor, frame: Tensor) -> Tensor:
        """Logits of all voices of the frames (n,) of rows (n,) in writing order: (n, voices, tokens)."""
        known = self.blocks_read(batch)[row, frame // self.config.stride]
        logits: Tensor = self.head(known, batch.places(row, frame), batch.tokens[row, frame])
        return logits

    def losses(self, batch: ChoraleBatch, share_between: float = 1.0) -> tuple[Tensor, Tensor]:
        """Nats of each asked frame's voices in writing order, (asked, voices), and whether the likeliest was right.

        With `share_between` below 1 only that share of the frames between eighths is drawn and weighted up: few of
        them hold news, and the mean stays unbiased.
        """
        rows, frames, _ = batch.tokens.shape
        asked = batch.asked
        weights = None
        if share_between < 1:
            between = (torch.arange(frames, device=asked.device) % 2 == 1).expand(rows, frames)
            asked = asked & (~between | (torch.rand(rows, frames, device=asked.device) < share_between))
            weights = torch.where(between, 1 / share_between, 1.0)[asked]
        row, frame = asked.nonzero().unbind(1)
        nats, right = judged(self.logits(batch, row, frame), batch, row, frame, self.config.order)
        return (nats if weights is None else nats * weights[:, None]), right


def judged(
    logits: Tensor, batch: ChoraleBatch, row: Tensor, frame: Tensor, order: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """Nats of the true tokens, and whether the likeliest was right, (n, voices), under logits (n, voices, tokens)."""
    targets = batch.tokens[row, frame][:, list(order)]
    nats = functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]).float(), targets.reshape(-1), reduction="none"
    ).view_as(targets)
    return nats, logits.argmax(-1) == targets
