"""Choosing notes: by box, by time, by key, all, none, the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.music import Note, Score
from studio.edit import Selection, invert_selection, select_all, select_box, select_pitch, select_starting
from tests.studio.edit.pieces import BAR, TPQ, chosen, melody, song


def test_a_box_catches_what_sounds_in_it() -> None:
    score = song(Note(0, BAR, 60, id=0), Note(TPQ, TPQ, 64, id=1), Note(TPQ, TPQ, 72, id=2), Note(BAR, 1, 60, id=3))
    assert select_box(score, 0, TPQ, 2 * TPQ, (60, 64)).ids == {0, 1}
    assert select_box(score, 0, BAR, 2 * BAR).ids == {3}
    assert select_box(score, 0, BAR + 9, 2 * BAR).ids == set()


def test_a_range_on_the_ruler_catches_what_starts_in_it() -> None:
    score = song(Note(0, BAR, 60, id=0), Note(TPQ, TPQ, 64, id=1))
    assert select_starting(score, 0, TPQ, BAR).ids == {1}


def test_a_click_on_a_key_selects_its_row() -> None:
    assert select_pitch(song(*melody(60, 62, 60)), 0, 60).ids == {0, 2}


def test_ctrl_click_toggles_and_shift_click_adds() -> None:
    selection = Selection(0, frozenset({1, 2}))
    assert selection.toggled([2, 3]).ids == {1, 3}
    assert selection.added([3]).ids == {1, 2, 3}
    assert selection.removed([1]).ids == {2}
    assert len(selection.with_ids([])) == 0


def test_a_selection_on_a_track_that_is_gone_is_empty() -> None:
    gone = Selection(4, frozenset({0}))
    assert len(gone.notes(song(*melody(60)))) == 0
    assert gone.span(song(*melody(60))) is None
    assert select_all(song(), 9).ids == set()


def test_the_span_reaches_to_the_latest_end() -> None:
    score = song(Note(10, 1000, 60, id=0), Note(20, 5, 62, id=1))
    assert Selection(0, frozenset({0, 1})).span(score) == (10, 1010)


@given(chosen(), st.sets(st.integers(500, 510)))
def test_pruning_keeps_exactly_what_is_there(piece: tuple[Score, Selection], gone: set[int]) -> None:
    score, selection = piece
    assert selection.added(gone).pruned(score) == selection
    assert selection.pruned(score) is selection


@given(chosen())
def test_the_others_of_the_others_are_the_selected(piece: tuple[Score, Selection]) -> None:
    score, selection = piece
    others = invert_selection(score, selection)
    assert not others.ids & selection.ids
    assert invert_selection(score, others) == selection
