"""A song as rows in which every note is asked exactly once, as models are evaluated; and which note is which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml.generation.given import with_known_programs
from ml.generation.places import places_of
from ml.generation.prompt import MAX_EVENTS
from ml.music import MUTED, Score
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.piece import Array, PieceEvents, piece_events, to_steps
from ml.tensors.sequence import TARGET, EventRow, event_row
from ml.tensors.sliding import sliding_windows
from ml.tensors.window import Window

DENSEST = 4 * MAX_EVENTS
"""Rows of more events, which a single bar would have to fill, are left out."""


@dataclass(frozen=True)
class SongRow:
    """A row, its window, and the piece's notes [first, first + asked) that it asks at `events` (asked,), in order."""

    row: EventRow
    window: Window
    first: int
    events: NDArray[np.int64]


@dataclass(frozen=True)
class NoteNames:
    """Notes of a song by where they are on the event grid: `places` ascending (n,), `track`, `note_id` (n,).

    Several notes may have one place: the models hear them as one.
    """

    places: Array
    track: Array
    note_id: Array

    def at(self, places: Array) -> Array:
        """A row of this table for each place, -1 for none; shape of `places`."""
        if not len(self.places):
            return np.full(len(places), -1)
        found = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.where(self.places[found] == places, found, -1)


@dataclass(frozen=True)
class SongPiece:
    """At most sixteen tracks of a song in event terms, its style unknown; `names` say which notes are which."""

    piece: PieceEvents
    names: NoteNames

    @cached_property
    def grid(self) -> BarGrid:
        return BarGrid(self.piece.bar_starts)

    @cached_property
    def windows(self) -> list[Window]:
        return sliding_windows(self.piece, len(self.piece.bar_starts) - 1, MAX_EVENTS) if len(self.piece) else []

    def rows(self, start_step: int = 0, end_step: int | None = None) -> Iterator[SongRow]:
        """The rows that ask notes from `start_step` on and before `end_step`, of the whole piece by default."""
        for window in self.windows:
            region, end = self.grid.start(window.region_bar), self.grid.start(window.end_bar)
            if end <= start_step or (end_step is not None and region >= end_step):
                continue
            past, first, last = np.searchsorted(
                self.piece.onset, (self.grid.start(window.first_bar), region, end)
            ).tolist()  # fmt: skip
            if last > first and last - past <= DENSEST:
                row = event_row(self.piece, window)
                asked = (row.targets[:, TARGET["onset"]] >= 0) & (row.targets[:, TARGET["end_allowed"]] > 0)
                yield SongRow(row, window, first, np.flatnonzero(asked & (row.targets[:, TARGET["onset"]] != v.END)))


def song_piece(score: Score, tracks: list[int], end_tick: int | None = None) -> SongPiece:
    """These tracks of a song, sixteen at most; `end_tick` extends its bars beyond the last note."""
    known = with_known_programs(score, [])
    piece = piece_events(known, 0, tracks, end_tick)
    return SongPiece(piece, note_names(score, piece.tracks))


def note_names(score: Score, tracks: tuple[int, ...]) -> NoteNames:
    """The heard notes of tracks that are the parts of a piece, in this order."""
    columns: list[Array] = [np.zeros((4, 0), np.int64)]
    for part, index in enumerate(tracks):
        notes = score.tracks[index].notes
        heard = (notes.flags & MUTED) == 0
        onset = to_steps(notes.start[heard].astype(np.int64), score.ticks_per_quarter)
        pitch, length = notes.pitch[heard].astype(np.int64), notes.length[heard].astype(np.int64)
        place = places_of(onset, np.full(len(onset), part), pitch)
        columns.append(np.stack([place, np.full(len(place), index), notes.id[heard].astype(np.int64), -length]))
    places, track, note_id, shorter = np.concatenate(columns, axis=1)
    order = np.lexsort((shorter, places))
    return NoteNames(places[order], track[order], note_id[order])


def fullest_tracks(score: Score, first: list[int]) -> list[int]:
    """Up to sixteen tracks: those of `first`, then the fullest of the others."""
    heard = {index: int(np.count_nonzero((track.notes.flags & MUTED) == 0)) for index, track in enumerate(score.tracks)}
    others = sorted((index for index, count in heard.items() if count and index not in first), key=lambda i: -heard[i])
    return sorted([*first, *others][: v.PARTS])
