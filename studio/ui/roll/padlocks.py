"""Padlocks: how locked notes are told apart by shape, a bracket around each and a padlock where there is room."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QPainter, Qt

from studio.ui.roll.note_boxes import NoteBoxes
from studio.ui.roll.rect_batch import draw_rects

BODY = (7, 5)
LEAST_WIDTH_PX, LEAST_HEIGHT_PX = 22, 9
ARM_PX = 4


class Padlocks:
    """Everything is made of rectangles in whole pixels, so that thousands cost a few calls."""

    def paint(self, painter: QPainter, boxes: NoteBoxes, ink: QColor, edge: QColor) -> None:
        """Mark these notes: square brackets in `ink` with `edge` around them, and a padlock at the right end."""
        painter.setPen(Qt.PenStyle.NoPen)
        x, y, width, height = boxes.x, boxes.y, boxes.width, boxes.height
        arm = np.minimum(ARM_PX, np.maximum(width // 2, 1))
        stroke = 2 if height >= 7 else 1
        painter.setBrush(ink)
        for left in (x, x + width - np.minimum(stroke, width)):  # uprights at both ends
            draw_rects(painter, left, y, np.minimum(stroke, width), height)
        for top in (y, y + height - 1):  # and short arms, above and below
            draw_rects(painter, x, top, arm, 1)
            draw_rects(painter, x + width - arm, top, arm, 1)
        if height < LEAST_HEIGHT_PX:
            return
        room = width >= LEAST_WIDTH_PX
        if room.any():
            wide, high = BODY
            left = x[room] + width[room] - wide - 6
            top = y[room] + (height - high - 3) // 2 + 3
            painter.setBrush(edge)
            draw_rects(painter, left - 1, top - 4, wide + 2, high + 5)
            painter.setBrush(ink)
            draw_rects(painter, left, top, wide, high)  # the body
            draw_rects(painter, left + 1, top - 3, wide - 2, 1)  # the shackle
            draw_rects(painter, left + 1, top - 2, 1, 2)
            draw_rects(painter, left + wide - 2, top - 2, 1, 2)
            painter.setBrush(edge)
            draw_rects(painter, left + wide // 2, top + 1, 1, 2)  # the keyhole
