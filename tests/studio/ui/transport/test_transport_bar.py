"""The bar at the top: fields change what holds at the playhead, and give the keyboard back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ml.music import Key, Metre, Scale
from ml.music.keys import DetectedKey
from studio.edit.operations.time import set_metre, set_tempo
from studio.ui.main_window import MainWindow
from studio.ui.transport.key_field import leaning
from studio.ui.transport.position_display import clock


def test_space_plays_and_pauses(tune_window: MainWindow, press: Callable[..., None], player: Any) -> None:
    press(tune_window, "Space")
    assert player.calls[-1] == ("play", 0.0)
    assert tune_window.bound["transport.play"].isChecked()
    press(tune_window, "Space")
    assert player.calls[-1] == ("stop",)
    assert not tune_window.bound["transport.play"].isChecked()


def test_stop_stops_and_then_goes_back(tune_window: MainWindow, press: Callable[..., None]) -> None:
    transport = tune_window.studio.transport
    press(tune_window, "Ctrl+Right", "Ctrl+Right", ".")
    assert transport.position_tick == 0
    press(tune_window, "End")
    assert transport.position_tick == 4 * 1920
    assert tune_window.transport.position.bars == "5:1:000"
    press(tune_window, "Home")
    assert tune_window.transport.position.bars == "1:1:000"


def test_arrows_move_the_playhead_only_while_nothing_is_selected(
    tune_window: MainWindow, press: Callable[..., None]
) -> None:
    press(tune_window, "Right", "Right")
    assert tune_window.studio.transport.position_tick == 240
    press(tune_window, "Ctrl+A", "Right")
    assert tune_window.studio.transport.position_tick == 240
    assert tune_window.studio.document.track.notes.start[0] == 120


def test_the_tempo_is_typed_and_the_roll_gets_the_keyboard_back(
    tune_window: MainWindow, press: Callable[..., None], qtbot: QtBot
) -> None:
    press(tune_window, "Ctrl+Shift+T")
    field = tune_window.transport.tempo
    assert field.hasFocus()
    qtbot.keyClicks(field, "92")
    assert tune_window.context.tool.value == "select"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert round(tune_window.studio.document.score.time_map.tempo_at(0).qpm) == 92
    assert tune_window.studio.document.undo_label == "Tempo 92"
    assert tune_window.roll.note_area.hasFocus()


def test_fields_change_the_entry_that_holds_at_the_playhead(tune_window: MainWindow) -> None:
    document = tune_window.studio.document
    document.apply("Tempo", set_tempo(document.score, 1920, 60))
    document.apply("Metre", set_metre(document.score, 3840, 3, 4))
    tune_window._seek(4000)
    assert tune_window.transport.tempo.value() == 60
    assert tune_window.transport.beats.value() == 3
    tune_window.transport.tempo.setValue(72)
    tune_window.transport.beats.setValue(5)
    time_map = document.score.time_map
    assert [round(tempo.qpm) for tempo in time_map.tempos] == [120, 72]
    assert time_map.metres == (Metre(0, 4, 4), Metre(3840, 5, 4))


def test_a_key_is_set_and_taken_away(tune_window: MainWindow) -> None:
    field, document = tune_window.transport.key, tune_window.studio.document
    field.tonic.setCurrentIndex(3)
    field.tonic.activated.emit(3)
    assert document.score.key_at(0) == Key(2, Scale.MAJOR)
    assert tune_window.models.ask.song_key.isChecked()
    assert tune_window.models.ask.song_key.text() == "Stay in D major"
    field.tonic.setCurrentIndex(0)
    field.tonic.activated.emit(0)
    assert document.score.key_at(0) is None
    assert not tune_window.models.ask.song_key.isEnabled()


def test_a_detected_key_is_only_a_leaning(tune_window: MainWindow) -> None:
    assert tune_window.transport.key.leaning.text() == "sounds like C major"
    assert tune_window.studio.document.score.key_at(0) is None
    c_major = Key(0, Scale.MAJOR)
    assert leaning(None, DetectedKey(c_major, 0.01)) == "sounds like C major?"
    assert leaning(c_major, DetectedKey(c_major, 0.3)) == ""
    assert leaning(None, None) == ""


def test_loop_on_takes_the_marked_bars_and_off_remembers_them(
    tune_window: MainWindow, press: Callable[..., None]
) -> None:
    transport = tune_window.studio.transport
    press(tune_window, "Ctrl+A", "Ctrl+L")
    assert transport.loop == (0, 7680)
    press(tune_window, "L")
    assert transport.loop is None
    assert tune_window.context.loop is None
    press(tune_window, "L")
    assert transport.loop == (0, 7680)
    assert tune_window.bound["transport.loop"].isChecked()


def test_the_metronome_is_a_switch_that_is_remembered(
    tune_window: MainWindow, press: Callable[..., None], player: Any
) -> None:
    press(tune_window, "K")
    assert player.calls[-1] == ("metronome", True)
    assert tune_window.bound["transport.metronome"].isChecked()


def test_panic_is_one_key_away(tune_window: MainWindow, press: Callable[..., None], player: Any) -> None:
    press(tune_window, "Ctrl+`")
    assert ("panic",) in player.calls


def test_seconds_as_a_clock() -> None:
    assert clock(0) == "0:00.0"
    assert clock(61.26) == "1:01.3"
    assert clock(-1) == "0:00.0"
