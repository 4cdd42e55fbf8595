"""The offer after a crash: unsaved work that was found, to be brought back, kept for later, or thrown away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget

from studio.project import Recoverable
from studio.ui.labels import dim_label, heading


@dataclass(frozen=True)
class RecoveryWishes:
    recover: Callable[[Recoverable], None]
    discard: Callable[[Recoverable], None]


def line_for(found: Recoverable, now: datetime) -> str:
    """How one piece of work is listed: name, number of edits, when."""
    when = found.when.astimezone(now.tzinfo)
    day = "today" if when.date() == now.date() else when.strftime("%d %B %Y")
    edits = f"{found.steps} unsaved edit{'' if found.steps == 1 else 's'}" if found.steps else "unsaved takes"
    warning = " – closed unexpectedly when it was recovered before" if found.keeps_crashing else ""
    return f"{found.name or 'Untitled'}: {edits}, {day} at {when:%H:%M}{warning}"


class RecoveryDialog(QDialog):
    """Lists what can be recovered. Closing it keeps everything for the next start."""

    def __init__(
        self, found: Sequence[Recoverable], wishes: RecoveryWishes, now: datetime, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("recovery")
        self.setWindowTitle("Unsaved work")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._found = list(found)
        self._wishes = wishes
        self.list = QListWidget()
        for entry in self._found:
            self.list.addItem(line_for(entry, now))
        whole = [row for row, entry in enumerate(self._found) if not entry.keeps_crashing]
        self.list.setCurrentRow(whole[0] if whole else 0)
        self.recover = QPushButton("Recover")
        self.recover.setProperty("primary", True)
        self.recover.setDefault(True)
        self.discard = QPushButton("Throw away")
        self.later = QPushButton("Later")
        self.recover.clicked.connect(self._recover)
        self.discard.clicked.connect(self._discard)
        self.later.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.discard)
        buttons.addStretch(1)
        buttons.addWidget(self.later)
        buttons.addWidget(self.recover)
        layout = QVBoxLayout(self)
        layout.addWidget(heading("Continuo did not close properly last time."))
        layout.addWidget(dim_label("These edits were kept for you:"))
        layout.addWidget(self.list)
        layout.addLayout(buttons)
        self.resize(520, 260)

    def _chosen(self) -> Recoverable | None:
        row = self.list.currentRow()
        return self._found[row] if 0 <= row < len(self._found) else None

    def _recover(self) -> None:
        chosen = self._chosen()
        self.close()
        if chosen is not None:
            self._wishes.recover(chosen)

    def _discard(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        self._wishes.discard(chosen)
        self.list.takeItem(self._found.index(chosen))
        self._found.remove(chosen)
        if not self._found:
            self.close()
