"""Pan: dragging with the middle button moves the view; nothing of the document is touched."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter


class Pan:
    """The place that was grabbed stays under the mouse."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, at: Pointer) -> None:
        self._start = at
        self._view = self._context.viewport

    def update(self, at: Pointer) -> None:
        self._context.scroll_by_user(self._view.scrolled(self._start.x - at.x, self._start.y - at.y))

    def end(self, at: Pointer) -> None:
        self.update(at)

    def cancel(self) -> None:
        self._context.scroll_by_user(self._view)

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        """Nothing: the view itself moves."""
