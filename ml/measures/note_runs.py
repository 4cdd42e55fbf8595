"""NoteRuns: lines of notes in which every run of n notes has a number, so that equal runs are found fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.int64]
Hashes = NDArray[np.uint64]

BASE = np.uint64(0x9E3779B97F4A7C15)
"""An odd number, so that it has an inverse modulo 2^64."""
INVERSE = np.uint64(pow(int(BASE), -1, 1 << 64))
LONGEST_STEP = (1 << 24) - 1


@dataclass(frozen=True)
class NoteRuns:
    """Lines, one after the other; each column has shape (notes,). A line is one part of one piece, its notes in order
    of onset, then pitch. `step` codes the way from the note before: time between onsets, interval, perhaps length.

    Two runs are equal when all their steps are, and their first pitches too unless they may be transposed. Runs are
    compared by 64-bit polynomial hashes: with 10^7 against 10^5 runs a wrong match has a chance of about 10^-7.
    """

    line: Array
    pitch: Array
    step: Hashes

    def __len__(self) -> int:
        return len(self.line)

    @staticmethod
    def of(line: Array, onset: Array, pitch: Array, length: Array | None = None) -> NoteRuns:
        """Runs of notes in any order; with `length` given, equal runs have equal note lengths too, but for the last."""
        order = np.lexsort((pitch, onset, line))
        return NoteRuns.in_order(line[order], onset[order], pitch[order], None if length is None else length[order])

    @staticmethod
    def in_order(line: Array, onset: Array, pitch: Array, length: Array | None = None) -> NoteRuns:
        """Runs of notes sorted by line, onset and pitch already."""
        line, onset, pitch = (np.asarray(column, np.int64) for column in (line, onset, pitch))
        distance = np.clip(np.diff(onset, prepend=onset[:1]), 0, LONGEST_STEP)
        interval = np.diff(pitch, prepend=pitch[:1]) + 128
        # Of the note before, so that a run's last note may be held longer, as the end of a phrase often is.
        lengths = np.zeros_like(pitch) if length is None else np.clip(np.roll(length, 1), 0, LONGEST_STEP)
        return NoteRuns(line, pitch, mixed((distance << 32 | lengths << 8 | interval).astype(np.uint64)))

    def only(self, rows: NDArray[np.bool_]) -> NoteRuns:
        """The notes of a mask; where some are left out, a line breaks in two."""
        breaks = np.ones(len(self), bool)
        breaks[1:] = (self.line[1:] != self.line[:-1]) | ~rows[:-1]
        return NoteRuns(np.cumsum(breaks)[rows], self.pitch[rows], self.step[rows])

    def windows(self, notes: int, transposed: bool) -> tuple[Hashes, Array]:
        """Every run of so many notes that lies in one line: its hash and the row of its first note.

        Equal runs have equal hashes; with `transposed` also those that differ by a constant interval.
        """
        last = len(self) - notes
        if last < 0:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64)
        first = np.flatnonzero(self.line[: last + 1] == self.line[notes - 1 :])
        total, turn = self.sums()
        # Steps into the notes after the first, as if the run began at row 0.
        found = (total[first + notes - 1] - total[first]) * turn[first]
        if not transposed:
            found = found ^ mixed(self.pitch[first].astype(np.uint64) + np.uint64(1))
        return mixed(found), first

    def between(self, first: Array, last: Array) -> Hashes:
        """Hashes of the runs from the rows `first` to the rows `last` of the same lines, at any pitch."""
        total, turn = self.sums()
        return mixed((total[last] - total[first]) * turn[first])

    def sums(self) -> tuple[Hashes, Hashes]:
        """`total`, `turn`: rows a to b, if of one line, have the hash (total[b] - total[a]) * turn[a] at any pitch,
        before it is `mixed`."""
        power = np.multiply.accumulate(np.full(len(self), BASE))
        return np.cumsum(self.step * power), np.multiply.accumulate(np.full(len(self), INVERSE))


def mixed(values: Hashes) -> Hashes:
    """Spread values over all 64 bits (the finaliser of SplitMix64, Steele et al., 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def covered(first: Array, notes: int, size: int) -> NDArray[np.bool_]:
    """Which of `size` rows lie inside a run of `notes` that begins at one of `first`."""
    change = np.zeros(size + 1, np.int64)
    np.add.at(change, first, 1)
    np.add.at(change, first + notes, -1)
    inside: NDArray[np.bool_] = np.cumsum(change[:-1]) > 0
    return inside
