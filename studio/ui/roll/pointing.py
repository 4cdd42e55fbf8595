"""Which note lies under the mouse for somebody who asks about it: of the heard take first, else of the song."""

from __future__ import annotations

import numpy as np

from studio.ui.roll.context import RollContext
from studio.ui.roll.hit import hit_at
from studio.ui.roll.insight import PointedNote
from studio.ui.roll.note_boxes import note_boxes


def pointed_at(context: RollContext, x: float, y: float) -> PointedNote | None:
    """The note at (x, y), pixels of the note area; None on empty ground."""
    found = _of_take(context, x, y)
    if found is not None:
        return found
    hit = hit_at(context, x, y)
    return None if hit is None else PointedNote(context.document.current_track, context.notes[hit.row])


def _of_take(context: RollContext, x: float, y: float) -> PointedNote | None:
    """A note of the take that is heard: it is painted over those of the song."""
    view, current = context.viewport, context.document.current_track
    heard = [layer for layer in context.takes if layer.active]
    here = [layer for layer in heard if layer.track == current]
    for layer in here or heard:
        table = layer.notes
        rows = table.sounding(int(view.tick(x - 3)), int(view.tick(x + 3)) + 1)
        rows = rows[table.pitch[rows] == view.pitch(y)]
        boxes = note_boxes(view, table.start[rows], table.end[rows], table.pitch[rows])
        touched = np.flatnonzero((boxes.x <= x) & (x <= boxes.x + boxes.width))
        if len(touched):
            return PointedNote(layer.track, table[int(rows[touched[-1]])], of_take=True)
    return None
