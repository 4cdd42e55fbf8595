"""A small window over a take, for its label and a note about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from studio.session.take_figures import LONGEST_LABEL, LONGEST_NOTE
from studio.ui.labels import dim_label, heading

WIDE_PX, NOTE_PX = 260, 84


class MarkEditor(QFrame):
    """Calls `kept` with label and note when it closes, unless Esc closed it; closes with Enter and with any click
    beside it."""

    def __init__(self, parent: QWidget, title: str, label: str, note: str, kept: Callable[[str, str], None]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("markEditor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._kept: Callable[[str, str], None] | None = kept
        self.label = QLineEdit(label)
        self.label.setMaxLength(LONGEST_LABEL)
        self.label.setPlaceholderText("a name for this take")
        self.label.setAccessibleName("Label")
        self.note = QPlainTextEdit(note)
        self.note.setPlaceholderText("what you think of it")
        self.note.setAccessibleName("Note")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(NOTE_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(heading(title))
        column.addWidget(self.label)
        column.addWidget(self.note)
        column.addWidget(dim_label("Enter keeps, Tab moves on, Esc leaves it as it was", wrap=True))
        self.setFixedWidth(WIDE_PX)
        for field in (self.label, self.note):
            field.installEventFilter(self)

    def open_at(self, corner: QPoint) -> None:
        """Show it with its upper left corner there, or as near as the screen allows, and let it be typed in."""
        self.adjustSize()
        screen = self.screen().availableGeometry()
        x = min(max(corner.x(), screen.left()), screen.right() - self.width())
        y = min(max(corner.y(), screen.top()), screen.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.label.setFocus()
        self.label.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        new_line = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and watched is self.note
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not new_line:
            self.close()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self._kept = None
            self.close()
            return True
        return False

    def hideEvent(self, event: QEvent) -> None:
        """A click beside the window closes it too: what was typed is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept(self.label.text().strip(), self.note.toPlainText().strip()[:LONGEST_NOTE])
