"""Files from the window: opening, saving, exporting, dropping; nothing is lost and bad files are told in a sentence."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage

from ml.music import Score
from ml.music.midi import read_midi_file, write_midi_file
from studio.audio import default_sound_font
from studio.edit.operations.tracks import add_track
from studio.project import load_project
from studio.ui.dialogs.file_dialogs import Unsaved
from studio.ui.main_window import MainWindow


@pytest.fixture
def tune_file(tune: Score, tmp_path: Path) -> Path:
    path = tmp_path / "tune.mid"
    write_midi_file(tune, path)
    return path


def edit(window: MainWindow) -> None:
    document = window.studio.document
    document.apply("Add track", add_track(document.score, "More"))


def test_a_midi_file_is_opened_with_all_its_tracks(
    window: MainWindow, press: Callable[..., None], answers: Any, tune_file: Path, until: Callable[..., None]
) -> None:
    answers.open = tune_file
    press(window, "Ctrl+O")
    until(lambda: len(window.tracks.rows) == 2)
    assert window.windowTitle().startswith("tune")
    assert window.studio.settings.recent_files() == [tune_file]
    assert len(window.studio.document.track.notes) == 16


def test_a_file_that_is_no_music_is_refused_in_a_sentence_and_the_song_stays(
    tune_window: MainWindow, tmp_path: Path, until: Callable[..., None]
) -> None:
    bad = tmp_path / "bad.mid"
    bad.write_bytes(b"hello")
    before = tune_window.studio.document.score
    tune_window.files.open_path(bad)
    until(lambda: bool(tune_window.notice.text))
    assert "bad.mid" in tune_window.notice.text
    assert "Traceback" not in tune_window.notice.text
    assert tune_window.studio.document.score is before


def test_what_was_wrong_with_a_file_stays_above_the_roll_until_it_is_read(
    tune_window: MainWindow, tmp_path: Path, tune_file: Path, until: Callable[..., None]
) -> None:
    song = tmp_path / "song.continuo"
    tune_window.studio.save_as(song)
    content = json.loads(song.read_text())
    content["tree"] = {"version": 1}
    song.write_text(json.dumps(content))
    tune_window.files.open_path(song)
    until(lambda: bool(tune_window.notice.text))
    changed, takes = tune_window.notice.text.splitlines()
    assert "changed by another program" in changed
    assert "takes that were kept" in takes and "The song itself is whole." in takes
    tune_window.files.open_path(tune_file)
    until(lambda: not tune_window.notice.text)


def test_a_recent_file_that_is_gone_leaves_the_list(
    window: MainWindow, tmp_path: Path, until: Callable[..., None]
) -> None:
    gone = tmp_path / "gone.mid"
    window.studio.settings.add_recent(gone)
    window.files.open_path(gone)
    until(lambda: bool(window.notice.text))
    assert window.studio.settings.recent_files() == []


def test_save_asks_for_a_name_once_and_the_project_comes_back(
    tune_window: MainWindow, press: Callable[..., None], answers: Any, tmp_path: Path
) -> None:
    answers.save = tmp_path / "song.continuo"
    edit(tune_window)
    assert tune_window.isWindowModified()
    press(tune_window, "Ctrl+S")
    assert not tune_window.isWindowModified()
    edit(tune_window)
    press(tune_window, "Ctrl+S")
    assert answers.asked == ["save tune.continuo"]
    assert len(load_project(answers.save).score.tracks) == 4


def test_saving_where_one_may_not_write_is_told_and_the_song_stays_unsaved(
    tune_window: MainWindow, press: Callable[..., None], answers: Any, tmp_path: Path
) -> None:
    answers.save = tmp_path / "no folder" / "song.continuo"
    edit(tune_window)
    press(tune_window, "Ctrl+S")
    assert "song.continuo" in tune_window.notice.text
    assert tune_window.studio.document.modified


def test_unsaved_work_is_asked_about_before_it_goes(
    tune_window: MainWindow, press: Callable[..., None], answers: Any, tmp_path: Path
) -> None:
    edit(tune_window)
    press(tune_window, "Ctrl+N")
    assert len(tune_window.studio.document.score.tracks) == 3
    answers.about_unsaved, answers.save = Unsaved.SAVE, tmp_path / "kept.continuo"
    press(tune_window, "Ctrl+N")
    assert answers.save.exists()
    assert tune_window.studio.document.score.note_count == 0
    assert answers.asked == ["unsaved tune", "unsaved tune", "save tune.continuo"]


def test_closing_waits_for_the_answer(tune_window: MainWindow, answers: Any) -> None:
    edit(tune_window)
    assert not tune_window.close()
    assert tune_window.isVisible()
    answers.about_unsaved = Unsaved.DISCARD
    assert tune_window.close()


def test_a_song_that_was_not_changed_is_closed_without_a_question(tune_window: MainWindow, answers: Any) -> None:
    assert tune_window.close()
    assert answers.asked == []


def test_the_song_is_exported_as_midi(
    tune_window: MainWindow, press: Callable[..., None], answers: Any, tmp_path: Path, until: Callable[..., None]
) -> None:
    answers.save = tmp_path / "out.mid"
    press(tune_window, "Ctrl+Shift+M")
    until(lambda: not tune_window.jobs.busy)
    assert read_midi_file(answers.save).score.note_count == 16
    assert "out.mid" in tune_window.studio.status


def test_the_song_is_exported_as_sound(
    tune_window: MainWindow, press: Callable[..., None], answers: Any, tmp_path: Path, until: Callable[..., None]
) -> None:
    tune_window.studio.sound_font = default_sound_font()
    answers.save = tmp_path / "out.wav"
    press(tune_window, "Ctrl+Shift+W")
    until(lambda: not tune_window.jobs.busy)
    with wave.open(str(answers.save)) as sound:
        assert sound.getnframes() / sound.getframerate() >= 8.0


def test_without_a_sound_font_the_export_says_so(
    tune_window: MainWindow, press: Callable[..., None], answers: Any, tmp_path: Path, until: Callable[..., None]
) -> None:
    tune_window.studio.sound_font = tmp_path / "missing.sf2"
    answers.save = tmp_path / "out.wav"
    press(tune_window, "Ctrl+Shift+W")
    until(lambda: bool(tune_window.notice.text))
    assert "missing.sf2" in tune_window.notice.text
    assert not answers.save.exists()


def test_the_roll_is_exported_as_a_picture(
    tune_window: MainWindow, press: Callable[..., None], answers: Any, tmp_path: Path
) -> None:
    answers.save = tmp_path / "roll.png"
    press(tune_window, "Ctrl+Shift+P")
    picture = QImage(str(answers.save))
    assert picture.width() > 1000
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
    assert len(colours) > 5


def test_a_file_dropped_on_the_window_is_opened(
    window: MainWindow, tune_file: Path, until: Callable[..., None]
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tune_file))])
    left = Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, mime, left, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(event)
    until(lambda: len(window.tracks.rows) == 2)


def test_the_recent_menu_lists_files_and_says_when_there_are_none(window: MainWindow, tune_file: Path) -> None:
    window.dialogs.recent.aboutToShow.emit()
    assert [entry.text() for entry in window.dialogs.recent.actions()] == ["No file was opened yet"]
    window.studio.settings.add_recent(tune_file)
    window.dialogs.recent.aboutToShow.emit()
    assert [entry.text() for entry in window.dialogs.recent.actions()] == ["tune.mid"]


def test_a_cancelled_export_leaves_no_file(
    tune_window: MainWindow, answers: Any, tmp_path: Path, until: Callable[..., None]
) -> None:
    from studio.ui.jobs import FileJob

    done: list[object] = []
    job = FileJob("Waiting", lambda job: job.cancelled(), done.append, lambda error: done.append(error))
    job.cancel()
    tune_window.jobs.start(job)
    until(lambda: not tune_window.jobs.busy)
    assert done == []
