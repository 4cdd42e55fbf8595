"""SplitNotes: a cut straight down; every note between press and release that sounds there is split."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from studio.edit.grid import snap
from studio.edit.operations.lengths import split_at
from studio.edit.selection import Selection, select_box
from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.status_text import place_text


class SplitNotes:
    """The cut lies on the closest grid line, or with Alt right under the mouse. A click cuts one note."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, at: Pointer) -> None:
        self._start = at
        self.update(at)

    def update(self, at: Pointer) -> None:
        self._at = at
        self._tick = snap(self._context.grid, round(at.tick), self._context.snap(bypassed=at.alt))
        self._context.statusText.emit("Cut at " + place_text(self._context, self._tick, at.pitch))

    def _cut(self) -> Selection:
        """The notes that the cut goes through."""
        document = self._context.document
        lowest, highest = sorted((self._start.pitch, self._at.pitch))
        return select_box(self._context.score, document.current_track, self._tick, self._tick + 1, (lowest, highest))

    def end(self, at: Pointer) -> None:
        self.update(at)
        document = self._context.document
        document.apply("Split notes", split_at(document.score, self._cut(), self._tick))

    def cancel(self) -> None:
        """Nothing was done yet."""

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        view = self._context.viewport
        lowest, highest = sorted((self._start.pitch, self._at.pitch))
        x = round(view.x(self._tick))
        painter.setPen(QPen(self._context.theme.colour("accent"), 2, Qt.PenStyle.DashLine))
        painter.drawLine(x, view.y(highest) - 3, x, view.y(lowest) + view.row_px + 3)
