"""The velocity lane with a real mouse: single notes, chords, groups, lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ml.music import Note, NoteTable
from studio.edit.document import Document
from studio.edit.new_song import empty_song
from studio.edit.selection import Selection
from studio.ui.lanes.stems import height_of, velocity_at
from studio.ui.lanes.velocity_lane import VelocityLane
from studio.ui.roll.context import KEYBOARD_WIDTH, RollContext
from studio.ui.roll.viewport import Viewport

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
HEIGHT = 135  # 127 velocities and the headroom: one pixel each


class LaneHand:
    """The mouse over a lane, by ticks and velocities."""

    def __init__(self, lane: VelocityLane, context: RollContext) -> None:
        self.lane = lane
        self.document = context.document
        self.context = context

    def write(self, *notes: Note) -> None:
        score = self.document.score
        view = self.context.viewport
        self.document.replace(score.with_track(0, score.tracks[0].with_notes(NoteTable.of(notes))), "test")
        self.context.viewport = view

    def choose(self, *pitches: int) -> None:
        notes = self.document.track.notes
        ids = (int(i) for i, p in zip(notes.id, notes.pitch, strict=True) if p in pitches)
        self.document.select(Selection(0, frozenset(ids)))

    @property
    def velocities(self) -> dict[int, int]:
        """By pitch."""
        notes = self.document.track.notes
        return dict(zip(notes.pitch.tolist(), notes.velocity.tolist(), strict=True))

    def at(self, tick: float, velocity: int) -> QPoint:
        x = KEYBOARD_WIDTH + round(self.context.viewport.x(tick))
        return QPoint(x, HEIGHT - int(height_of(velocity, HEIGHT)))

    def drag(self, *places: tuple[float, int], keys: Qt.KeyboardModifier = NONE, drop: bool = False) -> None:
        QTest.mousePress(self.lane, LEFT, keys, self.at(*places[0]))
        for place in places[1:]:
            to = self.at(*place)
            local, everywhere = QPointF(to), QPointF(self.lane.mapToGlobal(to))
            event = QMouseEvent(QEvent.Type.MouseMove, local, everywhere, Qt.MouseButton.NoButton, LEFT, keys)
            QApplication.sendEvent(self.lane, event)
        if drop:
            QTest.keyClick(self.lane, Qt.Key.Key_Escape)
        QTest.mouseRelease(self.lane, LEFT, keys, self.at(*places[-1]))


@pytest.fixture
def hand(qtbot) -> Iterator[LaneHand]:
    document = Document(empty_song())
    context = RollContext(document)
    context.viewport = Viewport(px_per_tick=0.1, width=900, height=300)
    lane = VelocityLane(context)
    qtbot.addWidget(lane)
    lane.resize(1000, HEIGHT)
    with qtbot.waitExposed(lane):
        lane.show()
    yield LaneHand(lane, context)
    context.close()


def test_a_stem_is_dragged_to_its_new_velocity_in_one_step(hand):
    hand.write(Note(960, 960, 60, velocity=60))
    hand.drag((960, 60), (960, 80), (960, 100))
    assert hand.velocities == {60: 100}
    assert hand.document.undo_label == "Change velocity"
    assert len(hand.document.history.steps) == 2


def test_every_note_of_a_chord_can_be_reached_by_selecting_it(hand):
    hand.write(*(Note(960, 960, pitch, velocity=70) for pitch in (60, 64, 67)))
    hand.choose(64)
    hand.drag((960, 70), (960, 90))
    assert hand.velocities == {60: 70, 64: 90, 67: 70}


def test_of_a_chord_with_nothing_selected_the_closest_head_is_taken(hand):
    hand.write(*(Note(960, 960, pitch, velocity=v) for pitch, v in ((60, 30), (64, 60), (67, 110))))
    hand.drag((960, 62), (960, 82))
    assert hand.velocities == {60: 30, 64: 80, 67: 110}


def test_selected_notes_go_together_and_keep_their_differences(hand):
    hand.write(*(Note(step * 960, 480, 60 + step, velocity=40 + 20 * step) for step in range(4)))
    hand.choose(60, 61, 62)
    hand.drag((0, 40), (0, 60))
    assert hand.velocities == {60: 60, 61: 80, 62: 100, 63: 100}


def test_velocity_never_leaves_1_to_127(hand):
    hand.write(Note(0, 480, 60, velocity=100), Note(960, 480, 62, velocity=40))
    hand.choose(60, 62)
    hand.drag((0, 100), (0, 5), (0, -60))
    assert hand.velocities == {60: 1, 62: 1}


def test_a_line_drawn_across_sets_what_it_passes_and_nothing_else(hand):
    hand.write(*(Note(step * 960, 480, 60 + step, velocity=64) for step in range(6)))
    hand.drag((860, 30), (1920, 50), (3940, 90))
    changed = hand.velocities
    assert changed[60] == 64 and changed[65] == 64
    assert changed[61] < changed[62] < changed[63] < changed[64]
    assert changed[62] == pytest.approx(50, abs=1)
    assert hand.document.undo_label == "Draw velocities"


def test_shift_draws_a_straight_crescendo(hand):
    hand.write(*(Note(step * 960, 480, 60 + step, velocity=64) for step in range(5)))
    hand.drag((0, 20), (1000, 120), (3840, 100), keys=SHIFT)
    assert list(hand.velocities.values()) == pytest.approx([20, 40, 60, 80, 100], abs=1)


def test_a_line_changes_only_selected_notes_when_there_are_any(hand):
    hand.write(*(Note(step * 960, 480, 60 + step, velocity=64) for step in range(5)))
    hand.choose(62)
    hand.drag((860, 30), (3940, 30))
    assert hand.velocities == {60: 64, 61: 64, 62: 30, 63: 64, 64: 64}


def test_escape_drops_the_drag(hand):
    hand.write(Note(960, 960, 60, velocity=60))
    hand.drag((960, 60), (960, 100), drop=True)
    assert hand.velocities == {60: 60}
    assert not hand.document.can_undo


def test_the_next_note_drawn_is_as_loud_as_the_one_dragged(hand):
    hand.write(Note(960, 960, 60, velocity=60))
    hand.drag((960, 60), (960, 111))
    assert hand.context.template.velocity == 111


def test_while_dragging_the_lane_shows_what_would_come(hand):
    hand.write(Note(960, 960, 60, velocity=60))
    before = hand.lane.grab().toImage()
    QTest.mousePress(hand.lane, LEFT, NONE, hand.at(960, 60))
    QTest.mouseMove(hand.lane, hand.at(960, 110))
    assert hand.lane.grab().toImage() != before
    assert hand.velocities == {60: 60}
    QTest.mouseRelease(hand.lane, LEFT, NONE, hand.at(960, 110))
    assert hand.velocities == {60: 110}


@pytest.mark.parametrize("height", [56, 110, HEIGHT, 300])
def test_the_head_of_every_velocity_is_where_the_mouse_finds_it(height):
    for velocity in range(1, 128):
        back = velocity_at(height - int(height_of(velocity, height)), height)
        assert abs(back - velocity) <= max(1, round(127 / (height - 8)))
