"""Which note lies under the mouse for somebody who asks about it: of the heard take first, else of the song."""

from __future__ import annotations

from studio.ui.roll.context import RollContext
from studio.ui.roll.hit import hit_at, rows_at
from studio.ui.roll.insight import PointedNote


def pointed_at(context: RollContext, x: float, y: float) -> PointedNote | None:
    """The note at (x, y), pixels of the note area; None on empty ground."""
    found = _of_take(context, x, y)
    if found is not None:
        return found
    hit = hit_at(context, x, y)
    return None if hit is None else PointedNote(context.document.current_track, context.notes[hit.row])


def _of_take(context: RollContext, x: float, y: float) -> PointedNote | None:
    """A note of the take that is heard: it is painted over those of the song."""
    current = context.document.current_track
    heard = [layer for layer in context.takes if layer.active]
    here = [layer for layer in heard if layer.track == current]
    for layer in here or heard:
        rows = rows_at(context.viewport, layer.notes, x, y)
        if len(rows):
            return PointedNote(layer.track, layer.notes[int(rows[-1])], of_take=True)
    return None
