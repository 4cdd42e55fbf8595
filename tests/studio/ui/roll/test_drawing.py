"""Drawing, painting, erasing and splitting notes with the mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ml.music import Note
from studio.ui.roll.tool import Tool

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
C_MAJOR = [60, 62, 64, 65, 67, 69, 71, 72]


def test_a_scale_clicked_with_the_draw_tool_is_eight_notes_on_the_grid(hand):
    hand.use(Tool.DRAW)
    for step, pitch in enumerate(C_MAJOR):
        hand.click(step * 960 + 100, pitch)  # a little late: the note still starts on the line before
    assert hand.notes == [(step * 960, 960, pitch) for step, pitch in enumerate(C_MAJOR)]
    assert [step.label for step in hand.document.history.steps[1:]] == ["Draw note"] * 8


def test_dragging_while_drawing_sets_length_and_pitch_and_the_next_note_gets_them(hand):
    hand.use(Tool.DRAW)
    hand.drag((0, 60), (500, 60), (1700, 64))
    hand.click(3840, 67)
    assert hand.notes == [(0, 1920, 64), (3840, 1920, 67)]


def test_a_note_sounds_while_it_is_drawn_and_falls_silent_after(hand):
    hand.use(Tool.DRAW)
    hand.drag((0, 60), (500, 60), (500, 62))
    assert [(pitch, on) for pitch, _, on in hand.heard] == [(60, True), (60, False), (62, True), (62, False)]


def test_alt_draws_off_the_grid(hand):
    hand.use(Tool.DRAW)
    hand.drag((100, 60), (600, 60), keys=ALT)
    assert hand.notes == [(100, 500, 60)]


def test_a_double_click_on_empty_ground_adds_a_note_in_the_select_tool(hand):
    hand.double_click(970, 60)
    assert hand.notes == [(960, 960, 60)]
    assert len(hand.document.history.steps) == 2


def test_escape_drops_a_note_that_is_being_drawn(hand):
    hand.use(Tool.DRAW)
    hand.press(0, 60)
    hand.move(900, 60)
    QTest.keyClick(hand.area, Qt.Key.Key_Escape)
    hand.release(900, 60)
    assert hand.notes == []
    assert not hand.document.can_undo
    assert hand.heard[-1] == (60, 96, False)


def test_painting_lays_sixteen_hats_and_dragging_back_takes_four_away(hand):
    hand.use(Tool.PAINT)
    hand.drag((10, 66), (15 * 240 + 10, 70), (11 * 240 + 10, 60))
    assert hand.notes == [(step * 240, 240, 66) for step in range(12)]
    assert len(hand.document.history.steps) == 2


def test_painting_over_a_note_that_is_there_adds_no_double(hand):
    hand.write(Note(240, 480, 60))
    hand.use(Tool.PAINT)
    hand.drag((10, 60), (250, 60), (750, 60))
    assert sorted(hand.notes) == [(0, 240, 60), (240, 480, 60), (480, 240, 60), (720, 240, 60)]


def test_a_fast_right_drag_erases_every_note_on_its_way_in_one_step(hand):
    hand.write(*(Note(step * 480, 240, 60 + step) for step in range(8)))
    hand.use(Tool.DRAW)
    hand.drag((100, 60), (7 * 480 + 100, 67), button=Qt.MouseButton.RightButton)  # one jump, no stop in between
    assert hand.notes == []
    assert hand.document.undo_label == "Erase notes"
    hand.document.undo()
    assert len(hand.notes) == 8


def test_the_eraser_spares_what_it_does_not_touch(hand):
    hand.write(Note(0, 480, 60), Note(0, 480, 62), Note(960, 480, 60))
    hand.use(Tool.ERASE)
    hand.click(200, 60)
    assert hand.notes == [(0, 480, 62), (960, 480, 60)]


def test_erased_notes_come_back_when_the_sweep_is_dropped(hand):
    hand.write(Note(0, 480, 60))
    hand.use(Tool.ERASE)
    hand.press(100, 60)
    assert hand.context.lifted
    QTest.keyClick(hand.area, Qt.Key.Key_Escape)
    assert not hand.context.lifted
    assert hand.notes == [(0, 480, 60)]


def test_splitting_cuts_a_chord_at_the_closest_grid_line(hand):
    hand.write(Note(0, 960, 60), Note(0, 960, 64), Note(0, 960, 67))
    hand.use(Tool.SPLIT)
    hand.drag((500, 65), (500, 60))
    assert sorted(hand.notes) == [(0, 480, 60), (0, 480, 64), (0, 960, 67), (480, 480, 60), (480, 480, 64)]


def test_the_status_line_says_place_pitch_velocity_and_length(hand):
    hand.use(Tool.DRAW)
    hand.press(960 * 5, 64)
    assert hand.status[-1] == "2:2:000  ·  E4  ·  velocity 96  ·  length 1 beat"
    hand.release(960 * 5, 64)
