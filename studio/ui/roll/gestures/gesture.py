"""Gesture: one thing that a pressed mouse button does, from press to release."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QPainter

from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter

DRAG_PX = 4
"""How far the mouse moves before a press is a drag."""


class Gesture(Protocol):
    """`begin` once, `update` for every movement or change of the keys held, then `end` or `cancel` once."""

    def begin(self, at: Pointer) -> None: ...

    def update(self, at: Pointer) -> None: ...

    def end(self, at: Pointer) -> None:
        """Commit, at most one step."""

    def cancel(self) -> None:
        """Leave everything as it was before `begin`."""

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        """Draw what would come, over the note area."""


def is_drag(start: Pointer, at: Pointer) -> bool:
    """Whether the mouse has left the spot where it was pressed."""
    return abs(at.x - start.x) > DRAG_PX or abs(at.y - start.y) > DRAG_PX
