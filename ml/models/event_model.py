"""EventModel: embedding, trunk, head; the same for every trunk."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, cast

from torch import Tensor, nn

from ml.models.embedding import EventEmbedding
from ml.models.gru import GruTrunk
from ml.models.lstm import LstmTrunk
from ml.models.note_head import NoteHead, Situation
from ml.models.rnn import RnnTrunk
from ml.models.transformer import TransformerTrunk
from ml.models.trunk import Trunk
from ml.tensors.sequence import TARGETS

LIMITS = {"width": 1024, "layers": 24, "hidden": 2048, "heads": 32, "feed_forward": 8192, "recurrent_layers": 4}
"""Largest values that a config may name: a checkpoint is untrusted."""


@dataclass(frozen=True)
class ModelConfig:
    """Everything that decides the shapes. `hidden` is for recurrent trunks; `heads`, `feed_forward`,
    `recurrent_layers` for the Transformer. `head`: "nested" fields, or "independent" ones for comparison."""

    trunk: str
    width: int
    layers: int
    hidden: int = 0
    heads: int = 0
    feed_forward: int = 0
    recurrent_layers: int = 0
    dropout: float = 0.1
    head: str = "nested"

    def __post_init__(self) -> None:
        if self.trunk not in TRUNKS:
            raise ValueError(f'"{self.trunk}" is not a trunk that I know ({", ".join(TRUNKS)}).')
        for name, largest in LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or not 0 <= value <= largest:
                raise ValueError(f"{name} must be a whole number from 0 to {largest}, not {value!r}.")
        if not (isinstance(self.dropout, float | int) and 0 <= self.dropout < 1):
            raise ValueError(f"dropout must lie between 0 and 1, not {self.dropout!r}.")
        if self.head not in HEADS:
            raise ValueError(f"head must be one of {', '.join(HEADS)}, not {self.head!r}.")
        missing = [name for name in ("width", "layers", *TRUNKS[self.trunk]) if not getattr(self, name)]
        if missing:
            raise ValueError(f"A {self.trunk} needs {', '.join(missing)}.")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Any) -> ModelConfig:
        """Raises ValueError with a sentence for anything that is not a config of this version."""
        if not isinstance(data, dict):
            raise ValueError("The configuration is not a JSON object.")
        known = {field.name for field in fields(ModelConfig)}
        if unknown := set(data) - known:
            raise ValueError(f"The configuration has unknown entries: {', '.join(sorted(map(str, unknown)))}.")
        try:
            return ModelConfig(**data)
        except TypeError as error:
            raise ValueError("The configuration lacks entries.") from error


HEADS = ("nested", "independent")
TRUNKS: dict[str, tuple[str, ...]] = {
    "rnn": ("hidden",),
    "lstm": ("hidden",),
    "gru": ("hidden",),
    "transformer": ("heads", "feed_forward"),
}
RECURRENT = {"rnn": RnnTrunk, "lstm": LstmTrunk, "gru": GruTrunk}
"""Trunks by name, and the config entries that each cannot do without."""


def build_trunk(config: ModelConfig) -> nn.Module:
    if recurrent := RECURRENT.get(config.trunk):
        return recurrent(config.width, config.hidden, config.layers, config.dropout)
    return TransformerTrunk(
        config.width, config.heads, config.layers, config.feed_forward, config.recurrent_layers, config.dropout
    )


class EventModel(nn.Module):
    """Reads event rows and writes the next note at each event."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = EventEmbedding(config.width)
        self.trunk = build_trunk(config)
        self.norm = nn.RMSNorm(config.width)
        self.head = NoteHead(config.width, nested=config.head == "nested")

    @property
    def reader(self) -> Trunk:
        """The trunk by what reads prompts."""
        return cast(Trunk, self.trunk)

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def states(self, features: Tensor, places: Tensor) -> Tensor:
        """features (batch, events, columns), places (batch, events, 3) -> (batch, events, width)."""
        states: Tensor = self.norm(self.trunk(self.embedding(features), places))
        return states

    def losses(
        self, features: Tensor, places: Tensor, targets: Tensor, tonic: Tensor, minor: Tensor, asked: Tensor,
        instruments: Tensor,
    ) -> tuple[dict[str, Tensor], Tensor]:  # fmt: skip
        """Nats per field at every event that asks for one, each (rows,), and those events' (row, event) indices.

        Shapes: features (batch, events, columns), targets (batch, events, TARGETS), tonic and minor (batch,),
        asked and instruments (batch, 16).
        """
        states = self.states(features, places)
        where = (targets[..., 0] >= 0).nonzero()
        row, event = where[:, 0], where[:, 1]
        losses = self.note_losses(
            states[row, event], targets[row, event], tonic[row], minor[row], asked[row], instruments[row]
        )
        return losses, where

    def note_losses(
        self, states: Tensor, targets: Tensor, tonic: Tensor, minor: Tensor, asked: Tensor, instruments: Tensor
    ) -> dict[str, Tensor]:
        """Nats per field, each (rows,), of one note or END for each state (rows, width); targets (rows, TARGETS)."""
        chosen = {name: targets[:, i].long() for i, name in enumerate(TARGETS)}
        return self.head.losses(states, chosen, situation(chosen, tonic, minor, asked, instruments))


def situation(chosen: dict[str, Tensor], tonic: Tensor, minor: Tensor, asked: Tensor, instruments: Tensor) -> Situation:
    """Where notes stand, from their targets by name, (rows,) each, and what holds for their rows."""
    return Situation(
        chosen["cursor_position"], chosen["cursor_bar"], chosen["last_part"], chosen["last_pitch"],
        chosen["end_allowed"] > 0, tonic, minor, asked, instruments,
    )  # fmt: skip
