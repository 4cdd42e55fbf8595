"""A thin line that fills from left to right while models write."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

HEIGHT_PX = 4


class ProgressLine(QWidget):
    """Not a QProgressBar: that repaints everything that waits to be painted, at once, with each new value."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName("Progress of the models")
        self.fraction = 0.0

    def show_fraction(self, fraction: float) -> None:
        """Show how much is done, 0 to 1."""
        if fraction != self.fraction:
            self.fraction = min(max(fraction, 0.0), 1.0)
            self.setAccessibleDescription(f"{self.fraction:.0%}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().mid())
        painter.fillRect(QRectF(0, 0, self.width() * self.fraction, self.height()), self.palette().highlight())
        painter.end()
