"""NoteBoxes: where notes lie in pixels; the same boxes are painted and hit by the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect

from ml.music import Note, NoteTable
from studio.ui.roll.viewport import Viewport

Pixels = NDArray[np.int64]
MIN_WIDTH_PX = 2


@dataclass(frozen=True)
class NoteBoxes:
    """Whole logical pixels, all of shape (n,). A box ends one pixel before the next grid place, as a gap."""

    x: Pixels
    y: Pixels
    width: Pixels
    height: int

    def __len__(self) -> int:
        return len(self.x)

    def at(self, rows: Any) -> NoteBoxes:
        """The boxes of these rows (indices or mask)."""
        return NoteBoxes(self.x[rows], self.y[rows], self.width[rows], self.height)


def note_boxes(viewport: Viewport, start: Any, end: Any, pitch: Any) -> NoteBoxes:
    """Boxes of notes given by ticks and pitches, shape (n,); far ends are cut at the edges of the view."""
    margin = 16
    left = np.clip(np.floor(viewport.x(start)), -margin, viewport.width + margin).astype(np.int64)
    right = np.clip(np.floor(viewport.x(end)), -margin, viewport.width + margin).astype(np.int64)
    top = viewport.y(np.asarray(pitch, np.int64))
    return NoteBoxes(left, top, np.maximum(right - left - 1, MIN_WIDTH_PX), max(viewport.row_px - 1, 2))


def note_box(viewport: Viewport, note: Note) -> QRect:
    """The box of one note."""
    boxes = note_boxes(viewport, np.array([note.start]), np.array([note.end]), np.array([note.pitch]))
    return QRect(int(boxes.x[0]), int(boxes.y[0]), int(boxes.width[0]), boxes.height)


def visible_rows(table: NoteTable, viewport: Viewport) -> NDArray[np.int64]:
    """Rows of the notes that the viewport shows, ascending; by binary search over time, then by pitch."""
    rows = table.sounding(int(viewport.left_tick - 4 / viewport.px_per_tick), int(viewport.right_tick) + 1)
    pitch = table.pitch[rows]
    return rows[(pitch >= viewport.lowest_pitch) & (pitch <= viewport.highest_pitch)]
