"""OptionRow: one other way to write a note, with a bar as long as it is likely."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton

from ml.requests import Option
from studio.ui.roll.keyboard import share_text
from studio.ui.theme import Theme, faded, mixed

ROW_PX, COLUMN_PX, PADDING = 22, 156, 7


class OptionRow(QAbstractButton):
    """Resting the mouse or the keyboard on it previews the note; pressing it takes it. The note itself is marked."""

    def __init__(self, option: Option, text: str, theme: Theme, rested: Callable[[Option | None], None]) -> None:
        super().__init__()
        self.option = option
        self._theme = theme
        self._rested = rested
        self.setText(text)
        self.setEnabled(option.obeys and not option.chosen)
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if self.isEnabled() else Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(f"{text}, {share_text(option.probability)}")
        self.setToolTip(self._hint())

    def _hint(self) -> str:
        share, of_rest = share_text(self.option.probability), share_text(self.option.permitted)
        if self.option.chosen:
            return f"{self.text()}: what is written now ({share})"
        if not self.option.obeys:
            return f"{self.text()}: {share}, but the limits or the notes around forbid it"
        within = "" if of_rest == share else f"; {of_rest} of what the limits leave"
        return f"{self.text()}: {share}{within}. Click to take it."

    def sizeHint(self) -> QSize:
        return QSize(COLUMN_PX, ROW_PX)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._rested(self.option)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._rested(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._rested(self.option)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._rested(None)
        super().focusOutEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, option = self._theme, self.option
        with QPainter(self) as painter:
            forbidden = not option.obeys and not option.chosen
            room = self.rect().adjusted(0, 1, 0, -1)
            lively = self.isEnabled() and (self.underMouse() or self.hasFocus())
            if lively:
                painter.fillRect(room, mixed(theme.colour("panel"), theme.colour("accent"), 0.14))
            bar = QRect(room.left(), room.top(), max(round(room.width() * option.probability), 2), room.height())
            ink = theme.colour("text_dim") if forbidden else theme.colour("accent")
            painter.fillRect(bar, faded(ink, 0.22 if forbidden else 0.42 if theme.dark else 0.30))
            if self.hasFocus():
                painter.setPen(theme.colour("accent"))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            font = QFont(self.font())
            font.setBold(option.chosen)
            font.setStrikeOut(forbidden)
            painter.setFont(font)
            painter.setPen(theme.colour("text_dim") if forbidden else theme.colour("text"))
            inside = self.rect().adjusted(PADDING, 0, -PADDING, 0)
            mark = "● " if option.chosen else ""
            share, metrics = share_text(option.probability), QFontMetrics(font)
            room_px = inside.width() - metrics.horizontalAdvance(share) - PADDING
            text = metrics.elidedText(mark + self.text(), Qt.TextElideMode.ElideRight, room_px)
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            font.setStrikeOut(False)
            painter.setFont(font)
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, share)
