"""GridLayer: bar, beat and grid lines, in that order of weight; the finest are the places that snap uses."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPen

from studio.ui.roll.context import RollContext
from studio.ui.roll.grid_lines import GridLines, grid_lines
from studio.ui.roll.rect_batch import draw_lines

CLOSE_BARS_PX = 40
"""When bars are closer than this only every fourth one has a strong line."""


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
        strong = lines.bars if self._bars_apart(lines) else lines.bars[(lines.numbers - 1) % 4 == 0]
        for ticks, colour in (
            (lines.steps, "line_grid"), (lines.beats, "line_beat"), (lines.bars, "line_beat"), (strong, "line_bar"),
        ):  # fmt: skip
            pen = QPen(theme.colour(colour), max(1, round(painter.device().devicePixelRatioF())))
            pen.setCosmetic(True)
            painter.setPen(pen)
            x = view.x(ticks).astype(int)
            draw_lines(painter, x, area.top(), x, area.bottom())

    def _bars_apart(self, lines: GridLines) -> bool:
        """Whether every bar can have a strong line without the page turning into a fence."""
        if len(lines.bars) < 2:
            return True
        return float(np.diff(lines.bars).min()) * self._context.viewport.px_per_tick >= CLOSE_BARS_PX
