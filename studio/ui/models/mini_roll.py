"""A little roll: the notes of one take in the size of a button, growing while the model writes them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ml.requests import TakeNote

LEAST_PITCHES = 12
"""Semitones shown at the least, so that a melody of two notes does not fill the height."""
MARGIN_PX = 3.0


class MiniRoll(QWidget):
    """Notes over [start_tick, end_tick) with faint bar lines; scaled to the pitches that occur.

    `pitches` fixes the range (lowest, highest) so that the rows of one request can be compared by eye.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._notes: Sequence[TakeNote] = ()
        self._ticks = (0, 1)
        self._bar_ticks: Sequence[int] = ()
        self._pitches = (60, 60 + LEAST_PITCHES)
        self._colour = QColor("grey")
        self._line = QColor("grey")

    def sizeHint(self) -> QSize:
        return QSize(150, 32)

    def set_colours(self, note: QColor, line: QColor) -> None:
        self._colour, self._line = note, line
        self.update()

    def set_notes(
        self, notes: Sequence[TakeNote], ticks: tuple[int, int], bar_ticks: Sequence[int], pitches: tuple[int, int]
    ) -> None:
        """Show these notes of the region `ticks`; repaints only when something is new."""
        low, high = pitches
        if high - low < LEAST_PITCHES:
            low = (low + high - LEAST_PITCHES) // 2
            high = low + LEAST_PITCHES
        state = (len(notes), ticks, tuple(bar_ticks), (low, high))
        if state != (len(self._notes), self._ticks, tuple(self._bar_ticks), self._pitches) or notes is not self._notes:
            self._notes, self._ticks, self._bar_ticks, self._pitches = notes, ticks, bar_ticks, (low, high)
            self.update()

    def note_rectangles(self) -> list[QRectF]:
        """Where each note is painted, in pixels of this widget."""
        start, end = self._ticks
        low, high = self._pitches
        across = (self.width() - 2 * MARGIN_PX) / max(1, end - start)
        down = (self.height() - 2 * MARGIN_PX) / (high - low + 1)
        thick = max(2.0, min(down, 4.0))
        return [
            QRectF(
                MARGIN_PX + (note.start - start) * across,
                MARGIN_PX + (high - note.pitch) * down + (down - thick) / 2,
                max(1.5, note.length * across - 1.0),
                thick,
            )
            for note in self._notes
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        start, end = self._ticks
        across = (self.width() - 2 * MARGIN_PX) / max(1, end - start)
        for tick in self._bar_ticks:
            if start < tick < end:
                painter.fillRect(QRectF(MARGIN_PX + (tick - start) * across, 0, 1, self.height()), self._line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        for rectangle in self.note_rectangles():
            painter.drawRoundedRect(rectangle, 1, 1)
        painter.end()
