"""The track list: every change is a named step, and the panel shows what the song has."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from studio.edit.operations.tracks import rename_track
from studio.ui.main_window import MainWindow
from studio.ui.tracks.instrument_menu import FAMILIES, instrument_menu


def test_adding_and_deleting_tracks(tune_window: MainWindow, press: Callable[..., None]) -> None:
    press(tune_window, "Ctrl+T")
    assert [row.name.text() for row in tune_window.tracks.rows] == ["Lead", "Track 2", "Bass"]
    assert tune_window.studio.document.current_track == 1
    press(tune_window, "Ctrl+Shift+Backspace")
    assert [row.name.text() for row in tune_window.tracks.rows] == ["Lead", "Bass"]
    press(tune_window, "Ctrl+Z")
    assert len(tune_window.tracks.rows) == 3


def test_a_click_chooses_the_track_and_keys_walk_through_them(
    tune_window: MainWindow, qtbot: QtBot, press: Callable[..., None]
) -> None:
    qtbot.mouseClick(tune_window.tracks.rows[1], Qt.MouseButton.LeftButton)
    assert tune_window.studio.document.current_track == 1
    assert not tune_window.studio.document.can_undo
    press(tune_window, "PgUp")
    assert tune_window.studio.document.current_track == 0


def test_mute_and_solo_by_button_and_by_key(tune_window: MainWindow, press: Callable[..., None]) -> None:
    rows, document = tune_window.tracks.rows, tune_window.studio.document
    rows[1].mute.click()
    assert document.score.tracks[1].mixer.muted
    assert document.undo_label == "Mute track"
    press(tune_window, "S")
    assert document.score.tracks[0].mixer.soloed
    assert rows[0].solo.isChecked()
    press(tune_window, "Ctrl+Z", "Ctrl+Z")
    assert not rows[1].mute.isChecked()


def test_dragging_the_volume_is_one_step(tune_window: MainWindow) -> None:
    row, document = tune_window.tracks.rows[0], tune_window.studio.document
    for volume in (90, 70, 50):
        row.volume.setValue(volume)
    assert document.score.tracks[0].mixer.volume == 50
    document.undo()
    assert row.volume.value() == 100
    assert not document.can_undo


def test_a_track_is_renamed_in_place_and_escape_leaves_the_name(
    tune_window: MainWindow, press: Callable[..., None], qtbot: QtBot
) -> None:
    press(tune_window, "F2")
    field = tune_window.tracks.rows[0].findChild(QLineEdit, "rename")
    qtbot.keyClicks(field, "Flute 2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert tune_window.studio.document.score.tracks[0].name == "Flute 2"
    assert tune_window.context.tool.value == "select"
    tune_window.tracks.rows[1].open_rename()
    field = tune_window.tracks.rows[1].findChild(QLineEdit, "rename")
    qtbot.keyClicks(field, "nothing")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert tune_window.studio.document.score.tracks[1].name == "Bass"


def test_an_instrument_is_chosen_from_its_family(tune_window: MainWindow) -> None:
    chosen: list[tuple[int, bool]] = []
    menu = instrument_menu(tune_window, 0, False, lambda program, drums: chosen.append((program, drums)))
    families = [entry.menu() for entry in menu.actions() if entry.menu()]
    assert [family.title() for family in families] == list(FAMILIES)
    assert sum(len(family.actions()) for family in families) == 128
    families[5].actions()[2].trigger()
    menu.actions()[0].trigger()
    assert chosen == [(42, False), (0, True)]


def test_choosing_an_instrument_is_a_step_that_the_row_shows(tune_window: MainWindow) -> None:
    tune_window.tracks._callbacks.choose_instrument(0, 42, False)
    assert tune_window.studio.document.score.tracks[0].program == 42
    assert tune_window.tracks.rows[0].instrument.text()
    tune_window.tracks._callbacks.choose_instrument(0, 0, True)
    assert tune_window.tracks.rows[0].instrument.text() == "Drum kit"


def test_a_colour_is_chosen_from_the_menu_of_the_row(tune_window: MainWindow) -> None:
    menu = QMenu(tune_window)
    tune_window.tracks._callbacks.fill_menu(1, menu)
    colours = next(entry.menu() for entry in menu.actions() if entry.menu())
    colours.actions()[3].trigger()
    assert tune_window.studio.document.score.tracks[1].colour == 2


def test_a_name_from_a_file_is_text_and_never_markup(tune_window: MainWindow) -> None:
    document = tune_window.studio.document
    document.apply("Rename", rename_track(document.score, 0, "<b>bold</b>"))
    label = tune_window.tracks.rows[0].name
    assert label.text() == "<b>bold</b>"
    assert label.textFormat() == Qt.TextFormat.PlainText
