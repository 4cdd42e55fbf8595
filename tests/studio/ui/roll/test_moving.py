"""Moving, copying and resizing notes with the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ml.music import Note
from studio.edit.operations.notes import delete_notes

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def test_a_note_moves_by_grid_steps_and_rows_in_one_step(hand):
    hand.write(Note(0, 960, 60))
    hand.drag((400, 60), (600, 61), (890, 62))
    assert hand.notes == [(480, 960, 62)]
    assert hand.document.undo_label == "Move note"
    assert len(hand.document.history.steps) == 2


def test_until_the_button_is_let_go_the_document_is_untouched(hand):
    hand.write(Note(0, 960, 60))
    hand.press(400, 60)
    hand.move(1400, 65)
    assert hand.notes == [(0, 960, 60)]
    assert hand.context.lifted  # its place is drawn empty meanwhile
    hand.release(1400, 65)
    assert hand.notes == [(960, 960, 65)]
    assert not hand.context.lifted


def test_a_chord_dragged_past_the_top_stops_as_a_group(hand):
    hand.write(Note(0, 960, 118), Note(0, 960, 122))
    hand.context.viewport = hand.context.viewport.scrolled(0, -10_000)
    hand.choose(118, 122)
    hand.drag((400, 118), (400, 122), (400, 127))
    assert hand.notes == [(0, 960, 123), (0, 960, 127)]


def test_a_group_dragged_past_the_start_stops_as_a_group(hand):
    hand.write(Note(240, 480, 60), Note(960, 480, 64))
    hand.choose(60, 64)
    hand.drag((1200, 64), (900, 64), (100, 64))
    assert hand.notes == [(0, 480, 60), (720, 480, 64)]


def test_ctrl_drag_copies_and_undo_removes_only_the_copy(hand):
    hand.write(Note(0, 960, 60))
    hand.drag((400, 60), (1400, 67), keys=CTRL)
    assert hand.notes == [(0, 960, 60), (960, 960, 67)]
    assert hand.selected == [67]
    assert hand.document.undo_label == "Copy note"
    hand.document.undo()
    assert hand.notes == [(0, 960, 60)]


def test_alt_leaves_the_grid_and_a_plain_drag_keeps_the_offset(hand):
    hand.write(Note(0, 960, 60))
    hand.drag((400, 60), (470, 60), keys=ALT)
    assert hand.notes == [(70, 960, 60)]
    hand.drag((400, 60), (900, 60))
    assert hand.notes == [(550, 960, 60)]


def test_shift_keeps_to_the_axis_that_leads(hand):
    hand.write(Note(0, 960, 60))
    hand.drag((400, 60), (1400, 62), keys=SHIFT)
    assert hand.notes == [(960, 960, 60)]
    hand.drag((1400, 60), (1500, 72), keys=SHIFT)
    assert hand.notes == [(960, 960, 72)]


def test_pressing_shift_in_the_middle_of_a_drag_takes_effect_at_once(hand):
    hand.write(Note(0, 960, 60))
    hand.press(400, 60)
    hand.move(1400, 62)
    QTest.keyPress(hand.area, Qt.Key.Key_Shift)
    assert "C4" in hand.status[-1]
    QTest.keyRelease(hand.area, Qt.Key.Key_Shift)
    assert "D4" in hand.status[-1]
    hand.release(1400, 62)


def test_the_right_edge_goes_to_a_grid_line(hand):
    hand.write(Note(0, 960, 60))
    hand.drag((950, 60), (1100, 60), (1330, 60))
    assert hand.notes == [(0, 1440, 60)]


def test_the_left_edge_moves_the_start_and_keeps_the_end(hand):
    hand.write(Note(960, 960, 60))
    hand.drag((970, 60), (600, 60), (490, 60))
    assert hand.notes == [(480, 1440, 60)]
    assert hand.document.undo_label == "Resize note"


def test_left_edges_of_a_group_stop_together_at_the_start(hand):
    hand.write(Note(240, 960, 60), Note(960, 960, 64))
    hand.choose(60, 64)
    hand.drag((970, 64), (500, 64), (10, 64))
    assert hand.notes == [(0, 1200, 60), (720, 1200, 64)]


def test_a_note_never_shrinks_below_a_grid_step_by_snapping(hand):
    hand.write(Note(0, 960, 60))
    hand.drag((950, 60), (300, 60), (0, 60))
    assert hand.notes == [(0, 240, 60)]


def test_the_next_note_drawn_has_the_length_that_was_pulled(hand):
    hand.write(Note(0, 960, 60))
    hand.drag((950, 60), (1330, 60))
    hand.double_click(3840, 64)
    assert hand.notes[-1] == (3840, 1440, 64)


@pytest.mark.parametrize("keys", [Qt.KeyboardModifier.NoModifier, CTRL])
def test_escape_puts_everything_back(hand, keys):
    hand.write(Note(0, 960, 60), Note(960, 960, 64))
    hand.choose(64)
    hand.press(400, 60, keys)
    hand.move(1400, 70, keys)
    QTest.keyClick(hand.area, Qt.Key.Key_Escape)
    hand.release(1400, 70, keys)
    assert hand.notes == [(0, 960, 60), (960, 960, 64)]
    assert hand.selected == [64]
    assert not hand.document.can_undo


def test_a_drag_whose_notes_vanish_is_dropped(hand):
    hand.write(Note(0, 960, 60))
    hand.press(400, 60)
    hand.move(1400, 62)
    document = hand.document
    document.apply("Delete", delete_notes(document.score, document.selection))
    hand.release(1400, 62)
    assert hand.notes == []
    assert document.undo_label == "Delete"
    assert hand.heard[-1][2] is False


def test_holding_a_note_beyond_the_edge_scrolls_and_carries_it_along(hand, until):
    hand.write(Note(0, 960, 60))
    hand.press(400, 60)
    beyond = hand.context.viewport.right_tick + 400
    hand.move(beyond, 60)
    until(lambda: hand.context.viewport.left_tick > 1000)
    hand.release(hand.context.viewport.right_tick - 100, 60)
    assert hand.notes[0][0] > beyond - 960
    assert hand.notes[0][0] % 240 == 0
