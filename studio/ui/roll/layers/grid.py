"""GridLayer: bar, beat and grid lines, in that order of weight; the finest are the places that snap uses."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPen

from studio.ui.roll.context import RollContext
from studio.ui.roll.grid_lines import grid_lines
from studio.ui.roll.rect_batch import draw_lines


class GridLayer:
    """Lines are one physical pixel (two on doubled screens), whatever the scale of the screen."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        context = self._context
        view, theme = context.viewport, context.theme
        start = int(view.tick(area.left() - 1))
        lines = grid_lines(context.time_map, max(0, start), int(view.tick(area.right() + 2)) + 1,
                           context.grid.ticks, view.px_per_tick)  # fmt: skip
        for ticks, colour in ((lines.steps, "line_grid"), (lines.beats, "line_beat"), (lines.bars, "line_bar")):
            pen = QPen(theme.colour(colour), max(1, round(painter.device().devicePixelRatioF())))
            pen.setCosmetic(True)
            painter.setPen(pen)
            x = view.x(ticks).astype(int)
            draw_lines(painter, x, area.top(), x, area.bottom())
