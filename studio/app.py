"""Start-up: makes player, engine, journal, studio and window, wires them, and knows how they end."""

from __future__ import annotations

import logging
import os
import signal
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from studio.audio import Player, PlayerOptions
from studio.audio.messages import AUTO
from studio.engine import Engine
from studio.project import AppFolders, Journal, Setting, SettingsStore
from studio.project.settings import AUDIO_DRIVER, MIDI_OUTPUT, MODELS_FOLDER, SOUND_FONT, VOLUME
from studio.session.files import read_piece
from studio.session.start import FIRST_SKETCH, RESOURCES, chosen_sound_font, copy_desk, shelf_of_user
from studio.session.studio import Studio
from studio.session.troubles import TROUBLES
from studio.ui.dialogs.file_dialogs import Asking
from studio.ui.jobs import FileJob
from studio.ui.last_resort import LastResort
from studio.ui.main_window import MainWindow

ICON = RESOURCES / "icons" / "continuo.svg"
LOG_NAME = "continuo.log"
WARM_UP_AFTER_MS = 1500
"""Models are loaded only when the window has settled: importing torch takes seconds and disturbs the first clicks."""
GAIN_AT_FULL_VOLUME = PlayerOptions().gain
"""FluidSynth's linear gain; much more than this clips where many voices meet."""
WRITING_REST = 1.0
"""Seconds that the engine rests after each second of writing, so that the window stays prompt."""
NO_DISPLAY = "There is no display to open a window on: see `continuo --help` for what works without one."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Running:
    """The program once it is up."""

    window: MainWindow
    studio: Studio
    journal: Journal

    def close(self, *, keep_journal: bool = False) -> None:
        """End everything; with `keep_journal` unsaved work is offered at the next start."""
        self.window.end()
        self.studio.close(keep_journal=keep_journal)


def start(
    folders: AppFolders, path: Path | None, *, log_file: Path | None = None, asking: Asking | None = None
) -> Running:
    """Open the window on a file, or on the sketch that greets a new user. Needs a QApplication.

    `asking` answers the questions about files in place of dialogs.
    torch is not imported here: the engine's own thread does that later.
    """
    # A thread that computes in Python gives way to the window's within half a millisecond, not five.
    sys.setswitchinterval(0.0005)
    settings = SettingsStore(folders.settings_file)
    sound_font = chosen_sound_font(settings)
    player = Player(
        PlayerOptions(
            sound_font=sound_font,
            driver=settings.get(AUDIO_DRIVER) or AUTO,
            output_port=settings.get(MIDI_OUTPUT) or None,
            gain=settings.get(VOLUME) * GAIN_AT_FULL_VOLUME,
        ),
        on_report=lambda: wake(studio),
    )
    journal = Journal(folders.journal)
    engine = Engine(shelf_of_user(settings, folders), rest=WRITING_REST)
    studio = Studio(
        engine, settings, player=player, journal=journal, sound_font=sound_font, copies=copy_desk(engine.shelf)
    )
    settings.subscribe(lambda setting: _apply(setting, studio, player))
    player.start()  # now, so that its process comes up while the window is made
    trouble = _open_first(studio, path)
    window = MainWindow(studio, folders, log_file=log_file, asking=asking)
    window.show()
    window.start()
    for sentence in (*settings.warnings, trouble):
        if sentence:
            window.notice.show_sentence(sentence)
    return Running(window, studio, journal)


def _apply(setting: Setting[Any], studio: Studio, player: Player) -> None:
    """Let a changed setting about sound take effect at once."""
    settings = studio.settings
    if setting is VOLUME:
        player.set_gain(settings.get(VOLUME) * GAIN_AT_FULL_VOLUME)
    elif setting is SOUND_FONT:
        studio.sound_font = chosen_sound_font(settings)
        player.set_sound_font(studio.sound_font)
    elif setting is AUDIO_DRIVER:
        player.set_driver(settings.get(AUDIO_DRIVER) or AUTO)
    elif setting is MIDI_OUTPUT:
        player.set_output(settings.get(MIDI_OUTPUT) or None)
    elif setting is MODELS_FOLDER:
        studio.say("Models are looked for in the new folder from the next start on.")


def wake(studio: Studio) -> None:
    """The player has news; called on a thread of its own."""
    if (on_wake := studio.on_wake) is not None:
        on_wake()


def _open_first(studio: Studio, path: Path | None) -> str | None:
    """Open the file, or the sketch; a sentence when that could not be."""
    try:
        studio.show(read_piece(path or FIRST_SKETCH), remember=path is not None)
    except TROUBLES as trouble:
        return str(trouble)
    return None


def run(path: Path | None = None) -> int:
    """The program with a window, until it is closed; returns the exit code."""
    if _display_is_missing():
        print(NO_DISPLAY, file=sys.stderr)
        return 2
    folders = AppFolders.of_user()
    application = QApplication(["continuo"])
    application.setApplicationName("continuo")
    application.setApplicationDisplayName("Continuo")
    application.setDesktopFileName("continuo")
    application.setWindowIcon(QIcon(str(ICON)))
    last_resort = LastResort(folders.data / LOG_NAME)
    last_resort.install()
    running = start(folders, path, log_file=last_resort.log_file)
    last_resort.tell = running.window.notice.show_sentence
    asked_to_end = _end_on_signals(application)
    QTimer.singleShot(0, running.window, running.window.dialogs.offer_recovery)
    QTimer.singleShot(WARM_UP_AFTER_MS, running.window, lambda: warm_up(running))
    try:
        return application.exec()
    finally:
        running.close(keep_journal=bool(asked_to_end))
        last_resort.remove()


def warm_up(running: Running) -> None:
    """Load what the first answer of a model will need, beside the window: plotting first, then the models.

    One after the other: two threads that import at once hold up each other and the window.
    """

    def done(_: object) -> None:
        running.studio.warm_up()

    def failed(error: Exception) -> None:
        log.warning("plotting cannot be loaded: %s", error)
        running.studio.warm_up()

    plotting = "studio.ui.models.surprise_curve"
    running.window.jobs.start(FileJob("Getting ready", lambda _: import_module(plotting), done, failed))


def _display_is_missing() -> bool:
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform.startswith("linux") and not any(os.environ.get(name) for name in variables)


def _end_on_signals(application: QApplication) -> list[int]:
    """End in good order when the system asks; the list then holds the signal, and unsaved work stays recoverable."""
    asked: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        # Not in the middle of a paint; and not quit, which asks windows to close, so they would ask about changes.
        QTimer.singleShot(0, lambda: application.exit(0))

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    return asked
