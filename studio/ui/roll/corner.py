"""Corner: the empty field where ruler and keys meet; it says which key the rows are tinted by."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.roll.context import KEYBOARD_WIDTH, RollContext


class Corner(QWidget):
    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setFixedWidth(KEYBOARD_WIDTH)
        for signal in (context.viewportChanged, context.lookChanged, context.documentChanged, context.gridChanged):
            signal.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ends also on an error, which Qt would not survive else
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        context, theme = self._context, self._context.theme
        painter.fillRect(self.rect(), theme.colour("ruler"))
        key = None if context.track.drums else context.key_at(context.viewport.left_tick)
        grid = context.grid_setting.current(context.document.score.ticks_per_quarter, context.viewport.px_per_tick)
        font = QFont(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(theme.colour("text_dim"))
        area = QRect(8, 0, self.width() - 10, self.height() // 2)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, "" if key is None else str(key))
        painter.drawText(area.translated(0, self.height() // 2), Qt.AlignmentFlag.AlignVCenter, f"Grid {grid.label}")
        painter.setPen(theme.colour("border"))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
