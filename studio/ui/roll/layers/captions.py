"""CaptionLayer: what the colours of surprise mean, and what the arcs of attention are, in the roll's lower corner."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from studio.ui.roll.context import RollContext
from studio.ui.roll.insight import ArcsView, SurpriseView
from studio.ui.roll.note_boxes import note_box
from studio.ui.roll.surprise_scale import EDGES_BITS, SHADES, surprise_shades
from studio.ui.theme import faded

MARGIN, PADDING = 10, 10
SWATCH_PX, SWATCH_HIGH_PX = 26, 9
TEXT_PX, SMALL_PX = 12, 10
WIDEST_PX, NARROWEST_PX = 460, 260
ENDS = ("expected", "surprising")


class CaptionLayer:
    """Painted over everything but the playhead, and only where it is asked for."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        insight = self._context.insight
        left = MARGIN
        if insight.surprise is not None:
            left += self._legend(painter, area, insight.surprise) + MARGIN
        if insight.arcs is not None:
            self._arcs(painter, area, insight.arcs, left)

    def _arcs(self, painter: QPainter, area: QRect, view: ArcsView, left: int) -> None:
        """The sentence about the arcs: below, beside the legend; at the top where the note would lie under it."""
        window = self._context.viewport
        font = self._font(painter, TEXT_PX)
        if window.width - left - MARGIN < NARROWEST_PX:
            left = MARGIN
        width = min(WIDEST_PX, window.width - left - MARGIN)
        inner = QRect(0, 0, width - 2 * PADDING, 1000)
        text = QFontMetrics(font).boundingRect(inner, Qt.TextFlag.TextWordWrap, view.caption)
        height = text.height() + 2 * PADDING - 4
        low = note_box(window, view.note).bottom() > window.height - height - 3 * MARGIN
        box = QRect(left, MARGIN if low else window.height - MARGIN - height, width, height)
        if not box.intersects(area):
            return
        self._ground(painter, box)
        painter.setFont(font)
        painter.setPen(self._context.theme.colour("text"))
        inside = box.adjusted(PADDING, PADDING - 2, -PADDING, 0)
        painter.drawText(inside, Qt.TextFlag.TextWordWrap, view.caption)

    def _legend(self, painter: QPainter, area: QRect, view: SurpriseView) -> int:
        """Title, shades with their bits, and what is still being asked; returns how wide it is."""
        theme = self._context.theme
        font, small = self._font(painter, TEXT_PX), self._font(painter, SMALL_PX)
        metrics, fine = QFontMetrics(font), QFontMetrics(small)
        heading = f"{view.title}  ·  {view.state}" if view.state else view.title
        scale = SHADES * SWATCH_PX
        width = max(scale, min(metrics.horizontalAdvance(heading), WIDEST_PX)) + 2 * PADDING
        height = metrics.height() + SWATCH_HIGH_PX + 2 * fine.height() + 2 * PADDING
        box = QRect(MARGIN, self._context.viewport.height - MARGIN - height, width, height)
        if not box.intersects(area):
            return width
        self._ground(painter, box)
        left, top = box.left() + PADDING, box.top() + PADDING - 3
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        heading = metrics.elidedText(heading, Qt.TextElideMode.ElideRight, width - 2 * PADDING)
        painter.drawText(QPoint(left, top + metrics.ascent()), heading)
        top += metrics.height() + 3
        for index, shade in enumerate(surprise_shades(theme)):
            painter.fillRect(QRect(left + index * SWATCH_PX, top, SWATCH_PX - 1, SWATCH_HIGH_PX), shade)
        top += SWATCH_HIGH_PX + 1
        painter.setFont(small)
        painter.setPen(theme.colour("text_dim"))
        for index, edge in enumerate(EDGES_BITS, 1):
            place = QRect(left + index * SWATCH_PX - SWATCH_PX // 2 - 1, top, SWATCH_PX, fine.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{edge:g}")
        ends = QRect(left, top + fine.height(), scale - 1, fine.height() + 2)
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, ENDS[0])
        painter.drawText(ends, Qt.AlignmentFlag.AlignHCenter, "bits")
        painter.drawText(ends, Qt.AlignmentFlag.AlignRight, ENDS[1])
        return width

    @staticmethod
    def _font(painter: QPainter, pixels: int) -> QFont:
        font = QFont(painter.font())
        font.setPixelSize(pixels)
        return font

    def _ground(self, painter: QPainter, box: QRect) -> None:
        theme = self._context.theme
        ground: QColor = faded(theme.colour("panel"), 0.94)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("border"))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
