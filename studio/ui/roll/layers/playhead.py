"""PlayheadLayer: one line, painted over everything; only a strip around it is repainted as it moves."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from studio.ui.roll.context import RollContext
from studio.ui.theme import faded

STRIP_PX = 4
"""What is repainted on either side of the line."""


class PlayheadLayer:
    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        tick = self._context.playhead_tick
        if tick is None:
            return
        x = round(self._context.viewport.x(tick))
        colour = self._context.theme.colour("playhead")
        painter.fillRect(QRect(x - 1, area.top(), 3, area.height()), faded(colour, 0.18))
        painter.fillRect(QRect(x, area.top(), 1, area.height()), faded(colour, 0.95))
