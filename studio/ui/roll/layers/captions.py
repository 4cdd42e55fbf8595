"""CaptionLayer: what the colours of surprise mean, and what the arcs of attention are, in the roll's lower corner."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPixmap

from studio.ui.roll.context import RollContext
from studio.ui.roll.insight import ArcsView, SurpriseView
from studio.ui.roll.note_boxes import note_box
from studio.ui.roll.surprise_scale import EDGES_BITS, SHADES, surprise_shades
from studio.ui.theme import Theme, faded

MARGIN, PADDING = 10, 10
SWATCH_PX, SWATCH_HIGH_PX = 26, 9
TEXT_PX, SMALL_PX = 12, 10
WIDEST_PX, NARROWEST_PX = 460, 260
ENDS = ("expected", "surprising")
MEANING = "4 bits: a chance of 1 in 16; 5: 1 in 32"


class CaptionLayer:
    """Painted over everything but the playhead. Each plate is painted once and kept: text costs more than notes do."""

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self._legend, self._sentence = Plate(), Plate()

    def paint(self, painter: QPainter, area: QRect) -> None:
        insight, window = self._context.insight, self._context.viewport
        theme, font, ratio = self._context.theme, painter.font(), painter.device().devicePixelRatioF()
        left = MARGIN
        if (surprise := insight.surprise) is not None:
            shown: Hashable = (theme, surprise.title, surprise.state, font.toString(), ratio)
            size = self._legend.make(shown, ratio, lambda: legend(theme, font, surprise))
            self._legend.draw(painter, area, QPoint(left, window.height - MARGIN - size.height()))
            left += size.width() + MARGIN
        if (arcs := insight.arcs) is not None:
            if window.width - left - MARGIN < NARROWEST_PX:
                left = MARGIN
            width = min(WIDEST_PX, window.width - left - MARGIN)
            shown = (theme, arcs.caption, width, font.toString(), ratio)
            size = self._sentence.make(shown, ratio, lambda: sentence(theme, font, arcs, width))
            # Below, beside the legend; at the top where the note in question would lie under it.
            low = note_box(window, arcs.note).bottom() > window.height - size.height() - 3 * MARGIN
            top = MARGIN if low else window.height - MARGIN - size.height()
            self._sentence.draw(painter, area, QPoint(left, top))


Painting = tuple[QSize, Callable[[QPainter], None]]


class Plate:
    """A rounded plate with something on it, kept as a picture until what it shows is something else."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._picture = QPixmap()

    def make(self, key: Hashable, ratio: float, painting: Callable[[], Painting]) -> QSize:
        """See to it that the picture shows `key`; returns its size in logical pixels."""
        if key != self._key:
            self._key = key
            size, paint = painting()
            self._picture = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            with QPainter(self._picture) as painter:
                paint(painter)
        return self._picture.deviceIndependentSize().toSize()

    def draw(self, painter: QPainter, area: QRect, at: QPoint) -> None:
        if QRect(at, self._picture.deviceIndependentSize().toSize()).intersects(area):
            painter.drawPixmap(at, self._picture)


def sentence(theme: Theme, font: QFont, view: ArcsView, width: int) -> Painting:
    """The sentence about the arcs."""
    text_font = sized(font, TEXT_PX)
    inner = QRect(0, 0, width - 2 * PADDING, 1000)
    text = QFontMetrics(text_font).boundingRect(inner, Qt.TextFlag.TextWordWrap, view.caption)
    box = QRect(0, 0, width, text.height() + 2 * PADDING - 4)

    def paint(painter: QPainter) -> None:
        ground(painter, theme, box)
        painter.setFont(text_font)
        painter.setPen(theme.colour("text"))
        painter.drawText(box.adjusted(PADDING, PADDING - 2, -PADDING, 0), Qt.TextFlag.TextWordWrap, view.caption)

    return box.size(), paint


def legend(theme: Theme, font: QFont, view: SurpriseView) -> Painting:
    """Title, what is still being asked, and the shades with their bits."""
    text_font, small = sized(font, TEXT_PX), sized(font, SMALL_PX)
    metrics, fine = QFontMetrics(text_font), QFontMetrics(small)
    heading = f"{view.title}  ·  {view.state}" if view.state else view.title
    scale = SHADES * SWATCH_PX
    # Widths of glyphs are not whole: a text that is given no more than its width may be cut.
    told = max(metrics.horizontalAdvance(heading), fine.horizontalAdvance(MEANING)) + 2
    width = max(scale, min(told, WIDEST_PX)) + 2 * PADDING
    box = QRect(0, 0, width, metrics.height() + SWATCH_HIGH_PX + 3 * fine.height() + 2 * PADDING)

    def paint(painter: QPainter) -> None:
        ground(painter, theme, box)
        top = PADDING - 3
        painter.setFont(text_font)
        painter.setPen(theme.colour("text"))
        shown = metrics.elidedText(heading, Qt.TextElideMode.ElideRight, width - 2 * PADDING)
        painter.drawText(QPoint(PADDING, top + metrics.ascent()), shown)
        top += metrics.height() + 3
        for index, shade in enumerate(surprise_shades(theme)):
            painter.fillRect(QRect(PADDING + index * SWATCH_PX, top, SWATCH_PX - 1, SWATCH_HIGH_PX), shade)
        top += SWATCH_HIGH_PX + 1
        painter.setFont(small)
        painter.setPen(theme.colour("text_dim"))
        for index, edge in enumerate(EDGES_BITS, 1):
            place = QRect(PADDING + index * SWATCH_PX - SWATCH_PX // 2 - 1, top, SWATCH_PX, fine.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{edge:g}")
        ends = QRect(PADDING, top + fine.height(), scale - 1, fine.height() + 2)
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, ENDS[0])
        painter.drawText(ends, Qt.AlignmentFlag.AlignHCenter, "bits")
        painter.drawText(ends, Qt.AlignmentFlag.AlignRight, ENDS[1])
        painter.drawText(QPoint(PADDING, ends.bottom() + fine.ascent()), MEANING)

    return box.size(), paint


def sized(font: QFont, pixels: int) -> QFont:
    found = QFont(font)
    found.setPixelSize(pixels)
    return found


def ground(painter: QPainter, theme: Theme, box: QRect) -> None:
    """The plate itself: a little of what lies below shows through."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.colour("border"))
    painter.setBrush(faded(theme.colour("panel"), 0.94))
    painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 6, 6)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
