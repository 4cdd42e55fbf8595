"""The dialogs and menus that the window opens; all but the questions about files stay open beside the work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from studio.project import AppFolders, Recoverable
from studio.ui.dialogs.about import About
from studio.ui.dialogs.cheat_sheet import CheatSheet
from studio.ui.dialogs.palette import CommandPalette
from studio.ui.dialogs.preferences import Preferences
from studio.ui.dialogs.recovery import RecoveryDialog, RecoveryWishes

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

VERSION = "0.1"
MENU_OF_ROLL = (
    "edit.cut", "edit.copy", "edit.paste", "edit.duplicate", "edit.delete",
    "edit.select_all", "edit.deselect", "notes.quantise", "notes.legato", "notes.split", "notes.join",
    "notes.mute", "notes.lock", "notes.what_else", "takes.continue",
)  # fmt: skip
"""What the right button offers in the roll."""


class WindowDialogs:
    """`folders` and `log_file` are named in the About box; `now` dates what can be recovered."""

    def __init__(
        self, window: MainWindow, folders: AppFolders, now: Callable[[], datetime], log_file: Path | None
    ) -> None:
        self._window = window
        self._folders = folders
        self._now = now
        self._log_file = log_file
        self.recent = QMenu("Open recent", window)
        self.recent.aboutToShow.connect(self._fill_recent)

    def show_palette(self) -> None:
        window = self._window
        palette = CommandPalette(window.bound.actions, window.bound.trigger, window)
        palette.move(window.mapToGlobal(QPoint((window.width() - palette.width()) // 2, 90)))
        palette.show()

    def show_cheat_sheet(self) -> None:
        CheatSheet(self._window.bound.actions, self._window).show()

    def show_preferences(self) -> None:
        Preferences(self._window.studio.settings, self._window).show()

    def show_about(self) -> None:
        studio = self._window.studio
        facts: list[tuple[str, str | Path]] = [
            ("Data", self._folders.data),
            ("Settings", self._folders.settings_file),
            ("Models", ", ".join(str(folder) for folder in studio.shelf.folders)),
            ("Sound font", studio.sound_font or "none found"),
        ]
        if self._log_file is not None:
            facts.append(("Log", self._log_file))
        About(VERSION, facts, self._window).show()

    def offer_recovery(self) -> None:
        """Show what a crash left, if it left anything."""
        window = self._window
        found = window.studio.recoverable()
        if not found:
            return

        def bring_back(work: Recoverable) -> None:
            if window.files.settled():
                window.attempt(lambda: window.studio.recover(work))

        wishes = RecoveryWishes(bring_back, window.studio.piece.discard)
        RecoveryDialog(found, wishes, self._now(), window).show()

    def open_roll_menu(self, place: QPoint, _tick: float, _pitch: int) -> None:
        """The right button was pressed in the roll; `place` is on the screen."""
        window = self._window
        menu = QMenu(window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.bound.fill(menu, [window.bound.actions[action_id] for action_id in MENU_OF_ROLL])
        menu.popup(place)

    def _fill_recent(self) -> None:
        self.recent.clear()
        for path in self._window.studio.settings.recent_files():
            name = path.name.replace("&", "&&")
            self.recent.addAction(name, partial(self._window.files.open_path, path)).setToolTip(str(path))
        if self.recent.isEmpty():
            self.recent.addAction("No file was opened yet").setEnabled(False)
