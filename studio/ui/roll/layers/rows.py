"""RowLayer: one row a pitch, tinted by the scale of the key; black keys darker where no key is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from ml.music import Key
from studio.ui.roll.context import RollContext
from studio.ui.roll.rect_batch import draw_rects

BLACK_KEYS = np.isin(np.arange(128) % 12, (1, 3, 6, 8, 10))


class RowLayer:
    """Every stretch of the piece is tinted by the key that is in force there."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        view, theme = self._context.viewport, self._context.theme
        first, last = view.pitch(area.bottom()), view.pitch(area.top())
        pitches = np.arange(first, last + 1)
        y = view.y(pitches)
        painter.setPen(Qt.PenStyle.NoPen)
        for left, right, key in self._stretches(area):
            kinds = self._kinds(pitches, key)
            for kind in np.unique(kinds):
                painter.setBrush(theme.colour(str(kind)))
                draw_rects(painter, left, y[kinds == kind], right - left, view.row_px)
        if view.row_px >= 7:
            painter.setBrush(theme.colour("row_line"))
            draw_rects(painter, area.left(), y + view.row_px - 1, area.width(), 1)
        octaves = pitches[pitches % 12 == 0]
        painter.setBrush(theme.colour("line_grid"))
        draw_rects(painter, area.left(), view.y(octaves) + view.row_px - 1, area.width(), 1)

    def _stretches(self, area: QRect) -> list[tuple[int, int, Key | None]]:
        """Left, right (pixels) and key of the parts of `area`."""
        view, score = self._context.viewport, self._context.document.score
        drums = self._context.track.drums
        if self._context.key is not None or drums or not score.key_signatures:
            return [(area.left(), area.right() + 1, None if drums else self._context.key)]
        marks = {area.left(): score.key_at(max(0, int(view.tick(area.left()))))}
        for signature in score.key_signatures:
            x = round(view.x(signature.tick))
            if area.left() < x <= area.right():
                marks[x] = signature.key
        edges = [*sorted(marks), area.right() + 1]
        return [(left, right, marks[left]) for left, right in pairwise(edges)]

    @staticmethod
    def _kinds(pitches: np.ndarray, key: Key | None) -> np.ndarray:
        """The name of the theme's colour for each row."""
        if key is None:
            return np.where(BLACK_KEYS[pitches], "row_black_key", "row")
        kinds = np.where(key.pitch_mask()[pitches], "row", "row_outside")
        return np.where(pitches % 12 == key.tonic, "row_tonic", kinds)
