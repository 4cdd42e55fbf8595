"""The whole program in this process: window, engine with torch, player process, journal, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio import app
from studio.project import AppFolders, SettingsStore
from studio.project.settings import CHOSEN_MODELS, MODELS_FOLDER
from studio.ui.dialogs.file_dialogs import Unsaved
from studio.ui.main_window import MainWindow

PATIENCE_MS = 60_000
MODELS = ("lstm", "transformer")


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small networks with random weights; where models of these names are shipped, those answer in their place."""
    import torch

    from ml.models.checkpoint import save_model
    from ml.models.event_model import EventModel, ModelConfig

    torch.manual_seed(3)
    place = tmp_path_factory.mktemp("models")
    for config in (
        ModelConfig("lstm", width=16, layers=1, hidden=16),
        ModelConfig("transformer", width=64, layers=1, heads=2, feed_forward=32),
    ):
        save_model(place / config.trunk, EventModel(config), {"name": config.trunk.title(), "trunk": config.trunk})
    return place


@dataclass
class Answers:
    """What the musician says to the questions about files."""

    open: Path | None = None
    save: Path | None = None
    model: Path | None = None
    about_unsaved: Unsaved = Unsaved.DISCARD

    def open_path(self, folder: Path) -> Path | None:
        return self.open

    def save_path(self, title: str, suggested: Path, kind: str) -> Path | None:
        return self.save

    def model_folder(self, folder: Path) -> Path | None:
        return self.model

    def unsaved(self, name: str) -> Unsaved:
        return self.about_unsaved


@dataclass
class Musician:
    """Somebody at the window, with mouse and keyboard."""

    window: MainWindow
    answers: Answers
    qtbot: QtBot

    def press(self, *keys: str, on: QWidget | None = None) -> None:
        for key in keys:
            QTest.keySequence(on or self.window.roll.note_area, QKeySequence.fromString(key))

    def draw(self, quarter: float, quarters: float, pitch: int) -> None:
        """Draw a note with the mouse: press where it starts, let go where it ends."""
        view, area = self.window.context.viewport, self.window.roll.note_area
        ticks = self.window.studio.document.score.ticks_per_quarter

        def place(at: float) -> QPoint:
            return QPoint(round(view.x(at * ticks)) + 2, round(view.y(pitch)) + view.row_px // 2)

        left = Qt.MouseButton.LeftButton
        self.qtbot.mousePress(area, left, pos=place(quarter))
        self.qtbot.mouseMove(area, pos=place(quarter + quarters / 2))
        self.qtbot.mouseMove(area, pos=place(quarter + quarters) - QPoint(4, 0))
        self.qtbot.mouseRelease(area, left, pos=place(quarter + quarters) - QPoint(4, 0))

    def until(self, is_so: Callable[[], bool]) -> None:
        def check() -> None:
            assert is_so(), self.window.notice.text or self.window.studio.status

        self.qtbot.waitUntil(check, timeout=PATIENCE_MS)

    def continue_(self) -> None:
        """Press Continue and wait for all takes."""
        self.press("Ctrl+Return")
        assert self.window.studio.takes.showing, self.window.notice.text
        self.until(lambda: not self.window.studio.takes.running)

    @property
    def pitches(self) -> list[int]:
        return [note.pitch for note in self.window.studio.document.track.notes]


@pytest.fixture
def at_the_window(qtbot: QtBot, home: Path, tiny_models: Path) -> Iterator[Callable[[Path | None], Musician]]:
    """Start the program, on a file if one is named; everything ends with the test."""
    opened: list[app.Running] = []

    def start(path: Path | None = None) -> Musician:
        folders = AppFolders.of_user()
        settings = SettingsStore(folders.settings_file)
        settings.set(MODELS_FOLDER, str(tiny_models))
        settings.set(CHOSEN_MODELS, MODELS)
        answers = Answers()
        running = app.start(folders, path, asking=answers)
        opened.append(running)
        qtbot.addWidget(running.window)
        running.window.activateWindow()
        qtbot.waitUntil(running.window.isActiveWindow, timeout=PATIENCE_MS)
        return Musician(running.window, answers, qtbot)

    yield start
    for running in opened:
        running.close()
        running.window.hide()
    QApplication.processEvents()
