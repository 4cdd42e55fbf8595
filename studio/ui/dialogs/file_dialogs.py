"""Asking for file names, and what to do with unsaved work: the only places where the window waits for an answer."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

OPEN_KINDS = "Music (*.continuo *.mid *.midi *.kar *.rmi *.smf);;All files (*)"


class Unsaved(Enum):
    """What the user wants done with changes that are not saved."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Asking(Protocol):
    """The questions that file commands ask; tests answer them without a window."""

    def open_path(self, folder: Path) -> Path | None: ...
    def save_path(self, title: str, suggested: Path, kind: str) -> Path | None: ...
    def model_folder(self, folder: Path) -> Path | None: ...
    def unsaved(self, name: str) -> Unsaved: ...


class FileDialogs:
    """The real questions, as dialogs over the window."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def open_path(self, folder: Path) -> Path | None:
        """A file to open, None when the user thought better of it."""
        name, _ = QFileDialog.getOpenFileName(self._parent, "Open", str(folder), OPEN_KINDS)
        return Path(name) if name else None

    def save_path(self, title: str, suggested: Path, kind: str) -> Path | None:
        """A name to write to; `kind` such as "MIDI file (*.mid)". A missing ending is added, replacing is asked."""
        dialog = QFileDialog(self._parent, title, str(suggested.parent), kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suggested.suffix.lstrip("."))
        dialog.selectFile(suggested.name)
        chosen = dialog.exec() == QFileDialog.DialogCode.Accepted
        names = dialog.selectedFiles()
        dialog.deleteLater()
        return Path(names[0]) if chosen and names else None

    def model_folder(self, folder: Path) -> Path | None:
        """A folder that should hold a model, None when the user thought better of it."""
        name = QFileDialog.getExistingDirectory(self._parent, "Choose a model folder", str(folder))
        return Path(name) if name else None

    def unsaved(self, name: str) -> Unsaved:
        box = QMessageBox(self._parent)
        box.setObjectName("unsaved")
        box.setWindowTitle("Unsaved changes")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"“{name}” has changes that are not saved.")
        box.setInformativeText("Save them first?")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        box.deleteLater()
        return {buttons.Save.value: Unsaved.SAVE, buttons.Discard.value: Unsaved.DISCARD}.get(answer, Unsaved.CANCEL)
