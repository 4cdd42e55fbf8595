"""NoteNames: the names written inside wide notes, drawn from one small picture of all 128 of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from ml.music import Key
from studio.ui.roll.note_boxes import NoteBoxes
from studio.ui.roll.rect_batch import draw_fragments
from studio.ui.roll.spelling import pitch_label
from studio.ui.theme import Theme

MIN_HEIGHT_PX = 12
PADDING_PX = 4


class NoteNames:
    """Names at one font size, spelling and pixel ratio; made anew when any of them changes."""

    def __init__(self, theme: Theme, height: int, key: Key | None, pixel_ratio: float) -> None:
        self._theme = theme
        font = QFont()
        font.setPixelSize(min(max(height - 5, 9), 12))
        metrics = QFontMetricsF(font)
        self._texts = [pitch_label(pitch, key) for pitch in range(128)]
        widths = [int(np.ceil(metrics.horizontalAdvance(text))) + 2 for text in self._texts]
        self._widths = np.array(widths)
        self._cell = (max(widths), int(np.ceil(metrics.height())))
        self._font, self._ratio = font, pixel_ratio
        self._pictures: dict[int, QPixmap] = {}

    def _picture(self, colour: QColor) -> QPixmap:
        """All names in `colour`, 16 to a row."""
        found = self._pictures.get(colour.rgba())
        if found is None:
            wide, high = self._cell
            found = QPixmap(round(wide * 16 * self._ratio), round(high * 8 * self._ratio))
            found.setDevicePixelRatio(self._ratio)
            found.fill(Qt.GlobalColor.transparent)
            painter = QPainter(found)
            painter.setFont(self._font)
            painter.setPen(colour)
            for pitch, text in enumerate(self._texts):
                cell = QRectF(pitch % 16 * wide, pitch // 16 * high, wide, high)
                painter.drawText(cell, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            painter.end()
            self._pictures[colour.rgba()] = found
        return found

    def paint(
        self, painter: QPainter, boxes: NoteBoxes, pitch: NDArray[np.uint8], levels: NDArray[np.int64],
        shades: list[QColor],
    ) -> None:  # fmt: skip
        """Write into those boxes that have room; `levels` index the shades that the boxes are filled with."""
        if boxes.height < MIN_HEIGHT_PX:
            return
        left = np.maximum(boxes.x, 0)  # a note that began off screen still says its name
        room = boxes.x + boxes.width - left >= self._widths[pitch] + 2 * PADDING_PX
        if not room.any():
            return
        ink = [self._theme.text_on(shade) for shade in shades]
        wide, high = self._cell
        for colour in {c.rgba(): c for c in ink}.values():
            fits = np.array([c.rgba() == colour.rgba() for c in ink])[levels] & room
            of = pitch[fits].astype(np.int64)
            sources = np.stack([of % 16 * wide, of // 16 * high, np.full(len(of), wide), np.full(len(of), high)], 1)
            y = boxes.y[fits] + (boxes.height - high + 1) // 2
            draw_fragments(painter, self._picture(colour), sources * self._ratio, left[fits] + PADDING_PX, y)
