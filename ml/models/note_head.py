"""The head that writes one note: onset, part, pitch, length, velocity, each seeing those before it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.models.embedding import ColumnEmbedding
from ml.tensors import vocabulary as v

HALF = v.INTERVALS // 2
BLOCKED = -1e9
"""Logit of what is not permitted; finite, so that bf16 and a fully blocked row stay defined."""


@dataclass(frozen=True)
class Situation:
    """What the head must know beside the trunk's output, one row per note to write, shape (rows,) each.

    `cursor_position` and `cursor_bar` in steps; `last_part` and `last_pitch` of the note before, -1 for none;
    `end_allowed` bool; `tonic` 0 to 11 or -1; `minor` bool. `asked` (rows, 16) bool; `instruments` (rows, 16).
    """

    cursor_position: Tensor
    cursor_bar: Tensor
    last_part: Tensor
    last_pitch: Tensor
    end_allowed: Tensor
    tonic: Tensor
    minor: Tensor
    asked: Tensor
    instruments: Tensor


CHOSEN = (
    [v.DELTAS + 1, v.POSITIONS],
    [v.PARTS, v.INSTRUMENTS, v.POSITIONS],
    [2 * v.PITCHES, 13, v.INTERVALS + 1],
    [len(v.LENGTHS)],
)
"""Columns that the choice of each field hands to those after it: their sizes."""


class NoteHead(nn.Module):
    """Writes a note in five nested steps; see `v.FIELDS`.

    The state starts as the trunk's output; what has been chosen is added as embeddings before the next field.
    Not `nested`, the fields do not see each other: what the nesting is worth can then be measured.
    """

    deltas: Tensor

    def __init__(self, width: int, nested: bool = True) -> None:
        super().__init__()
        sizes = (v.DELTAS + 1, v.PARTS, v.PITCHES, len(v.LENGTHS), v.VELOCITIES)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in sizes)
        self.out = nn.ModuleList(nn.Linear(width, size) for size in sizes)
        self.position_out = nn.Linear(width, v.POSITIONS, bias=False)
        self.interval_out = nn.Linear(width, v.INTERVALS, bias=False)
        self.degree_out = nn.Linear(width, 24, bias=False)
        self.drum_out = nn.Linear(width, v.PITCHES)
        self.chosen = nn.ModuleList(ColumnEmbedding(sizes, width) for sizes in CHOSEN[: len(CHOSEN) if nested else 0])
        for layer in (*self.out, self.position_out, self.interval_out, self.degree_out, self.drum_out):
            nn.init.normal_(layer.weight, std=0.02)
        # Not torch.arange, for which torch imports sympy where networks are built without memory.
        self.register_buffer("deltas", torch.tensor(range(v.DELTAS)), persistent=False)

    def _hidden(self, field: int, state: Tensor) -> Tensor:
        return functional.gelu(self.hidden[field](state))

    def _add(self, state: Tensor, table: int, columns: Tensor) -> Tensor:
        if not len(self.chosen):
            return state
        chosen: Tensor = self.chosen[table](columns)
        return state + chosen

    def onset_logits(self, state: Tensor, at: Situation) -> Tensor:
        """(rows, width) -> (rows, DELTAS + 1); the last is END."""
        hidden = self._hidden(0, state)
        logits = self.out[0](hidden)
        place = (at.cursor_position[:, None] + self.deltas) % at.cursor_bar.clamp(min=1)[:, None] % v.POSITIONS
        by_place = self.position_out(hidden).gather(1, place)
        logits = logits + functional.pad(by_place, (0, 1))
        return torch.cat([logits[:, : v.END], logits[:, v.END :].masked_fill(~at.end_allowed[:, None], BLOCKED)], dim=1)

    def after_onset(self, state: Tensor, onset: Tensor, position: Tensor) -> Tensor:
        """Add the chosen onset class and the note's place in the bar (both (rows,))."""
        return self._add(state, 0, torch.stack([onset, position], -1))

    def part_logits(self, state: Tensor, onset: Tensor, at: Situation) -> Tensor:
        """(rows, width) -> (rows, 16), unasked parts and earlier parts at the same onset blocked."""
        logits = self.out[1](self._hidden(1, state))
        parts = torch.arange(v.PARTS, device=state.device)
        earlier = (onset == 0)[:, None] & (parts < at.last_part[:, None])
        return torch.where(at.asked & ~earlier, logits, BLOCKED)

    def after_part(self, state: Tensor, part: Tensor, position: Tensor, at: Situation) -> Tensor:
        instrument = at.instruments.gather(1, part[:, None])[:, 0]
        return self._add(state, 1, torch.stack([part, instrument, position], -1))

    def pitch_logits(self, state: Tensor, onset: Tensor, part: Tensor, previous_pitch: Tensor, at: Situation) -> Tensor:
        """(rows, width) -> (rows, 128); `previous_pitch` (rows,) is the part's last pitch, -1 for none."""
        hidden = self._hidden(2, state)
        if not len(self.chosen):
            # Which part was chosen would say too much: intervals count from the last note of the row.
            previous_pitch = at.last_pitch
        pitches = torch.arange(v.PITCHES, device=state.device)
        interval = pitches - previous_pitch[:, None] + HALF
        near = (previous_pitch >= 0)[:, None] & (interval >= 0) & (interval < v.INTERVALS)
        by_interval = self.interval_out(hidden).gather(1, interval.clamp(0, v.INTERVALS - 1))
        degree = (pitches - at.tonic[:, None]) % 12 + 12 * at.minor[:, None].long()
        by_degree = self.degree_out(hidden).gather(1, degree)
        melodic = self.out[2](hidden) + by_interval * near + by_degree * (at.tonic >= 0)[:, None]
        drums = at.instruments.gather(1, part[:, None]) == v.DRUMS
        logits = torch.where(drums, self.drum_out(hidden), melodic)
        lower = ((onset == 0) & (part == at.last_part))[:, None] & (pitches <= at.last_pitch[:, None])
        return logits.masked_fill(lower, BLOCKED)

    def after_pitch(self, state: Tensor, part: Tensor, pitch: Tensor, previous_pitch: Tensor, at: Situation) -> Tensor:
        drums = at.instruments.gather(1, part[:, None])[:, 0] == v.DRUMS
        interval = pitch - previous_pitch + HALF
        known = (previous_pitch >= 0) & (interval >= 0) & (interval < v.INTERVALS) & ~drums
        columns = [
            pitch + v.PITCHES * drums.long(),
            torch.where(drums, 12, pitch % 12),
            torch.where(known, interval, v.INTERVALS),
        ]
        return self._add(state, 2, torch.stack(columns, -1))

    def length_logits(self, state: Tensor) -> Tensor:
        logits: Tensor = self.out[3](self._hidden(3, state))
        return logits

    def after_length(self, state: Tensor, length: Tensor) -> Tensor:
        return self._add(state, 3, length[:, None])

    def velocity_logits(self, state: Tensor) -> Tensor:
        logits: Tensor = self.out[4](self._hidden(4, state))
        return logits

    def losses(self, state: Tensor, targets: dict[str, Tensor], at: Situation) -> dict[str, Tensor]:
        """Cross entropy in nats of each field, shape (rows,); 0 where a field is not asked.

        `state` (rows, width); `targets` holds the columns named in `ml.tensors.sequence.TARGETS`, (rows,).
        END rows ask for the onset only; rows with velocity -1 ask for none.
        """
        onset = targets["onset"]
        notes = onset != v.END
        part, pitch, length = (targets[name].clamp(min=0) for name in ("part", "pitch", "length"))
        position, previous = targets["position"].clamp(min=0), targets["previous_pitch"]
        velocity = targets["velocity"]
        losses = {"onset": nats(self.onset_logits(state, at), onset)}
        state = self.after_onset(state, onset, position)
        losses["part"] = nats(self.part_logits(state, onset, at), part) * notes
        state = self.after_part(state, part, position, at)
        losses["pitch"] = nats(self.pitch_logits(state, onset, part, previous, at), pitch) * notes
        state = self.after_pitch(state, part, pitch, previous, at)
        losses["length"] = nats(self.length_logits(state), length) * notes
        state = self.after_length(state, length)
        losses["velocity"] = nats(self.velocity_logits(state), velocity.clamp(min=0)) * (notes & (velocity >= 0))
        return losses


def nats(logits: Tensor, target: Tensor) -> Tensor:
    """Negative natural log-likelihood of `target` (rows,) under `logits` (rows, classes), in float32."""
    return functional.cross_entropy(logits.float(), target, reduction="none")
