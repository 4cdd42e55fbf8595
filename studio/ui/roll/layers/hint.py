"""HintLayer: what an empty roll says, so that nobody sits before a blank page."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QPainter

from studio.ui.roll.context import RollContext

TITLE = "Nothing on this track yet"
TEXT = "Double-click, or press 2 and drag, to draw a note – or open a MIDI file."


class HintLayer:
    """Shown while the track has no note, no take is streaming into it and no other track shows through."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    @property
    def shown(self) -> bool:
        return not len(self._context.notes) and not self._context.takes

    def paint(self, painter: QPainter, area: QRect) -> None:
        if not self.shown:
            return
        view, theme = self._context.viewport, self._context.theme
        middle = QRect(0, view.height // 2 - 34, view.width, 34)
        font = QFont(painter.font())
        font.setPixelSize(18)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, TITLE)
        font.setPixelSize(13)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.colour("text_dim"))
        painter.drawText(middle.translated(0, 30), Qt.AlignmentFlag.AlignCenter, TEXT)
