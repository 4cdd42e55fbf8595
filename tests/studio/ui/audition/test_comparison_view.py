"""The comparison below the roll: takes stream into it, keys and mouse hear, mark, sort and keep them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from ml.requests.choosing import AS_WRITTEN
from studio.session.arranging import SortBy
from studio.session.takes import TakeSlot
from studio.ui.audition.cell_layout import cell_height
from studio.ui.audition.cell_look import CellLook
from studio.ui.audition.cell_menu import mixture_entries, take_entries
from studio.ui.audition.cell_view import Figure, RollFrame
from studio.ui.audition.mark_editor import MarkEditor
from studio.ui.audition.thumbnail import Thumbnail
from studio.ui.main_window import MainWindow
from studio.ui.theme import LIGHT
from tests.studio.ui.audition.cells import cell

Press = Callable[..., None]
Answered = Callable[[MainWindow], None]


def test_it_opens_by_itself_when_two_models_answer_and_goes_with_the_takes(
    compared: MainWindow, press: Press, until: Callable[..., None]
) -> None:
    window = compared
    assert window.audition.isVisible()
    assert [header.name.text() for header in window.audition.grid.headers.values()] == ["Alpha", "Beta"]
    assert [cell(window, number).view.digit for number in range(8)] == list(range(1, 9))
    until(lambda: list(window.models.takes.rows) == [0])  # the panel shows the take that is heard, not all twice
    figures = [figure.text for figure in cell(window, 0).view.figures]
    assert figures[0] == "4 bars"
    assert figures[1].endswith(" bits")
    assert figures[2].endswith("% key")
    assert figures[3] == "8.0/bar"
    roll_px = window.roll.height()
    press(window, "Esc")
    until(lambda: not window.audition.isVisible())
    assert window.roll.height() > roll_px
    assert not window.audition.grid.cells


def test_one_model_needs_no_comparison(tune_window: MainWindow, answered: Answered, press: Press) -> None:
    tune_window.models.shelf.boxes["alpha"].click()
    answered(tune_window)
    assert not tune_window.audition.isVisible()
    assert len(tune_window.models.takes.rows) >= 4
    press(tune_window, "Ctrl+5")
    assert tune_window.audition.isVisible()
    assert len(tune_window.audition.grid.cells) >= 4


def test_closed_by_hand_it_stays_closed_and_remembers_that_and_its_height(
    compared: MainWindow, press: Press, answered: Answered, until: Callable[..., None]
) -> None:
    window = compared
    sizes = window._down.sizes()
    window._down.setSizes([sizes[0] - 40, sizes[1], sizes[2] + 40])
    window._down.splitterMoved.emit(0, 0)
    remembered = window.opening.remembered()
    press(window, "Ctrl+5")
    until(lambda: not window.audition.isVisible())
    press(window, "Esc")
    answered(window)
    assert not window.audition.isVisible()
    press(window, "Ctrl+5")
    assert window._down.sizes()[2] == remembered["tall_px"]
    window.opening.restore({"by_itself": "odd", "tall_px": -3, "held": None})
    assert window.opening.remembered() == {"by_itself": True, "held": False, "tall_px": None}


def test_takes_stream_into_thumbnails_and_only_those_that_changed_are_painted(
    tune_window: MainWindow, walker: Any, press: Press, until: Callable[..., None]
) -> None:
    window, may_go_on = tune_window, threading.Event()
    walker.before_note["beta"] = lambda take, number: may_go_on.wait(10)
    walker.before_note["alpha"] = lambda take, number: may_go_on.wait(10) if number == 3 else None
    try:
        press(window, "Ctrl+Return")
        until(lambda: any(len(shown.view.notes) == 3 for shown in window.audition.grid.cells.values()))
        first = cell(window, 0)
        assert first.view.status == "3 notes…"
        assert first.view.figures == ()
        until(lambda: window.audition.grid.is_painted)
        QTest.qWait(0)
        waiting = [shown for shown in window.audition.grid.cells.values() if not shown.view.notes]
        painted = [shown.paints for shown in waiting]
        window.in_step.show_takes_now()
        window.in_step.show_takes_now()
        assert window.audition.grid.is_painted
        QTest.qWait(0)
        assert waiting
        assert [shown.paints for shown in waiting] == painted
        assert all(header.view is not None and header.view.running for header in window.audition.grid.headers.values())
    finally:
        may_go_on.set()
    until(lambda: not window.studio.takes.running)
    assert all(header.stop.isHidden() for header in window.audition.grid.headers.values())


def test_one_model_is_stopped_alone(
    tune_window: MainWindow, walker: Any, press: Press, until: Callable[..., None]
) -> None:
    window, may_go_on = tune_window, threading.Event()
    walker.before_note["beta"] = lambda take, number: may_go_on.wait(10) if number else None
    try:
        press(window, "Ctrl+Return")
        until(lambda: bool(window.audition.grid.headers))
        window.audition.grid.headers["beta"].stop.click()
        assert window.studio.status == "Beta is stopped."
    finally:
        may_go_on.set()
    until(lambda: not window.studio.takes.running)
    assert {slot.model for slot in window.studio.takes.slots} == {"alpha"}
    assert "stopped" in window.audition.grid.headers["beta"].accessibleName()


def test_keys_walk_within_a_model_and_from_model_to_model(compared: MainWindow, press: Press) -> None:
    board = compared.studio.takes
    press(compared, "3")
    assert cell(compared, 2).view.heard
    press(compared, "Alt+]")
    assert board.auditioned is board.slots[6]
    press(compared, "[", "Alt+[")
    assert board.auditioned is board.slots[1]
    press(compared, "0")
    assert board.auditioned is None


def test_compare_goes_back_and_forth_between_take_and_song(compared: MainWindow, press: Press) -> None:
    board = compared.studio.takes
    press(compared, "6", "C")
    assert board.auditioned is None and compared.studio.status == "Heard as before, without the take."
    press(compared, "C")
    assert board.auditioned is board.slots[5] and compared.studio.status == "Heard with Beta 2."
    press(compared, "Return", "C")
    assert compared.studio.auditioning.hearing_before
    press(compared, "C")
    assert not compared.studio.auditioning.hearing_before


def test_more_than_nine_takes_are_numbered_by_column_in_the_row_that_is_heard(
    tune_window: MainWindow, answered: Answered, press: Press
) -> None:
    window = tune_window
    window.studio.wishes = replace(window.studio.wishes, choosing=AS_WRITTEN, takes=5)
    window.asking.show_wishes()
    answered(window)
    board = window.studio.takes
    press(window, "5")
    assert board.auditioned is board.slots[4]
    press(window, "Alt+]")
    assert [cell(window, number).view.digit for number in range(10)] == [*[None] * 5, 1, 2, 3, 4, 5]
    press(window, "2")
    assert board.auditioned is board.slots[6]


def test_how_takes_are_heard_is_switched_by_keys_and_shown(compared: MainWindow, press: Press) -> None:
    bar = compared.audition.bar
    before = compared.comparing.hearing
    press(compared, "J", "Shift+J", "O")
    after = compared.comparing.hearing
    assert (after.switch != before.switch, after.matched, after.solo) == (True, not before.matched, not before.solo)
    assert bar.matched.isChecked() == after.matched
    assert bar.solo.isChecked() == after.solo
    bar.switch.buttons[0].click()
    assert compared.studio.status == "Takes switch when the loop comes round."
    assert compared.comparing.hearing.switch == "loop"


def test_a_take_is_starred_named_and_put_aside(compared: MainWindow, press: Press, qtbot: QtBot) -> None:
    board = compared.studio.takes
    press(compared, "2", "Shift+S")
    assert cell(compared, 1).view.starred
    qtbot.mouseClick(cell(compared, 1), Qt.MouseButton.LeftButton, pos=cell(compared, 1).parts.star.center())
    assert not board.slots[1].mark.starred
    press(compared, "Shift+F2")
    editor = compared.audition.findChild(MarkEditor)
    assert editor is not None
    QTest.keyClicks(editor.label, "bridge")
    QTest.keyClick(editor.label, Qt.Key.Key_Tab)
    QTest.keyClicks(editor.note, "too high")
    QTest.keyClick(editor.note, Qt.Key.Key_Return)
    assert (board.slots[1].mark.label, board.slots[1].mark.note) == ("bridge", "too high")
    assert "too high" in cell(compared, 1).tip_at(QPoint(40, 10))
    press(compared, "X")
    put_aside = board.slots[1]
    assert put_aside.mark.discarded
    assert put_aside not in compared.audition.grid.cells
    assert board.auditioned is board.slots[2]
    assert compared.studio.status == 'bridge is put aside. "also put aside" above the takes shows it again.'


def test_esc_leaves_a_label_as_it_was(compared: MainWindow, press: Press) -> None:
    press(compared, "1", "Shift+F2")
    editor = compared.audition.findChild(MarkEditor)
    assert editor is not None
    QTest.keyClicks(editor.label, "no")
    QTest.keyClick(editor.label, Qt.Key.Key_Escape)
    assert compared.studio.takes.slots[0].mark.label == ""
    assert compared.studio.takes.showing


def test_takes_are_sorted_and_left_out(compared: MainWindow, press: Press) -> None:
    board, bar = compared.studio.takes, compared.audition.bar
    press(compared, "3", "Shift+S")
    bar.filter.setCurrentIndex(1)
    bar.filter.activated.emit(1)
    assert list(compared.audition.grid.cells) == [board.slots[2]]
    assert compared.studio.status == "Showing starred."
    for _ in range(4):
        press(compared, "Ctrl+Shift+I")
    assert len(compared.audition.grid.cells) == 8
    press(compared, "Ctrl+Shift+R")
    assert board.arrangement.by is SortBy.STAR
    row = compared.audition.grid.headers["alpha"]
    first = min(
        (shown for shown in compared.audition.grid.cells.values() if shown.view.slot.model == "alpha"),
        key=lambda shown: shown.x(),
    )
    assert first.view.slot is board.slots[2]
    assert first.x() >= row.geometry().right()


def test_the_menu_of_a_take_offers_what_can_be_done_now(compared: MainWindow, press: Press) -> None:
    slot = compared.studio.takes.slots[3]
    names = [entry.title for entry in take_entries(compared.comparing, slot)]
    assert names[:3] == ["Hear", "Keep this take", "Keep the marked part"]
    compared.context.time_selection = (7680, 9600)
    entries = {entry.title: entry for entry in take_entries(compared.comparing, slot)}
    assert entries["Keep bar 5"].enabled
    assert entries["Keep bar 5"].key == "", "the key means the take that is heard, which is another one"
    entries["Star"].run()
    assert slot.mark.starred
    compared.comparing.open_menu(slot, QPoint(10, 10))
    menu = compared.audition.findChild(QMenu)
    assert menu is not None
    assert any(action.text() == "Into the mixture" for action in menu.actions())
    menu.close()


def test_keys_in_the_menus_are_those_of_the_actions(compared: MainWindow, press: Press) -> None:
    press(compared, "4")
    heard = compared.studio.takes.slots[3]
    entries = (*take_entries(compared.comparing, heard), *mixture_entries(compared.comparing, (7680, 9600)))
    shown = {entry.title: entry.key for outer in entries for entry in (outer, *outer.entries) if entry.key}
    meant = {
        "Keep this take": "takes.accept",
        "Keep the marked part": "audition.keep_marked",
        "All of it": "audition.mix_take",
        "The marked part": "audition.mix_marked",
        "Star": "audition.star",
        "Label and note…": "audition.mark",
        "Put aside": "audition.discard",
        "Export as MIDI…": "takes.export",
        "Hear the mixture": "audition.hear_mixture",
        "Empty the mixture": "audition.empty_mixture",
    }
    assert shown == {title: compared.bound.actions[name].key for title, name in meant.items()}


def test_a_click_hears_and_a_double_click_keeps(compared: MainWindow, qtbot: QtBot) -> None:
    board = compared.studio.takes
    centre = cell(compared, 6).parts.thumbnail.center()
    qtbot.mouseClick(cell(compared, 6), Qt.MouseButton.LeftButton, pos=centre)
    heard: TakeSlot = board.slots[6]
    assert board.auditioned is heard
    qtbot.mouseDClick(cell(compared, 6), Qt.MouseButton.LeftButton, pos=centre)
    assert not board.showing
    assert compared.studio.document.undo_label == "Accept Beta 3"


def test_long_takes_get_more_room(tune_window: MainWindow, answered: Answered) -> None:
    window = tune_window
    window.resize(1700, 900)
    wide = []
    for bars in (2, 16):
        wishes = replace(window.studio.wishes, choosing=AS_WRITTEN, bars=bars, takes=1)
        window.studio.wishes = wishes
        window.asking.show_wishes()
        answered(window)
        wide.append(cell(window, 0).width())
    assert wide[0] <= 420 < wide[1] <= 16 * 40


def test_bar_lines_of_long_takes_do_not_hide_the_notes() -> None:
    frame = RollFrame((0, 64 * 1920), tuple(bar * 1920 for bar in range(64)), (48, 72))
    assert Thumbnail.lines(QRect(0, 0, 640, 30), frame) == frame.starts[1:]
    assert Thumbnail.lines(QRect(0, 0, 130, 30), frame) == tuple(bar * 1920 for bar in range(4, 64, 4))
    assert Thumbnail.lines(QRect(0, 0, -4, 30), frame) == (), "a window that is still being laid out"


@pytest.mark.parametrize("width_px", [98, 152, 310])
def test_figures_fit_side_by_side_into_cells_of_any_width(compared: MainWindow, width_px: int) -> None:
    shown = cell(compared, 0)
    shown.resize(width_px, cell_height(width_px, 12))
    metrics, narrow = QFontMetrics(CellLook.of(LIGHT, shown.font()).figures), shown.parts.narrow
    range_text = Figure("C♯2–D♯7", "lowest and highest note")
    for figure, place in zip((*shown.view.figures[:4], range_text), shown.parts.figures, strict=False):
        assert metrics.horizontalAdvance(figure.short if narrow and figure.short else figure.text) <= place.width()
        assert place.right() <= width_px


def test_it_fits_a_small_window_in_both_themes(compared: MainWindow) -> None:
    compared.resize(1024, 700)
    compared.set_theme(LIGHT)
    QTest.qWait(0)
    grid = compared.audition.grid
    assert compared.roll.height() >= 130
    for shown in grid.cells.values():
        assert shown.parts.figures[-1].bottom() <= shown.height()
        assert shown.geometry().right() <= grid.widget().width()
    assert not compared.audition.grab().isNull()
