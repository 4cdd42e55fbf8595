"""Passage: the notes of some bars as columns, the common input of measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.music import Score
from ml.music.note_table import MUTED

Array = NDArray[np.int64]


@dataclass(frozen=True)
class Passage:
    """Notes sorted by (start, part, pitch); each column has shape (notes,). Times in ticks from the first bar line.

    `drums` marks notes of percussion; `quarter` and `bar` are a quarter's and a bar's ticks: one metre throughout.
    """

    start: Array
    length: Array
    pitch: Array
    part: Array
    drums: NDArray[np.bool_]
    quarter: int
    bar: int

    def __len__(self) -> int:
        return len(self.start)

    @property
    def end(self) -> int:
        """The tick at which the last note ends."""
        return int((self.start + self.length).max(initial=0))

    def pitched(self) -> Passage:
        """The passage without its drums."""
        return self.only(~self.drums)

    def only(self, rows: NDArray[np.bool_] | Array) -> Passage:
        """The notes of these rows (a mask or ascending indices)."""
        return Passage(
            self.start[rows], self.length[rows], self.pitch[rows], self.part[rows], self.drums[rows],
            self.quarter, self.bar,
        )  # fmt: skip

    def bars(self, first: int, end: int) -> Passage:
        """The notes that start in bars [first, end), moved so that bar `first` begins at 0, clipped at `end`."""
        inside = self.only((self.start >= first * self.bar) & (self.start < end * self.bar))
        start = inside.start - first * self.bar
        length = np.minimum(inside.length, (end - first) * self.bar - start)
        return Passage(start, length, inside.pitch, inside.part, inside.drums, self.quarter, self.bar)


def passage(columns: Array, drum_parts: Array, quarter: int, bar: int) -> Passage:
    """A passage from `columns` (4, notes): start, length, pitch, part, in any order; `drum_parts` are percussion."""
    start, length, pitch, part = columns[:, np.lexsort((columns[2], columns[3], columns[0]))].astype(np.int64)
    return Passage(start, length, pitch, part, np.isin(part, drum_parts), quarter, bar)


def passage_of(score: Score) -> Passage:
    """All notes that are heard; parts are tracks; the metre is the score's first."""
    columns = [np.zeros((4, 0), np.int64)]
    for index, track in enumerate(score.tracks):
        notes = track.notes
        heard = (notes.flags & MUTED) == 0
        rows = (notes.start, notes.length, notes.pitch, np.full(len(notes), index))
        columns.append(np.stack([np.asarray(row, np.int64)[heard] for row in rows]))
    drums = np.array([index for index, track in enumerate(score.tracks) if track.drums], np.int64)
    bar = score.time_map.bar_start(1) - score.time_map.bar_start(0)
    return passage(np.concatenate(columns, axis=1), drums, score.ticks_per_quarter, bar)
