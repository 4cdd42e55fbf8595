"""Selection: which notes of one track are chosen, and the ways to choose them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable, Score

ALL_PITCHES = (0, 127)


@dataclass(frozen=True, slots=True)
class Selection:
    """Notes of track number `track`, by the ids of its note table; ids that are gone are simply not found."""

    track: int = 0
    ids: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.ids)

    def with_ids(self, ids: Iterable[int]) -> Selection:
        """Other notes of the same track."""
        return Selection(self.track, frozenset(ids))

    def added(self, ids: Iterable[int]) -> Selection:
        return Selection(self.track, self.ids | frozenset(ids))

    def removed(self, ids: Iterable[int]) -> Selection:
        return Selection(self.track, self.ids - frozenset(ids))

    def toggled(self, ids: Iterable[int]) -> Selection:
        """Each of these notes in when it was out, and out when it was in."""
        return Selection(self.track, self.ids ^ frozenset(ids))

    def table(self, score: Score) -> NoteTable:
        """All notes of the selection's track; empty when the score has no such track."""
        return score.tracks[self.track].notes if 0 <= self.track < len(score.tracks) else NoteTable.empty()

    def rows(self, score: Score) -> NDArray[np.int64]:
        """Rows of the selected notes in `table(score)`, ascending; shape (found,)."""
        return self.table(score).rows_of(self.ids)

    def notes(self, score: Score) -> NoteTable:
        """The selected notes alone, ids kept."""
        return self.table(score).take(self.rows(score))

    def span(self, score: Score) -> tuple[int, int] | None:
        """Ticks from the first selected start to the last selected end, or None when nothing is selected."""
        rows = self.rows(score)
        if not len(rows):
            return None
        table = self.table(score)
        return int(table.start[rows].min()), int(table.end[rows].max())

    def pruned(self, score: Score) -> Selection:
        """The selection without notes that the score does not have; itself when all are there."""
        rows = self.rows(score)
        return self if len(rows) == len(self.ids) else self.with_ids(ids_of(self.table(score), rows))


def ids_of(table: NoteTable, rows: slice | NDArray[np.int64] | NDArray[np.bool_]) -> frozenset[int]:
    """The ids of these rows."""
    return frozenset(table.id[rows].tolist())


def select_all(score: Score, track: int) -> Selection:
    """Every note of the track."""
    return Selection(track, ids_of(Selection(track).table(score), slice(None)))


def select_box(
    score: Score, track: int, start_tick: int, end_tick: int, pitches: tuple[int, int] = ALL_PITCHES
) -> Selection:
    """The notes that sound within [start_tick, end_tick) at pitches from the first to the last, both included."""
    table = Selection(track).table(score)
    rows = table.sounding(start_tick, end_tick)
    pitch = table.pitch[rows]
    return Selection(track, ids_of(table, rows[(pitch >= pitches[0]) & (pitch <= pitches[1])]))


def select_starting(score: Score, track: int, start_tick: int, end_tick: int) -> Selection:
    """The notes that start within [start_tick, end_tick): what a range dragged on the ruler selects."""
    table = Selection(track).table(score)
    return Selection(track, ids_of(table, table.starting(start_tick, end_tick)))


def select_pitch(score: Score, track: int, pitch: int) -> Selection:
    """Every note of the track at one pitch: what a click on a key selects."""
    table = Selection(track).table(score)
    return Selection(track, ids_of(table, table.pitch == pitch))


def invert_selection(score: Score, selection: Selection) -> Selection:
    """The notes of the track that are not selected."""
    return selection.with_ids(select_all(score, selection.track).ids - selection.ids)
