"""A sentence above the roll for what must not be overlooked; it stays until it is read, and blocks nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from studio.ui.labels import plain_label


class NoticeBar(QFrame):
    """Hidden while there is nothing to say. A new sentence replaces the one before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.label = plain_label()
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("×")
        close.setToolTip("Put this notice away")
        close.setAccessibleName("Put this notice away")
        close.setAutoRaise(True)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 4, 4)
        layout.addWidget(self.label, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence that is showing, "" when none is."""
        return self.label.text() if not self.isHidden() else ""

    def show_sentence(self, sentence: str) -> None:
        self.label.setText(sentence)
        self.show()

    def take_back(self, sentence: str) -> None:
        """Hide this sentence, if it still shows: it is true no longer."""
        if self.label.text() == sentence:
            self.hide()
