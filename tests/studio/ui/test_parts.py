"""The window's smaller parts: pulse, files thread, layout, clipboard, last resort, settings."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.music.midi import write_midi
from studio.edit.clipboard import Clip
from studio.edit.new_song import empty_song
from studio.project.settings import BARS, CHOSEN_MODELS, GRID, TAKES, THEME, VOLUME, WINDOW_LAYOUT
from studio.ui.clipboard import SystemClipboard
from studio.ui.jobs import FileJob, FileJobs
from studio.ui.last_resort import LastResort
from studio.ui.main_window import MainWindow
from studio.ui.pulse import SHORTEST_GAP_S, Pulse


def test_many_wakes_make_few_beats(qtbot: QtBot, until: Callable[..., None]) -> None:
    beats: list[float] = []
    now = [0.0]
    pulse = Pulse(lambda: beats.append(now[0]), clock=lambda: now[0])
    pulse.start()
    waker = threading.Thread(target=lambda: [pulse.wake() for _ in range(1000)])
    waker.start()
    waker.join()
    now[0] += SHORTEST_GAP_S
    until(lambda: len(beats) == 2)
    pulse.stop()
    pulse.wake()
    qtbot.wait(60)
    assert len(beats) == 2


def test_a_beat_that_fails_does_not_end_the_pulse(until: Callable[..., None], qtbot: QtBot) -> None:
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise RuntimeError("once")

    pulse = Pulse(beat)
    with qtbot.captureExceptions() as caught:
        pulse.wake()
        pulse.lively = True
        until(lambda: len(beats) >= 2)
    pulse.stop()
    assert len(caught) == 1


def test_a_file_job_answers_on_the_thread_of_the_window(until: Callable[..., None]) -> None:
    jobs = FileJobs()
    where: dict[str, int] = {}
    told: list[float] = []
    jobs.progressed.connect(lambda job, fraction: told.append(fraction))

    def work(job: FileJob) -> str:
        where["work"] = threading.get_ident()
        for step in range(1000):
            job.progress(step / 1000)
        return "done"

    results: list[str] = []

    def done(result: str) -> None:
        where["done"] = threading.get_ident()
        results.append(result)

    jobs.start(FileJob("Work", work, done, lambda error: None))
    until(lambda: not jobs.busy)
    jobs.close()
    assert results == ["done"]
    assert where["done"] == threading.get_ident() != where["work"]
    assert len(told) <= 100


def test_an_error_in_a_file_job_is_handed_over(until: Callable[..., None]) -> None:
    jobs = FileJobs()
    errors: list[Exception] = []

    def work(job: FileJob) -> None:
        raise ValueError("no")

    jobs.start(FileJob("Work", work, lambda result: None, errors.append))
    until(lambda: not jobs.busy)
    jobs.close()
    assert str(errors[0]) == "no"


def test_the_window_remembers_its_layout(make_window: Callable[[], MainWindow]) -> None:
    first = make_window()
    first.resize(1200, 760)
    first._across.setSizes([300, 500, 400])
    first.lane.hide()
    sizes = first._across.sizes()
    assert first.close()
    second = make_window()
    assert second._across.sizes()[0] == sizes[0]
    assert second.lane.isHidden()
    assert not second.models.isHidden()


def test_a_layout_that_cannot_be_understood_is_no_trouble(make_window: Callable[[], MainWindow], studio: Any) -> None:
    for text in ("rubbish", "e30=", "eyJ2ZXJzaW9uIjogMX0="):
        studio.settings.set(WINDOW_LAYOUT, text)
        window = make_window()
        assert not window.models.isHidden()
        window.hide()


def test_the_theme_switches_and_is_remembered(window: MainWindow, press: Callable[..., None]) -> None:
    press(window, "Ctrl+Alt+T")
    assert window.context.theme.name == "Light"
    assert window.studio.settings.get(THEME) == "light"
    press(window, "Ctrl+Alt+T")
    assert window.context.theme.name == "Dark"


def test_the_grid_of_the_settings_is_the_grid_of_the_window(make_window: Callable[[], MainWindow], studio: Any) -> None:
    studio.settings.set(GRID, "1/8 triplet")
    window = make_window()
    assert window.context.grid_setting.choice.label == "1/8 triplet"
    assert window.bound["view.grid_triplet"].isChecked()


def test_grid_keys(window: MainWindow, press: Callable[..., None]) -> None:
    def label() -> str:
        return window.context.grid_setting.choice.label

    press(window, "G")
    assert label() == "1/32"
    press(window, "Shift+G", "Shift+G", "T")
    assert label() == "1/8 triplet"
    press(window, "T")
    assert label() == "1/8"
    press(window, "N")
    assert window.context.grid_setting.snap.value == "off"


def test_copied_notes_come_back_and_travel_as_midi(tune_window: MainWindow, press: Callable[..., None]) -> None:
    document = tune_window.studio.document
    press(tune_window, "Ctrl+A", "Ctrl+C", "PgDown", "End", "Ctrl+V")
    assert document.current_track == 1
    pasted = document.track.notes
    assert pasted.start[0] == 7680
    assert len(pasted) == 16
    mime = QGuiApplication.clipboard().mimeData()
    assert bytes(mime.data("audio/midi").data())[:4] == b"MThd"


def test_notes_pasted_into_another_piece_belong_to_no_take_of_it(
    tune_window: MainWindow, press: Callable[..., None]
) -> None:
    document = tune_window.studio.document
    notes = document.track.notes
    document.commit(
        "Mark", document.score.with_track(0, document.track.with_notes(notes.replaced(slice(None), source=3)))
    )
    press(tune_window, "Ctrl+A", "Ctrl+C", "End", "Ctrl+V")
    assert set(document.track.notes.source.tolist()) == {3}
    document.replace(empty_song(), "Another")
    press(tune_window, "Ctrl+V")
    assert len(document.track.notes) == len(notes)
    assert set(document.track.notes.source.tolist()) == {0}


def test_cut_takes_away_and_undo_brings_back(tune_window: MainWindow, press: Callable[..., None]) -> None:
    press(tune_window, "Ctrl+A", "Ctrl+X")
    assert len(tune_window.studio.document.track.notes) == 0
    press(tune_window, "Ctrl+Z")
    assert len(tune_window.studio.document.track.notes) == 16


def test_notes_of_another_program_are_pasted_in_this_songs_clock(qtbot: QtBot) -> None:
    other = Score((Track("x", NoteTable.of([Note(96, 48, 60), Note(144, 48, 62)])),), TimeMap(96))
    mime = QMimeData()
    mime.setData("audio/midi", write_midi(other))
    QGuiApplication.clipboard().setMimeData(mime)
    clip = SystemClipboard(QGuiApplication.clipboard()).clip()
    assert clip is not None
    assert (clip.ticks_per_quarter, clip.notes.start.tolist()) == (96, [0, 48])


def test_rubbish_on_the_clipboard_is_no_clip(qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setData("audio/midi", b"rubbish")
    QGuiApplication.clipboard().setMimeData(mime)
    assert SystemClipboard(QGuiApplication.clipboard()).clip() is None


def test_a_clip_of_this_window_keeps_what_midi_cannot_hold(qtbot: QtBot) -> None:
    clip = Clip.of(NoteTable.of([Note(0, 10, 60, source=3)]), 480)
    clipboard = SystemClipboard(QGuiApplication.clipboard())
    clipboard.put(clip)
    assert clipboard.clip() is clip


def test_pasting_nothing_says_what_to_do(window: MainWindow, press: Callable[..., None]) -> None:
    QGuiApplication.clipboard().clear()
    press(window, "Ctrl+V")
    assert "copy them first" in window.studio.status


def test_an_unexpected_error_goes_to_the_log_and_one_sentence_to_the_user(
    tmp_path: Path, until: Callable[..., None]
) -> None:
    told: list[str] = []
    last = LastResort(tmp_path / "data" / "continuo.log", told.append)
    last.install()
    try:
        raise RuntimeError("deep inside")
    except RuntimeError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    until(lambda: len(told) == 2)
    last.remove()
    text = last.log_file.read_text()
    assert "deep inside" in text
    assert "ZeroDivisionError" in text
    assert "Traceback" not in told[0]
    assert str(last.log_file) in told[0]
    assert logging.getLogger().handlers.count(last._handler) == 0


def test_a_log_that_cannot_be_written_does_not_keep_the_program_from_starting(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    last = LastResort(tmp_path / "data" / "continuo.log")
    last.install()
    last.remove()


def test_panels_hide_and_come_back(window: MainWindow, press: Callable[..., None]) -> None:
    for key, panel in (("Ctrl+1", window.tracks), ("Ctrl+2", window.models), ("Ctrl+3", window.lane)):
        press(window, key)
        assert panel.isHidden()
        press(window, key)
        assert not panel.isHidden()


def test_the_volume_is_a_slider_two_keys_and_a_setting(window: MainWindow, press: Callable[..., None]) -> None:
    window.transport.volume.setValue(50)
    press(window, "Ctrl+Shift+PgUp")
    assert window.studio.settings.get(VOLUME) == 0.55
    assert window.transport.volume.value() == 55


def test_how_is_asked_follows_the_preferences(tune_window: MainWindow) -> None:
    settings = tune_window.studio.settings
    settings.set(BARS, 8)
    settings.set(TAKES, 2)
    settings.set(CHOSEN_MODELS, ("beta",))
    asking = tune_window.models.read(tune_window.studio.wishes)
    assert (asking.bars, asking.takes, tune_window.models.shelf.chosen) == (8, 2, ("beta",))
    assert (tune_window.studio.wishes.bars, tune_window.studio.wishes.models) == (8, ("beta",))
