"""What lies under the mouse: a note and the part of it that is touched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable
from studio.ui.roll.context import RollContext
from studio.ui.roll.note_boxes import note_box, note_boxes
from studio.ui.roll.viewport import Viewport

EDGE_PX = 6
"""How wide the handle at each end of a note is; narrow notes keep at least a third for the body."""


class Part(Enum):
    LEFT = "left edge"
    BODY = "body"
    RIGHT = "right edge"


@dataclass(frozen=True, slots=True)
class Hit:
    """A note of the current track, by row and id, and which part of it was touched."""

    row: int
    id: int
    part: Part


def rows_at(view: Viewport, table: NoteTable, x: float, y: float) -> NDArray[np.int64]:
    """Rows of the notes whose boxes lie under (x, y), in the order they are drawn: the last one is on top."""
    if not 0 <= y + view.top_px < 128 * view.row_px:
        return np.zeros(0, np.int64)
    margin = 3 / view.px_per_tick
    rows = table.sounding(int(view.tick(x) - margin), int(view.tick(x) + margin) + 1)
    rows = rows[table.pitch[rows] == view.pitch(y)]
    boxes = note_boxes(view, table.start[rows], table.end[rows], table.pitch[rows])
    return rows[(boxes.x <= x) & (x <= boxes.x + boxes.width)]


def hit_at(context: RollContext, x: float, y: float) -> Hit | None:
    """The note under (x, y): of several a selected one first, else the one that is drawn on top."""
    view, table = context.viewport, context.notes
    rows = rows_at(view, table, x, y)
    if not len(rows):
        return None
    selected = rows[context.is_selected(table.id[rows])]
    row = int((selected if len(selected) else rows)[-1])
    box = note_box(view, table[row])
    handle = min(EDGE_PX, box.width() / 3)
    part = Part.BODY
    if x >= box.x() + box.width() - handle:
        part = Part.RIGHT
    elif x < box.x() + handle and box.width() >= 3 * EDGE_PX:
        part = Part.LEFT
    return Hit(row, int(table.id[row]), part)


def rows_crossed(context: RollContext, x1: float, y1: float, x2: float, y2: float) -> NDArray[np.int64]:
    """Rows of the current track whose boxes the line from (x1, y1) to (x2, y2) touches, ascending.

    So that a mouse that moves faster than it is sampled skips no note.
    """
    view, table = context.viewport, context.notes
    low, high = sorted((x1, x2))
    rows = table.sounding(int(view.tick(low - 2)), int(view.tick(high + 2)) + 1)
    boxes = note_boxes(view, table.start[rows], table.end[rows], table.pitch[rows])
    # Liang and Barsky: the part of the line within each box, as a range of its parameter from 0 to 1.
    enter, leave = np.zeros(len(rows)), np.ones(len(rows))
    for origin, delta, first, last in (
        (x1, x2 - x1, boxes.x, boxes.x + boxes.width),
        (y1, y2 - y1, boxes.y, boxes.y + boxes.height),
    ):
        if delta == 0:
            leave = np.where((first <= origin) & (origin <= last), leave, -1.0)
            continue
        ends = np.sort(np.stack([(first - origin) / delta, (last - origin) / delta]), axis=0)
        enter, leave = np.maximum(enter, ends[0]), np.minimum(leave, ends[1])
    return rows[enter <= leave]
