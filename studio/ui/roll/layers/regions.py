"""RegionLayer: the time selection as a band and the loop as two edges, over the notes."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPen

from studio.ui.roll.context import RollContext
from studio.ui.theme import faded


class RegionLayer:
    """What lies outside the loop is not shaded: it can be edited as well as what is inside."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        view, accent = self._context.viewport, self._context.theme.colour("accent")
        if (selected := self._context.time_selection) is not None:
            left, right = round(view.x(selected[0])), round(view.x(selected[1]))
            painter.fillRect(QRect(left, area.top(), max(right - left, 1), area.height()), faded(accent, 0.10))
            painter.setPen(QPen(faded(accent, 0.55), 1))
            for x in (left, right):
                painter.drawLine(x, area.top(), x, area.bottom())
        if (loop := self._context.loop) is not None:
            painter.setPen(QPen(faded(accent, 0.45), 1))
            for tick in loop:
                x = round(view.x(tick))
                painter.drawLine(x, area.top(), x, area.bottom())
