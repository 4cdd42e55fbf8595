"""Padlocks: how locked notes are told apart by shape, bars at both ends and a padlock where there is room."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from studio.ui.roll.note_boxes import NoteBoxes
from studio.ui.roll.rect_batch import draw_rects

WIDE, HIGH = 7, 8
"""Pixels of a padlock with its shackle."""
LEAST_HEIGHT_PX, LEAST_WIDTH_PX, ROOMY_PX = 11, 11, 26


class Padlocks:
    """Everything is made of rectangles in whole pixels, so that thousands cost a few calls."""

    def paint(self, painter: QPainter, boxes: NoteBoxes, ink: QColor, edge: QColor) -> None:
        """Mark these notes in `ink`, set off from any fill by `edge`."""
        painter.setPen(Qt.PenStyle.NoPen)
        padlocked = (boxes.width >= LEAST_WIDTH_PX) & (boxes.height >= LEAST_HEIGHT_PX)
        self._bars(painter, boxes.at(~padlocked | (boxes.width >= ROOMY_PX)), ink, edge)
        self._padlocks(painter, boxes.at(padlocked), ink, edge)

    @staticmethod
    def _bars(painter: QPainter, boxes: NoteBoxes, ink: QColor, edge: QColor) -> None:
        """Uprights at both ends; of a very short note one."""
        x, right = boxes.x, boxes.x + boxes.width
        painter.setBrush(edge)
        wide = boxes.width >= 8
        draw_rects(painter, x[wide] + 2, boxes.y[wide], 1, boxes.height)
        draw_rects(painter, right[wide] - 3, boxes.y[wide], 1, boxes.height)
        painter.setBrush(ink)
        draw_rects(painter, x, boxes.y, np.minimum(boxes.width, 2), boxes.height)
        draw_rects(painter, right[wide] - 2, boxes.y[wide], 2, boxes.height)

    @staticmethod
    def _padlocks(painter: QPainter, boxes: NoteBoxes, ink: QColor, edge: QColor) -> None:
        """On a plate: at the right end, or in the middle of a short note."""
        if not len(boxes):
            return
        at_end = boxes.x + boxes.width - WIDE - 6
        left = np.where(boxes.width >= ROOMY_PX, at_end, boxes.x + (boxes.width - WIDE) // 2)
        top = boxes.y + (boxes.height - HIGH) // 2
        painter.setBrush(edge)
        draw_rects(painter, left - 2, top - 1, WIDE + 4, HIGH + 2)
        painter.setBrush(ink)
        draw_rects(painter, left, top + 3, WIDE, HIGH - 3)  # the body
        draw_rects(painter, left + 2, top, WIDE - 4, 1)  # the shackle
        draw_rects(painter, left + 1, top + 1, 1, 2)
        draw_rects(painter, left + WIDE - 2, top + 1, 1, 2)
        painter.setBrush(edge)
        draw_rects(painter, left + WIDE // 2, top + 4, 1, 2)  # the keyhole
