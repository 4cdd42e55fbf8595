"""ExplainNote: a click that asks a model about a note; nothing is selected, moved or drawn."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor, QPainter

from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.pointing import pointed_at


class ExplainNote:
    """Lets the note sound while it is held, and asks when it is let go where it was pressed."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, at: Pointer) -> None:
        self._note = pointed_at(self._context, at.x, at.y)
        if self._note is not None:
            self._context.hearing.sound([(self._note.note.pitch, self._note.note.velocity)])

    def update(self, at: Pointer) -> None:
        """Nothing changes on the way."""

    def end(self, at: Pointer) -> None:
        self._context.hearing.silence()
        if self._note is not None and pointed_at(self._context, at.x, at.y) == self._note:
            self._context.insight.explained.emit(self._note, QPoint(QCursor.pos()))

    def cancel(self) -> None:
        self._context.hearing.silence()

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        """Nothing is shown beside the notes."""
