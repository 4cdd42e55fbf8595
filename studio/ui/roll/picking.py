"""Notes of the take that is heard, picked with the mouse so that only they are taken from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable
from studio.ui.roll.context import RollContext, TakeKey
from studio.ui.roll.hit import rows_at


def take_note_at(context: RollContext, x: float, y: float) -> tuple[TakeKey, int] | None:
    """The note of the heard take on the current track at (x, y), pixels of the note area, and its velocity."""
    table = heard_table(context)
    if table is None or not len(rows := rows_at(context.viewport, table, x, y)):
        return None
    row = int(rows[-1])
    return (context.document.current_track, int(table.start[row]), int(table.pitch[row])), int(table.velocity[row])


def take_notes_in(context: RollContext, ticks: tuple[int, int], pitches: tuple[int, int]) -> frozenset[TakeKey]:
    """Those that sound in the ticks [start, end) at one of these pitches, both included."""
    table = heard_table(context)
    if table is None:
        return frozenset()
    rows = table.sounding(*ticks)
    rows = rows[(table.pitch[rows] >= pitches[0]) & (table.pitch[rows] <= pitches[1])]
    track = context.document.current_track
    return frozenset((track, int(table.start[row]), int(table.pitch[row])) for row in rows)


def picked_rows(context: RollContext, track: int, table: NoteTable) -> NDArray[np.bool_]:
    """Which notes of a take's table are picked, shape (notes,)."""
    here = {(start, pitch) for on, start, pitch in context.picked if on == track}
    if not here:
        return np.zeros(len(table), bool)
    places = zip(table.start.tolist(), table.pitch.tolist(), strict=True)
    return np.fromiter((place in here for place in places), bool, len(table))


def heard_table(context: RollContext) -> NoteTable | None:
    """The notes of the heard take on the current track."""
    current = context.document.current_track
    return next((layer.notes for layer in context.takes if layer.active and layer.track == current), None)
