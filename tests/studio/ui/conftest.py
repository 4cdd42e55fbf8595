"""A real window on a real studio: real documents, files, settings and journal; models that walk along scales."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ml.music import Score
from studio.audio import PlaybackPlan, SwitchWhen
from studio.project import AppFolders, Journal, SettingsStore
from studio.session.files import Opened
from studio.session.player_seam import NoPlayer
from studio.session.studio import Studio
from studio.ui.dialogs.file_dialogs import Unsaved
from studio.ui.main_window import MainWindow

PATIENCE_MS = 15_000
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class QuietPlayer(NoPlayer):
    """Makes no sound and writes down what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.plans: list[PlaybackPlan] = []

    def set_plan(self, plan: PlaybackPlan, *, when: SwitchWhen = SwitchWhen.NOW) -> int:
        self.plans.append(plan)
        return len(self.plans)

    def play(self, position_s: float) -> None:
        self.calls.append(("play", position_s))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def set_metronome(self, on: bool) -> None:
        self.calls.append(("metronome", on))

    def preview_on(self, pitch: int, velocity: int, **voice: Any) -> None:
        self.calls.append(("on", pitch))

    def preview_off(self, pitch: int | None = None) -> None:
        self.calls.append(("off", pitch))

    def panic(self) -> None:
        self.calls.append(("panic",))


@dataclass
class Answers:
    """Implements `Asking`: what the user would say to each question, and what was asked."""

    open: Path | None = None
    save: Path | None = None
    model: Path | None = None
    about_unsaved: Unsaved = Unsaved.CANCEL
    asked: list[str] = field(default_factory=list)

    def open_path(self, folder: Path) -> Path | None:
        self.asked.append("open")
        return self.open

    def save_path(self, title: str, suggested: Path, kind: str) -> Path | None:
        self.asked.append(f"save {suggested.name}")
        return self.save

    def model_folder(self, folder: Path) -> Path | None:
        self.asked.append("model folder")
        return self.model

    def unsaved(self, name: str) -> Unsaved:
        self.asked.append(f"unsaved {name}")
        return self.about_unsaved


@pytest.fixture(autouse=True)
def empty_clipboard() -> Iterator[None]:
    """Tests do not find each other's clips; and Qt in memory crashes at the end of a process that leaves one."""
    yield
    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture
def player() -> QuietPlayer:
    return QuietPlayer()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def folders(home: Path) -> AppFolders:
    return AppFolders.of_user()


@pytest.fixture
def studio(rig: Any, player: QuietPlayer, folders: AppFolders) -> Iterator[Studio]:
    settings = SettingsStore(folders.settings_file)
    studio = Studio(rig.engine, settings, player=player, journal=Journal(folders.journal), randomness=random.Random(7))
    yield studio
    studio.close()


@pytest.fixture
def make_window(
    qtbot: QtBot, studio: Studio, folders: AppFolders, answers: Answers
) -> Iterator[Callable[[], MainWindow]]:
    """Opens the window on the studio; it is ended with the test."""
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(studio, folders, asking=answers, now=lambda: NOW, randomness=random.Random(1))
        made.append(window)
        qtbot.addWidget(window)
        window.resize(1280, 800)
        with qtbot.waitExposed(window, timeout=PATIENCE_MS):
            window.show()
        with qtbot.waitActive(window, timeout=PATIENCE_MS):  # keys go nowhere before
            window.activateWindow()
        window.start()
        return window

    yield make
    for window in made:
        window.end()
        window.hide()
    QApplication.processEvents()


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    """A window with a new, empty song."""
    return make_window()


@pytest.fixture
def tune_window(studio: Studio, tune: Score, make_window: Callable[[], MainWindow]) -> MainWindow:
    """A window with the tune: four bars on "Lead", and an empty "Bass"."""
    studio.show(Opened(Path("tune.mid"), tune), remember=False)
    return make_window()


@pytest.fixture
def press() -> Callable[..., None]:
    """Press keys as a user does, on the roll or on the widget that is named: shortcuts fire as they would."""

    def press(window: MainWindow, *keys: str, on: QWidget | None = None) -> None:
        for key in keys:
            QTest.keySequence(on or window.roll.note_area, QKeySequence.fromString(key))

    return press


@pytest.fixture
def answered(qtbot: QtBot, press: Callable[..., None]) -> Callable[[MainWindow], None]:
    """Press Continue and wait until every model has answered."""

    def answered(window: MainWindow) -> None:
        press(window, "Ctrl+Return")
        assert window.studio.takes.showing, window.notice.text or window.studio.status
        qtbot.waitUntil(lambda: not window.studio.takes.running, timeout=PATIENCE_MS)

    return answered


@pytest.fixture
def until(qtbot: QtBot) -> Callable[[Callable[[], bool]], None]:
    """Let the window run until something is so."""

    def until(is_so: Callable[[], bool]) -> None:
        def check() -> None:
            assert is_so()

        qtbot.waitUntil(check, timeout=PATIENCE_MS)

    return until


@pytest.fixture(autouse=True)
def no_recursion_in_hooks() -> Iterator[None]:
    """Whatever a test does to the exception hook is undone."""
    before = sys.excepthook
    yield
    sys.excepthook = before
