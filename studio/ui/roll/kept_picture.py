"""KeptPicture: what a widget shows apart from the playhead, painted once and kept until it is out of date."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget


class KeptPicture:
    """So a moving playhead costs two narrow strips copied, and nothing is drawn twice.

    The memory is kept when the content is out of date: to allocate it takes as long as to paint on it.
    """

    def __init__(self, widget: QWidget, paint: Callable[[QPainter], None]) -> None:
        self._widget = widget
        self._paint = paint
        self._pixmap = QPixmap()
        self._stale = True

    def make_stale(self) -> None:
        """Paint anew before the next showing, and ask the widget to show."""
        self._stale = True
        self._widget.update()

    def draw(self, painter: QPainter, area: QRect) -> None:
        """Copy `area` (logical pixels of the widget) of the picture, painted anew when that is due."""
        ratio = self._widget.devicePixelRatioF()
        size = QSize(round(self._widget.width() * ratio), round(self._widget.height() * ratio))
        if self._pixmap.size() != size or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(size)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)  # gives it the depth to be see-through
            self._stale = True
        if self._stale:
            self._stale = False
            with QPainter(self._pixmap) as onto:  # ends also on an error, which Qt would not survive else
                onto.setFont(self._widget.font())
                self._paint(onto)
        if ratio == 1:
            painter.drawPixmap(area.topLeft(), self._pixmap, area)
        else:
            source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
            painter.drawPixmap(QRectF(area), self._pixmap, source)
