"""Where the playhead is: bar, beat and tick in large figures, minutes and seconds below."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ml.music import TimeMap

WIDEST = "888:88:888"
PADDING_PX = 8


def clock(seconds: float) -> str:
    """Seconds as 1:02.3"""
    tenths = round(max(0.0, seconds) * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


class PositionDisplay(QWidget):
    """Repaints only when its text changes, and never asks for a new layout."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolTip("Position: bar, beat and tick, counted from 1; below, minutes and seconds")
        self.setAccessibleName("Position")
        self._large = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._large.setPixelSize(19)
        self._large.setWeight(QFont.Weight.DemiBold)
        self._small = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._small.setPixelSize(11)
        self.bars = "1:1:000"
        self.time = "0:00.0"
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self._large).horizontalAdvance(WIDEST) + 2 * PADDING_PX, 40)

    def show_tick(self, tick: float, time_map: TimeMap) -> None:
        bars, time = str(time_map.bar_beat(int(tick))), clock(time_map.seconds(tick))
        if (bars, time) != (self.bars, self.time):
            self.bars, self.time = bars, time
            self.setAccessibleDescription(f"bar {bars}, {time}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.palette().mid().color())
        painter.setBrush(self.palette().base())
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        inside = self.rect().adjusted(PADDING_PX, 2, -PADDING_PX, -3)
        painter.setPen(self.palette().text().color())
        painter.setFont(self._large)
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self.bars)
        painter.setPen(self.palette().placeholderText().color())
        painter.setFont(self._small)
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, self.time)
        painter.end()
