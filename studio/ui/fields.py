"""Keys in number fields and lists: they are for the field while it has the focus, then the roll gets it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QLineEdit, QWidget

MOVING = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip


class FieldKeys(QObject):
    """Event filter for a field: plain keys never reach the window's shortcuts while it has the focus.

    Enter takes the value and calls `leave`; Esc leaves without it. A slider or list keeps only the keys
    that move it, so that Space still plays; a button, which only Tab leads to, keeps Space, and Esc to leave.
    """

    def __init__(self, field: QWidget, leave: Callable[[], None]) -> None:
        super().__init__(field)
        self._field = field
        self._leave = leave
        self._text = isinstance(field, QAbstractSpinBox | QLineEdit)
        self._own = (Qt.Key.Key_Space, Qt.Key.Key_Escape) if isinstance(field, QAbstractButton) else MOVING
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or watched is not self._field:
            return False
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        key = Qt.Key(event.key())
        if event.type() == QEvent.Type.ShortcutOverride and plain and (self._text or key in self._own):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and self._own is not MOVING and key == Qt.Key.Key_Escape:
            self._leave()
            return True
        if event.type() == QEvent.Type.KeyPress and self._text:
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if isinstance(self._field, QAbstractSpinBox):
                    self._field.interpretText()
                self._leave()
                return True
            if key == Qt.Key.Key_Escape:
                self._leave()
                return True
        return False
