"""Selecting notes: clicks, boxes, the ruler and the keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ml.music import Note
from studio.ui.roll.tool import Tool

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def four(hand):
    """Four notes of a quarter, a quarter apart: C4 E4 G4 C5."""
    hand.write(*(Note(step * 1920, 960, pitch) for step, pitch in enumerate((60, 64, 67, 72))))
    return hand


def test_a_click_selects_one_note_and_empty_ground_none(four):
    four.click(400, 60)
    assert four.selected == [60]
    four.click(2300, 64)
    assert four.selected == [64]
    four.click(1400, 70)
    assert four.selected == []
    assert not four.document.can_undo


def test_ctrl_click_toggles(four):
    four.click(400, 60)
    four.click(2300, 64, CTRL)
    assert four.selected == [60, 64]
    four.click(400, 60, CTRL)
    assert four.selected == [64]


def test_shift_click_extends_from_the_note_clicked_before(four):
    four.click(400, 60)
    four.click(4200, 67, SHIFT)
    assert four.selected == [60, 64, 67]


def test_a_click_on_one_of_many_selected_notes_selects_it_alone(four):
    four.choose(60, 64, 67)
    four.click(2300, 64)
    assert four.selected == [64]


def test_a_box_selects_what_it_touches_and_shift_adds(four):
    four.drag((1000, 68), (2500, 62), (4100, 63))
    assert four.selected == [64, 67]
    four.drag((1000, 62), (700, 58), keys=SHIFT)
    assert four.selected == [60, 64, 67]


def test_escape_gives_back_what_was_selected_before_the_box(four):
    four.choose(72)
    four.press(1000, 68)
    four.move(4100, 62)
    assert four.selected == [64, 67]
    QTest.keyClick(four.area, Qt.Key.Key_Escape)
    assert four.selected == [72]


def test_ctrl_draws_a_box_in_the_draw_tool(four):
    four.use(Tool.DRAW)
    four.drag((1000, 68), (4100, 62), keys=CTRL)
    assert four.selected == [64, 67]
    assert len(four.notes) == 4


def test_shift_click_on_a_key_selects_its_whole_row(four):
    QTest.mouseClick(four.view.keys, Qt.MouseButton.LeftButton, SHIFT, QPoint(60, four.at(0, 67).y()))
    assert four.selected == [67]
    assert [(pitch, on) for pitch, _, on in four.heard] == [(67, True), (67, False)]


def test_the_right_button_asks_for_the_menu_in_the_select_tool(four, qtbot):
    with qtbot.waitSignal(four.view.menuRequested) as asked:
        four.click(960, 64, button=Qt.MouseButton.RightButton)
    assert asked.args[1:] == [960.0, 64]
    assert len(four.notes) == 4


def test_the_menu_is_for_the_note_under_the_mouse(four):
    four.choose(60, 67)
    four.click(4200, 67, button=Qt.MouseButton.RightButton)
    assert four.selected == [60, 67]
    four.click(2300, 64, button=Qt.MouseButton.RightButton)
    assert four.selected == [64]
