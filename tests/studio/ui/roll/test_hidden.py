"""What a blind test hides is nowhere to be seen, and neither mouse nor selection reach it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from ml.music import LOCKED, Note, NoteTable, Track
from studio.edit.operations.notes import delete_notes
from studio.edit.selection import Selection, select_all
from studio.ui.lanes.stems import visible_stems
from studio.ui.lanes.velocity_lane import VelocityLane
from studio.ui.roll.gestures.dispatch import HIDDEN
from studio.ui.roll.hit import hit_at
from studio.ui.roll.overview import Overview
from studio.ui.roll.takes import TakeLayer
from studio.ui.roll.tool import Tool

FOUND, SEEN = Note(960, 480, 60), Note(5760, 960, 64)
"""In the bars that are tested (the first), and after them."""


def cover(hand, *tracks: int, kept: frozenset[int] = frozenset()) -> None:
    hand.view.set_take_layers(
        TakeLayer(t, NoteTable.empty(), active=True, region=(0, 3840), label="Blind test", kept=kept, covers=True)
        for t in tracks
    )


@pytest.fixture
def tested(hand):
    """A note that is hidden and one that is not."""
    hand.write(FOUND, SEEN)
    cover(hand, 0)
    return hand


@pytest.mark.parametrize("other_track", [False, True])
def test_two_songs_that_differ_only_there_look_alike(hand, other_track):
    lane = VelocityLane(hand.context)
    lane.resize(1000, 120)
    widgets = (hand.area, hand.view.findChild(Overview), hand.view.keys, lane)
    pictures = []
    for hidden in (Note(0, 960, 60, velocity=40), Note(1920, 480, 20, velocity=120)):
        hand.write(hidden, SEEN)
        if other_track:
            score = hand.document.score
            score = score.with_track(0, score.tracks[0].with_notes(NoteTable.of([SEEN])))
            behind = Track("Bass", NoteTable.of([hidden]))
            hand.document.replace(score.with_tracks((score.tracks[0], behind)), "test")
        before = [widget.grab().toImage() for widget in widgets]
        cover(hand, 0, 1)
        pictures.append([widget.grab().toImage() for widget in widgets])
        assert pictures[-1][0] != before[0]
        assert pictures[-1][1] != before[1]
    assert pictures[0] == pictures[1]


def test_the_mouse_finds_nothing_there_and_does_nothing(tested):
    at = tested.at(FOUND.start + 240, FOUND.pitch)
    assert hit_at(tested.context, at.x(), at.y()) is None
    assert visible_stems(tested.context).rows.tolist() == [0]
    for tool in Tool:
        tested.use(tool)
        tested.status.clear()
        tested.drag((480, 58), (3360, 62))
        assert tested.status[0] == HIDDEN
        tested.drag((480, 58), (3360, 62), button=Qt.MouseButton.RightButton)
    assert not tested.document.can_undo
    cover(tested)
    assert hit_at(tested.context, at.x(), at.y()) is not None


def test_a_box_or_a_sweep_from_outside_takes_only_what_is_seen(tested):
    tested.drag((7000, 58), (480, 66))
    assert tested.selected == [SEEN.pitch]
    assert tested.status[-1] == "1 note selected"
    tested.use(Tool.ERASE)
    tested.drag((4800, 60), (480, 60))
    assert not tested.document.can_undo
    tested.drag((6000, 64), (480, 60))
    assert tested.notes == [(FOUND.start, FOUND.length, FOUND.pitch)]


def test_a_cut_from_outside_goes_through_nothing_there(tested):
    tested.use(Tool.SPLIT)
    tested.press(4800, 72)
    tested.move(1200, 50)
    tested.release(1200, 50)
    assert len(tested.notes) == 2


def test_what_is_hidden_cannot_be_selected_and_is_let_go_of(tested):
    document = tested.document
    document.select(select_all(document.score, 0))
    assert tested.selected == [SEEN.pitch]
    cover(tested)
    document.select(select_all(document.score, 0))
    assert len(tested.selected) == 2
    cover(tested, 0)
    assert tested.selected == [SEEN.pitch]
    document.apply("Delete", delete_notes(document.score, document.selection))
    document.undo()
    assert tested.selected == [SEEN.pitch]


def test_a_selection_is_moved_past_hidden_notes(tested):
    tested.drag((SEEN.start + 400, SEEN.pitch), (SEEN.start + 400, SEEN.pitch + 3))
    assert tested.notes == [(960, 480, 60), (SEEN.start, SEEN.length, SEEN.pitch + 3)]


def test_locked_and_kept_notes_stay_in_sight(hand):
    hand.write(Note(0, 480, 60, flags=LOCKED), Note(480, 480, 62), Note(960, 480, 64))
    kept = int(hand.document.track.notes.id[1])
    cover(hand, 0, kept=frozenset({kept}))
    assert hand.context.notes.pitch.tolist() == [60, 62]
    hand.document.select(Selection(0, frozenset({kept})))
    assert hand.selected == [62]
