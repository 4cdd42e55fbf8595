"""Everything that can be done is declared once, has a key, and is found in menus, palette and sheet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.edit.operations.notes import add_note
from studio.edit.selection import select_all
from studio.ui.actions import MENUS, Action, Actions
from studio.ui.dialogs.cheat_sheet import CheatSheet
from studio.ui.dialogs.palette import CommandPalette
from studio.ui.main_window import MainWindow


def nothing() -> None:
    """Does nothing."""


def test_every_action_has_a_key_a_sentence_and_a_menu(window: MainWindow) -> None:
    for action in window.bound.actions:
        assert action.keys, action.id
        assert action.tooltip, action.id
        assert action.menu in MENUS


def test_no_key_has_two_meanings_at_once_whatever_the_state(
    tune_window: MainWindow, answered: Callable[[MainWindow], None]
) -> None:
    actions, document = tune_window.bound.actions, tune_window.studio.document
    assert actions.clashes() == []
    document.select(select_all(document.score, 0))
    assert actions.clashes() == []
    answered(tune_window)
    assert actions.clashes() == []
    tune_window.studio.audition(tune_window.studio.takes.slots[0])
    assert actions.clashes() == []


def test_menu_letters_do_not_take_keys_from_actions(window: MainWindow) -> None:
    letters = [re.search("&(.)", entry.text()) for entry in window.menuBar().actions()]
    taken = {f"alt+{letter.group(1).lower()}" for letter in letters if letter}
    assert not taken & {key.lower() for action in window.bound.actions for key in action.keys}


def test_the_menus_hold_every_action(window: MainWindow) -> None:
    shown = {entry.objectName() for menu in window.menuBar().actions() for entry in menu.menu().actions()}
    assert {action.id for action in window.bound.actions} <= shown


def test_the_sheet_lists_exactly_the_declared_actions(window: MainWindow, qtbot: QtBot) -> None:
    sheet = CheatSheet(window.bound.actions)
    qtbot.addWidget(sheet)
    assert sorted(sheet.shown) == sorted(action.id for action in window.bound.actions)


def test_two_actions_with_one_id_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        Actions([Action("a.b", "A", nothing)], [Action("a.b", "B", nothing)])


def test_a_clash_is_found_only_while_both_are_enabled() -> None:
    enabled = [True, True]
    actions = Actions(
        [Action("a", "A", nothing, "X", enabled_when=lambda: enabled[0])],
        [Action("b", "B", nothing, "x", enabled_when=lambda: enabled[1])],
    )
    assert actions.clashes() == [("x", "a", "b")]
    enabled[1] = False
    assert actions.clashes() == []


def test_the_palette_finds_an_action_by_some_words_and_runs_it(window: MainWindow, qtbot: QtBot) -> None:
    palette = CommandPalette(window.bound.actions, window.bound.trigger, window)
    palette.show()
    qtbot.keyClicks(palette.field, "add track")
    assert palette.list.currentItem().text(0) == "Add track"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert len(window.studio.document.score.tracks) == 2


def test_the_palette_offers_nothing_that_cannot_be_done_now(window: MainWindow, qtbot: QtBot) -> None:
    palette = CommandPalette(window.bound.actions, window.bound.trigger, window)
    palette.show()
    qtbot.keyClicks(palette.field, "undo")
    assert palette.list.topLevelItem(0).isDisabled()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)


def test_arrow_keys_move_through_the_palette_past_what_is_disabled(window: MainWindow, qtbot: QtBot) -> None:
    palette = CommandPalette(window.bound.actions, window.bound.trigger, window)
    palette.show()
    qtbot.keyClicks(palette.field, "grid")
    first = palette.list.currentItem().text(0)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentItem().text(0) != first
    assert not palette.list.currentItem().isDisabled()
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentItem().text(0) == first
    palette.close()


def test_digits_choose_tools_and_the_menu_names_what_undo_takes_back(
    window: MainWindow, press: Callable[..., None]
) -> None:
    press(window, "2")
    assert window.context.tool.value == "draw"
    press(window, "1")
    assert window.context.tool.value == "select"
    press(window, "Ctrl+T")
    assert window.bound["edit.undo"].text() == "Undo Add track"


def test_icons_say_their_key(window: MainWindow) -> None:
    button = window.transport.findChild(object, "button.transport.play")
    assert "(Space)" in button.toolTip()


def test_the_keyboard_moves_lengthens_and_loudens_notes(window: MainWindow, press: Callable[..., None]) -> None:
    from ml.music import Note

    document = window.studio.document
    document.apply("Draw", add_note(document.score, 0, Note(960, 480, 60, 80)))
    press(window, "Up", "Shift+Up", "Right", "Shift+Right", "Ctrl+Up")
    note = document.track.notes[0]
    assert (note.pitch, note.start, note.length, note.velocity) == (73, 1200, 720, 85)
    press(window, *["Ctrl+Z"] * 5)
    note = document.track.notes[0]
    assert (note.pitch, note.start, note.length, note.velocity) == (60, 960, 480, 80)


def test_scale_steps_without_a_key_say_what_to_do(window: MainWindow, press: Callable[..., None]) -> None:
    from ml.music import Note

    document = window.studio.document
    document.apply("Draw", add_note(document.score, 0, Note(0, 480, 60)))
    press(window, "Alt+Up")
    assert "set one at the top" in window.notice.text
    assert document.track.notes[0].pitch == 60
