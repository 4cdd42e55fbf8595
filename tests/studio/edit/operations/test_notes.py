"""Adding, moving, copying, resizing: groups keep their shape and nothing vanishes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml.music import LOCKED, MUTED, Note, Score
from studio.edit import EditRefused, Selection
from studio.edit.operations import (
    add_note,
    add_notes,
    delete_notes,
    duplicate,
    move_notes,
    nudge,
    resize_notes,
    set_flag,
    set_lengths,
)
from tests.studio.edit.pieces import BAR, TPQ, chosen, everything, melody, song, sounds


def test_a_drawn_note_is_there_and_selected() -> None:
    drawn = add_note(song(*melody(60)), 0, Note(TPQ, TPQ, 64, velocity=90))
    assert sounds(drawn.score) == [(0, TPQ, 60), (TPQ, TPQ, 64)]
    assert drawn.selection is not None
    assert [note.velocity for note in drawn.selection.notes(drawn.score)] == [90]


def test_notes_from_outside_are_brought_into_bounds() -> None:
    added = add_notes(song(), 0, [Note(-100, 0, -3, velocity=0), Note(2**40, TPQ, 400)])
    (first, last) = added.score.tracks[0].notes
    assert (first.start, first.length, first.pitch, first.velocity) == (0, 1, 0, 1)
    assert (last.end, last.pitch) == (0x0FFF_FFFF, 127)


def test_adding_to_a_track_that_is_gone_is_refused_with_a_sentence() -> None:
    with pytest.raises(EditRefused, match="not in the song any more: select another one"):
        add_note(song(), 3, Note(0, TPQ, 60))


def test_a_note_drawn_exactly_on_another_does_not_double_it() -> None:
    score = song(Note(0, TPQ, 60, velocity=50), Note(0, TPQ, 64))
    drawn = add_note(score, 0, Note(0, TPQ, 60, velocity=90))
    assert sounds(drawn.score) == sounds(score)
    assert drawn.selection is not None
    assert [note.velocity for note in drawn.selection.notes(drawn.score)] == [90]


def test_a_note_drawn_over_part_of_another_leaves_both() -> None:
    drawn = add_note(song(Note(0, BAR, 60)), 0, Note(TPQ, TPQ, 60))
    assert sounds(drawn.score) == [(0, BAR, 60), (TPQ, TPQ, 60)]


def test_a_chord_dragged_past_the_top_stops_as_a_group() -> None:
    chord = [Note(0, TPQ, pitch) for pitch in (116, 120, 123)]
    moved = move_notes(song(*chord), everything(song(*chord)), 0, 12)
    assert [pitch for _, _, pitch in sounds(moved.score)] == [120, 124, 127]


def test_a_phrase_dragged_past_the_start_stops_as_a_group() -> None:
    score = song(*melody(60, 62, start=100))
    moved = move_notes(score, everything(score), -5 * BAR, -200)
    assert sounds(moved.score) == [(0, TPQ, 0), (TPQ, TPQ, 2)]


def test_nothing_can_be_moved_where_a_midi_file_has_no_time() -> None:
    score = song(*melody(60, 62))
    far = move_notes(score, everything(score), 2**50, 0)
    assert far.score.end_tick == 0x0FFF_FFFF


@given(chosen(), st.integers(-BAR, BAR), st.integers(-12, 12))
def test_moving_there_and_back_changes_nothing(piece: tuple[Score, Selection], d_ticks: int, d_pitch: int) -> None:
    score, selection = piece
    before = selection.notes(score)
    there = move_notes(score, selection, d_ticks, d_pitch)
    assert there.selection == selection
    after = selection.notes(there.score)
    if len(before):
        shape = np.subtract(after.start[np.argsort(after.id)], before.start[np.argsort(before.id)])
        assert len(set(shape.tolist())) == 1, "the group keeps its shape"
        d_ticks = int(shape[0])
        d_pitch = int(after.pitch.min()) - int(before.pitch.min())
    assert move_notes(there.score, selection, -d_ticks, -d_pitch).score == score


@given(chosen(), st.integers(0, BAR), st.integers(-12, 12))
def test_copying_leaves_the_originals_and_selects_the_copies(
    piece: tuple[Score, Selection], d_ticks: int, d_pitch: int
) -> None:
    score, selection = piece
    copied = move_notes(score, selection, d_ticks, d_pitch, copy=True)
    moved = move_notes(score, selection, d_ticks, d_pitch)
    assert copied.selection is not None
    assert sounds_of(copied.selection, copied.score) == sounds_of(selection, moved.score)
    assert set(sounds(score, selection.track)) <= set(sounds(copied.score, selection.track))


def sounds_of(selection: Selection, score: Score) -> set[tuple[int, int, int]]:
    return {(note.start, note.length, note.pitch) for note in selection.notes(score)}


def test_copies_dragged_nowhere_do_not_double_anything() -> None:
    score = song(*melody(60, 64, 67))
    assert move_notes(score, everything(score), 0, 0, copy=True).score == score


def test_duplicating_three_times_chains() -> None:
    score = song(*melody(60, 62, length=TPQ // 2 - 30))  # played short: the phrase still repeats on the beat
    edited = duplicate(score, everything(score), TPQ // 4)
    for _ in range(2):
        assert edited.selection is not None
        edited = duplicate(edited.score, edited.selection, TPQ // 4)
    assert [start for start, _, pitch in sounds(edited.score) if pitch == 60] == [0, TPQ, 2 * TPQ, 3 * TPQ]


def test_deleting_takes_only_the_selected_notes() -> None:
    score = song(*melody(60, 62, 64))
    deleted = delete_notes(score, Selection(0, frozenset({1})))
    assert [pitch for _, _, pitch in sounds(deleted.score)] == [60, 64]
    assert deleted.selection == Selection(0)


def test_resizing_a_left_edge_across_zero_stops_there() -> None:
    score = song(Note(100, 400, 60), Note(300, 400, 62))
    resized = resize_notes(score, everything(score), -900, 0)
    assert sounds(resized.score) == [(0, 500, 60), (200, 500, 62)]


def test_a_short_note_does_not_stop_the_others_from_getting_shorter() -> None:
    score = song(Note(0, 960, 60), Note(0, 120, 64))
    resized = resize_notes(score, everything(score), 0, -480, shortest_ticks=60)
    assert sounds(resized.score) == [(0, 480, 60), (0, 60, 64)]


@given(chosen(), st.integers(-BAR, BAR), st.integers(-BAR, BAR), st.integers(0, 240))
def test_resizing_never_makes_a_note_vanish(
    piece: tuple[Score, Selection], d_start: int, d_end: int, shortest: int
) -> None:
    score, selection = piece
    resized = resize_notes(score, selection, d_start, d_end, shortest)
    table = resized.score.tracks[selection.track].notes
    assert len(table) == len(score.tracks[selection.track].notes)
    assert table.start.min(initial=0) >= 0
    assert table.length.min(initial=1) >= 1
    old = selection.table(score)
    if not d_start:
        assert by_id(table.id, table.start) == by_id(old.id, old.start)
    if not d_end and d_start < 0:
        assert by_id(table.id, table.end) == by_id(old.id, old.end)


def by_id(ids: NDArray[np.int32], values: NDArray[np.int64]) -> dict[int, int]:
    return dict(zip(ids.tolist(), values.tolist(), strict=True))


def test_one_length_for_all_and_a_nudge() -> None:
    score = song(Note(10, 100, 60), Note(500, 7, 62))
    assert [length for _, length, _ in sounds(set_lengths(score, everything(score), 0).score)] == [1, 1]
    assert [start for start, _, _ in sounds(nudge(score, everything(score), -5).score)] == [5, 495]


def test_muting_toggles_as_a_group() -> None:
    score = song(Note(0, 10, 60, flags=MUTED | LOCKED), Note(0, 10, 62, flags=LOCKED))
    muted = set_flag(score, everything(score), MUTED)
    assert [note.flags for note in muted.score.tracks[0].notes] == [3, 3]
    sounding = set_flag(muted.score, everything(score), MUTED)
    assert [note.flags for note in sounding.score.tracks[0].notes] == [LOCKED, LOCKED]


def test_locks_bind_models_and_not_the_musician() -> None:
    score = song(Note(0, 10, 60, flags=LOCKED))
    assert sounds(move_notes(score, everything(score), 5, 1).score) == [(5, 10, 61)]


@pytest.mark.parametrize("selection", [Selection(0), Selection(7, frozenset({1})), Selection(0, frozenset({99}))])
def test_with_nothing_selected_nothing_changes(selection: Selection) -> None:
    score = song(*melody(60, 62))
    for edited in (
        move_notes(score, selection, 10, 1),
        move_notes(score, selection, 10, 1, copy=True),
        duplicate(score, selection, 240),
        delete_notes(score, selection),
        resize_notes(score, selection, 10, 10),
        set_lengths(score, selection, 10),
        set_flag(score, selection, MUTED),
    ):
        assert edited.score is score
