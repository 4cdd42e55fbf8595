"""The head, field by field, for takes that stand where a few plain numbers say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ml.models.decoding.layers import GELU_SCALE, Floats, Product, array, gelu, product_of
from ml.models.embedding import ColumnEmbedding
from ml.models.note_head import BLOCKED, HALF, NoteHead
from ml.tensors import vocabulary as v

Ints = NDArray[np.int64]


class Standing(NamedTuple):
    """The cursor's steps into its bar, that bar's length; part and pitch of the note before or -1."""

    position: int
    bar_length: int
    last_part: int
    last_pitch: int


class HeadWeights:
    """The weights of a NoteHead, laid out for one note at a time."""

    def __init__(self, head: NoteHead) -> None:
        self.hidden = [product_of(linear, gives=GELU_SCALE) for linear in cast(list[nn.Linear], list(head.hidden))]
        onset, *plain = [product_of(linear, takes=GELU_SCALE) for linear in cast(list[nn.Linear], list(head.out))]
        self.onset = beside(onset, product_of(head.position_out, takes=GELU_SCALE))
        self.part, self.pitch, self.length, self.velocity = plain
        self.interval, self.degree, self.drum = (
            product_of(linear, takes=GELU_SCALE) for linear in (head.interval_out, head.degree_out, head.drum_out)
        )
        self.chosen: list[tuple[Floats, list[int]]] = [
            (array(table.table.weight), table.offsets.tolist())
            for table in cast(list[ColumnEmbedding], list(head.chosen))
        ]

    def pitches(self, tonic: int, minor: bool, drums: bool) -> Product:
        """Logits of pitches in this key, (PITCHES,), of intervals (INTERVALS,), and with `drums` theirs (PITCHES,)."""
        melodic = self.pitch
        if tonic >= 0:
            degree = (np.arange(v.PITCHES) - tonic) % 12 + 12 * minor
            melodic = Product(melodic.weight + self.degree.weight[:, degree], melodic.bias)
        return beside(melodic, self.interval, *([self.drum] if drums else []))


def beside(*products: Product) -> Product:
    """One product that gives what several give of the same input, side by side."""
    biases = [np.zeros(p.weight.shape[1], np.float32) if p.bias is None else p.bias for p in products]
    return Product(np.concatenate([p.weight for p in products], 1), np.concatenate(biases))


class NoteWriter:
    """Writes the fields of one note per row, in the order of `v.FIELDS`; what was chosen is added before the next.

    Tonic (0 to 11 or -1), mode, asked parts (PARTS,) and instruments (PARTS,) hold for all rows. States are
    (rows, width) and are changed in place; a field's logits are (rows, classes), and what the order of notes does not
    permit has the logit BLOCKED. Chosen classes, positions and earlier pitches come as one number per row.
    """

    def __init__(
        self, weights: HeadWeights, tonic: int, minor: bool, asked: NDArray[np.bool_], instruments: Ints
    ) -> None:
        self._weights = weights
        self._unasked = np.flatnonzero(~asked)
        self._instruments: list[int] = instruments.tolist()
        self._pitches = weights.pitches(tonic, minor, bool((instruments[asked] == v.DRUMS).any()))
        self._place_of: dict[tuple[int, int], Ints] = {}

    def onset(self, state: Floats, standings: Sequence[Standing]) -> Floats:
        """(rows, DELTAS + 1); the last is END."""
        both = self._weights.onset(self._hidden(0, state))
        logits, by_place = both[:, : v.DELTAS + 1], both[:, v.DELTAS + 1 :]
        for row, places, at in zip(logits, by_place, standings, strict=True):
            row[: v.DELTAS] += places.take(self._places(at))
        return logits

    def after_onset(self, state: Floats, onset: Sequence[int], position: Sequence[int]) -> None:
        self._add(state, 0, onset, position)

    def part(self, state: Floats, onset: Sequence[int], standings: Sequence[Standing]) -> Floats:
        """(rows, PARTS)"""
        logits = self._weights.part(self._hidden(1, state))
        logits[:, self._unasked] = BLOCKED
        for row, distance, at in zip(logits, onset, standings, strict=True):
            if distance == 0 and at.last_part > 0:
                row[: at.last_part] = BLOCKED
        return logits

    def after_part(self, state: Floats, part: Sequence[int], position: Sequence[int]) -> None:
        self._add(state, 1, part, [self._instruments[p] for p in part], position)

    def pitch(
        self, state: Floats, onset: Sequence[int], part: Sequence[int], previous: Sequence[int],
        standings: Sequence[Standing],
    ) -> Floats:  # fmt: skip
        """(rows, PITCHES); `previous` is the pitch before in the part, -1 for none."""
        every = self._pitches(self._hidden(2, state))
        logits = every[:, : v.PITCHES]
        for i, (row, at) in enumerate(zip(logits, standings, strict=True)):
            # Heads whose fields do not see each other count intervals from the last note of the row.
            before = previous[i] if self._weights.chosen else at.last_pitch
            if self._is_drums(part[i]):
                row[:] = every[i, -v.PITCHES :]
            elif before >= 0:
                low, high = max(before - HALF, 0), min(before + HALF + 1, v.PITCHES)
                first = v.PITCHES + HALF - before
                row[low:high] += every[i, first + low : first + high]
            if onset[i] == 0 and part[i] == at.last_part:
                row[: at.last_pitch + 1] = BLOCKED
        return logits

    def after_pitch(self, state: Floats, part: Sequence[int], pitch: Sequence[int], previous: Sequence[int]) -> None:
        columns = [
            (chosen + v.PITCHES, 12, v.INTERVALS)
            if self._is_drums(p)
            else (chosen, chosen % 12, interval(chosen, before))
            for p, chosen, before in zip(part, pitch, previous, strict=True)
        ]
        self._add(state, 2, *zip(*columns, strict=True))

    def length(self, state: Floats) -> Floats:
        """(rows, LENGTHS)"""
        return self._weights.length(self._hidden(3, state))

    def after_length(self, state: Floats, length: Sequence[int]) -> None:
        self._add(state, 3, length)

    def velocity(self, state: Floats) -> Floats:
        """(rows, VELOCITIES)"""
        return self._weights.velocity(self._hidden(4, state))

    def _hidden(self, field: int, state: Floats) -> Floats:
        return gelu(self._weights.hidden[field](state))

    def _add(self, state: Floats, table: int, *columns: Sequence[int]) -> None:
        """Add the embeddings of what was chosen, a number per row in each column."""
        if not self._weights.chosen:
            return
        vectors, offsets = self._weights.chosen[table]
        for offset, column in zip(offsets, columns, strict=True):
            for row, chosen in zip(state, column, strict=True):
                row += vectors[offset + chosen]

    def _places(self, at: Standing) -> Ints:
        """Place in its bar of each onset class; takes stand at the same few places again and again."""
        known = self._place_of.get(at[:2])
        if known is None:
            place = at.position % v.POSITIONS + np.arange(v.DELTAS)
            self._place_of[at[:2]] = known = place % max(at.bar_length, 1) % v.POSITIONS
        return known

    def _is_drums(self, part: int) -> bool:
        return self._instruments[part] == v.DRUMS


def interval(pitch: int, before: int) -> int:
    """Class of the interval from the pitch before, -1 for none."""
    distance = pitch - before + HALF
    return distance if before >= 0 and 0 <= distance < v.INTERVALS else v.INTERVALS
