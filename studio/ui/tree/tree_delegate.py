"""TreeDelegate: paints one row of the tree of takes: what became of it, its name, two lines, a little roll."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.project import TakeRef, TakeState
from studio.session.song_report import Standing
from studio.ui.theme import DARK, Theme, faded
from studio.ui.tree.outline import RequestRow, TakeRow
from studio.ui.tree.row_text import request_line, take_line, take_title
from studio.ui.tree.thumbnails import Thumbnails

ROW_PX, PICTURE_PX, MARK_PX, GAP_PX = 38, 84, 16, 6
STAR = [(0, -5), (1.5, -1.6), (5, -1.4), (2.3, 0.9), (3.2, 4.4),
        (0, 2.4), (-3.2, 4.4), (-2.3, 0.9), (-5, -1.4), (-1.5, -1.6)]  # fmt: skip
"""Corners of a star around its middle, in pixels."""


class TreeDelegate(QStyledItemDelegate):
    """`standings` says what is left of accepted takes in the song."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.standings: Mapping[TakeRef, Standing] = {}
        self._thumbnails = Thumbnails()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(220, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.internalPointer()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        font: QFont = option.font
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, faded(self.theme.colour("accent"), 0.22))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, faded(self.theme.colour("accent"), 0.08))
        if isinstance(row, RequestRow):
            self._lines(painter, area.adjusted(4, 0, -4, 0), font, row.title, request_line(row.record), bold=True)
        elif isinstance(row, TakeRow):
            self._paint_take(painter, area.adjusted(4, 0, -4, 0), font, row)
        painter.restore()

    def _paint_take(self, painter: QPainter, area: QRect, font: QFont, row: TakeRow) -> None:
        take, theme = row.take, self.theme
        standing = self.standings.get(row.ref)
        there = standing is None or bool(standing.notes)
        self._paint_mark(painter, QPointF(area.left() + 7, area.center().y() + 0.5), take.state, there)
        left = area.left() + MARK_PX
        if take.starred:
            self._paint_star(painter, QPointF(left + 6, area.top() + ROW_PX * 0.32))
        room = area.width() - MARK_PX
        picture = PICTURE_PX if room > 2 * PICTURE_PX - 20 else 0
        dim = take.state is TakeState.REJECTED or take.discarded or not there
        text = QRect(left, area.top(), room - picture - GAP_PX, area.height())
        line = take_line(take, standing, with_state=False)
        self._lines(painter, text, font, take_title(take), line, dim=dim, indent=14 if take.starred else 0)
        if picture:
            colour = theme.take_colour(row.number)
            size = QSize(picture, ROW_PX - 10)
            place = QRect(area.right() - picture, area.top() + 5, picture, size.height())
            painter.fillRect(place, theme.colour("field"))
            painter.setOpacity(0.5 if dim else 1.0)
            ratio = painter.device().devicePixelRatioF()
            found = self._thumbnails.picture(row.request.record, take, size, colour, theme.colour("line_beat"), ratio)
            painter.drawPixmap(place.topLeft(), found)
            painter.setOpacity(1.0)

    def _lines(
        self, painter: QPainter, area: QRect, font: QFont, first: str, second: str, *, bold: bool = False,
        dim: bool = False, indent: int = 0,
    ) -> None:  # fmt: skip
        """A name and a smaller line below it, each cut where it has no room."""
        name, small = QFont(font), QFont(font)
        name.setBold(bold)
        small.setPointSizeF(max(font.pointSizeF() * 0.86, 6.0))
        half = area.height() // 2
        upper = QRect(area.left() + indent, area.top() + 3, area.width() - indent, half)
        for text, face, colour, box in (
            (first, name, "text_dim" if dim else "text", upper),
            (second, small, "text_dim", QRect(area.left(), area.top() + half, area.width(), half - 2)),
        ):  # fmt: skip
            painter.setFont(face)
            painter.setPen(self.theme.colour(colour))
            shown = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine), shown)

    def _paint_mark(self, painter: QPainter, at: QPointF, state: TakeState, there: bool) -> None:
        """A full dot: in the song; half: partly; a dim one: it was; a ring: showing; a small cross: rejected."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.theme.colour("accent" if state is not TakeState.REJECTED and there else "text_dim")
        pen = QPen(colour, 1.5)
        box = QRectF(at.x() - 4, at.y() - 4, 8, 8)
        if state is TakeState.REJECTED:
            painter.setPen(pen)
            for step in (-1, 1):
                painter.drawLine(QPointF(at.x() - 3, at.y() - 3 * step), QPointF(at.x() + 3, at.y() + 3 * step))
        else:
            painter.setPen(pen)
            painter.setBrush(colour if state is TakeState.ACCEPTED else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(box)
            if state is TakeState.PARTLY_ACCEPTED:
                painter.setBrush(colour)
                painter.drawPie(box, 90 * 16, 180 * 16)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_star(self, painter: QPainter, at: QPointF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.colour("warning")))
        painter.drawPolygon(QPolygonF([QPointF(at.x() + x, at.y() + y) for x, y in STAR]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
