"""Preferences made from the declared settings, the offer after a crash, and the small ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from ml.music import Note
from studio.edit.operations.notes import add_note
from studio.engine import Engine, Shelf
from studio.project import SETTINGS, AppFolders, Journal, Recoverable, SettingsStore
from studio.project.settings import METRONOME, MODELS_FOLDER, TAKES
from studio.session.studio import Studio
from studio.ui.dialogs.file_dialogs import FileDialogs, Unsaved
from studio.ui.dialogs.preferences import Preferences
from studio.ui.dialogs.recovery import RecoveryDialog, RecoveryWishes, line_for
from studio.ui.jobs import FileJob
from studio.ui.main_window import MainWindow

NOW = datetime(2026, 5, 4, 18, 30, tzinfo=UTC)


def work(name: str = "Song", steps: int = 3, attempts: int = 0) -> Recoverable:
    return Recoverable(Path("x.journal"), name, None, datetime(2026, 5, 4, 17, 5, tzinfo=UTC), steps, attempts)


def test_preferences_have_a_row_for_every_listed_setting(window: MainWindow, qtbot: QtBot) -> None:
    dialog = Preferences(window.studio.settings)
    qtbot.addWidget(dialog)
    assert set(dialog.rows) == {setting.key for setting in SETTINGS if setting.listed}


def test_a_preference_takes_effect_at_once(window: MainWindow, qtbot: QtBot, player: Any) -> None:
    dialog = Preferences(window.studio.settings)
    qtbot.addWidget(dialog)
    dialog.rows["metronome"].click()
    dialog.rows["takes"].setValue(7)
    dialog.rows["models_folder"].setText("/my models")
    dialog.rows["models_folder"].editingFinished.emit()
    settings = window.studio.settings
    assert (settings.get(METRONOME), settings.get(TAKES), settings.get(MODELS_FOLDER)) == (True, 7, "/my models")
    assert ("metronome", True) in player.calls


def test_what_was_kept_is_listed_with_its_time() -> None:
    assert line_for(work(), NOW) == "Song: 3 unsaved edits, today at 17:05"
    assert line_for(work(steps=1), NOW.replace(day=6)) == "Song: 1 unsaved edit, 04 May 2026 at 17:05"
    assert "closed unexpectedly" in line_for(work(attempts=2), NOW)


def test_the_user_chooses_what_to_bring_back_and_what_to_throw_away(qtbot: QtBot) -> None:
    brought: list[Recoverable] = []
    thrown: list[Recoverable] = []
    found = [work("A"), work("B", attempts=5), work("C")]
    dialog = RecoveryDialog(found, RecoveryWishes(brought.append, thrown.append), NOW)
    qtbot.addWidget(dialog)
    dialog.list.setCurrentRow(1)
    dialog.discard.click()
    assert [entry.name for entry in thrown] == ["B"]
    dialog.list.setCurrentRow(1)
    dialog.recover.click()
    assert [entry.name for entry in brought] == ["C"]


def test_work_that_crashes_the_program_is_not_what_is_chosen_at_first(qtbot: QtBot) -> None:
    dialog = RecoveryDialog([work("bad", attempts=2), work("good")], RecoveryWishes(print, print), NOW)
    qtbot.addWidget(dialog)
    assert dialog.list.currentRow() == 1


def test_unsaved_work_of_a_program_that_died_is_offered_and_comes_back(
    window: MainWindow, folders: AppFolders, until: Callable[..., None]
) -> None:
    other = Studio(Engine(Shelf([])), SettingsStore(folders.settings_file), journal=Journal(folders.journal))
    other.document.apply("Draw", add_note(other.document.score, 0, Note(0, 480, 64)))
    other.close(keep_journal=True)
    window.dialogs.offer_recovery()
    dialog = window.findChild(RecoveryDialog, "recovery")
    assert dialog.list.count() == 1
    dialog.recover.click()
    assert [note.pitch for note in window.studio.document.track.notes] == [64]
    assert window.studio.document.modified


def test_with_nothing_to_recover_nothing_is_asked(window: MainWindow) -> None:
    window.dialogs.offer_recovery()
    assert window.findChild(RecoveryDialog, "recovery") is None


def test_the_question_about_unsaved_work(window: MainWindow, qtbot: QtBot) -> None:
    buttons = QMessageBox.StandardButton
    answers = []
    for button in (buttons.Save, buttons.Discard, buttons.Cancel):

        def click(button: QMessageBox.StandardButton = button) -> None:
            box = QApplication.activeModalWidget()
            assert isinstance(box, QMessageBox)
            assert box.textFormat() == Qt.TextFormat.PlainText
            box.button(button).click()

        QTimer.singleShot(0, click)
        answers.append(FileDialogs(window).unsaved("<b>Song</b>"))
    assert answers == [Unsaved.SAVE, Unsaved.DISCARD, Unsaved.CANCEL]


def test_a_quick_job_shows_no_progress_and_a_cancelled_one_is_forgotten(
    window: MainWindow, until: Callable[..., None]
) -> None:
    done: list[object] = []
    window._watch(window.jobs.start(FileJob("Quick", lambda job: 1, done.append, done.append)))
    box = window.findChild(object, "job-progress")
    assert not box.isVisible()
    until(lambda: done == [1])
    slow = FileJob("Slow", lambda job: until_cancelled(job), done.append, done.append)
    window._watch(window.jobs.start(slow))
    boxes = [found for found in window.findChildren(object, "job-progress") if found is not box]
    boxes[-1].canceled.emit()
    until(lambda: not window.jobs.busy)
    assert done == [1]


def until_cancelled(job: FileJob) -> None:
    while not job.cancelled():
        pass


def test_about_names_the_folders(window: MainWindow, press: Callable[..., None], folders: AppFolders) -> None:
    press(window, "Ctrl+F1")
    about = window.findChild(object, "about")
    texts = [label.text() for label in about.findChildren(object) if hasattr(label, "text")]
    assert str(folders.data) in texts
    about.close()


def test_help_and_preferences_open_beside_the_work(window: MainWindow, press: Callable[..., None]) -> None:
    for key, name in (("F1", "cheat-sheet"), ("Ctrl+,", "preferences")):
        press(window, key)
        dialog = window.findChild(object, name)
        assert dialog.isVisible()
        assert not dialog.isModal()
        dialog.close()
