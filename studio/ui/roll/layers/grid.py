"""GridLayer: bar, beat and grid lines, in that order of weight; the finest are the places that snap uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from studio.ui.roll.context import RollContext
from studio.ui.roll.grid_lines import GridLines, grid_lines
from studio.ui.roll.rect_batch import draw_rects
from studio.ui.theme import mixed

CLOSE_STEPS_PX = 14
"""When grid lines are closer than this they are fainter."""
CLOSE_BARS_PX = 40
"""When bars are closer than this only every fourth of those drawn has a strong line."""


class GridLayer:
    """Lines are one pixel wide and crisp at any scale of the screen: they are placed in its own pixels."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        context = self._context
        view, theme = context.viewport, context.theme
        ratio = painter.device().devicePixelRatioF()
        start = int(view.tick(area.left() - 1))
        lines = grid_lines(context.time_map, max(0, start), int(view.tick(area.right() + 2)) + 1,
                           context.grid.ticks, view.px_per_tick)  # fmt: skip
        strong = self._strong(lines)
        top, height = round(area.top() * ratio), round(area.height() * ratio)
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setPen(Qt.PenStyle.NoPen)
        crowded = float(context.grid.ticks) * view.px_per_tick < CLOSE_STEPS_PX
        fine = mixed(theme.colour("line_grid"), theme.colour("row"), 0.45 if crowded else 0.0)
        for ticks, colour in (
            (np.setdiff1d(lines.steps, lines.beats), fine),
            (lines.beats, theme.colour("line_beat")),
            (lines.bars[~strong], theme.colour("line_beat")),
            (lines.bars[strong], theme.colour("line_bar")),
        ):
            painter.setBrush(colour)
            draw_rects(painter, np.floor(view.x(ticks)) * ratio, top, max(1, round(ratio)), height)
        painter.restore()

    def _strong(self, lines: GridLines) -> NDArray[np.bool_]:
        """Which bars get a strong line: all, or every fourth where they would turn the page into a fence."""
        if len(lines.bars) < 2:
            return np.ones(len(lines.bars), bool)
        gap_px = float(np.diff(lines.bars).min()) * self._context.viewport.px_per_tick
        every = 4 * int(np.diff(lines.numbers).min()) if gap_px < CLOSE_BARS_PX else 1
        return (lines.numbers - 1) % every == 0
