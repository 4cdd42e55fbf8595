"""About: version, where things lie, and whose work is shipped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from studio.ui.labels import dim_label, heading, plain_label

WHAT = "Sketch a melody, let models continue it side by side, keep what you like. Everything stays on this computer."


class About(QDialog):
    """`facts` are pairs of title and text, such as folders and the log file."""

    def __init__(self, version: str, facts: list[tuple[str, str | Path]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle("About Continuo")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = QFormLayout()
        for title, text in facts:
            value = plain_label(str(text))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setWordWrap(True)
            form.addRow(dim_label(title), value)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(heading(f"Continuo {version}"))
        layout.addWidget(dim_label(WHAT, wrap=True))
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.resize(520, 260)
