"""RegionLayer: the time selection as a band, the loop as two edges, and what was asked of the takes."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
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
        for region in {layer.region for layer in self._context.takes if layer.region is not None}:
            self._paint_asked(painter, region, area)
        if (loop := self._context.loop) is not None:
            painter.setPen(QPen(faded(accent, 0.45), 1))
            for tick in loop:
                x = round(view.x(tick))
                painter.drawLine(x, area.top(), x, area.bottom())

    def _paint_asked(self, painter: QPainter, region: tuple[int, int], area: QRect) -> None:
        """The bars that the takes fill, in the colour of the take that is heard."""
        view, theme = self._context.viewport, self._context.theme
        left, right = round(view.x(region[0])), round(view.x(region[1]))
        active = next((layer for layer in self._context.takes if layer.active), None)
        colour = theme.take_colour(active.colour) if active else theme.colour("accent")
        painter.fillRect(QRect(left, area.top(), right - left, area.height()), faded(colour, 0.06))
        painter.setPen(QPen(faded(colour, 0.6), 1, Qt.PenStyle.DashLine))
        painter.drawLine(left, area.top(), left, area.bottom())
        painter.drawLine(right, area.top(), right, area.bottom())
