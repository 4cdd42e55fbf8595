"""How alike passages are, how much a line repeats itself, and what hands can strike."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.measures.alikeness import Sketch, likeness, most_alike, same_notes
from ml.measures.playable import HAND_NOTES, HAND_SEMITONES, most_at_once, within_reach
from ml.measures.self_likeness import self_likeness

sketches = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(60, 64))).map(
    lambda notes: Sketch(tuple(notes))
)


@given(sketches, sketches)
def test_likeness_lies_between_nothing_and_all_and_goes_both_ways(one, other):
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == pytest.approx(1)


def test_the_same_rhythm_with_other_notes_is_less_alike_than_one_changed_note():
    tune = Sketch(((0, 0, 60), (0, 12, 62), (0, 24, 64), (0, 36, 65)))
    one_changed = Sketch(((0, 0, 60), (0, 12, 62), (0, 24, 64), (0, 36, 69)))
    rhythm_only = Sketch(((0, 0, 70), (0, 12, 73), (0, 24, 68), (0, 36, 75)))
    assert same_notes(tune, one_changed) == 0.75
    assert most_alike(tune, [rhythm_only, one_changed]) == likeness(tune, one_changed) > likeness(tune, rhythm_only) > 0
    assert most_alike(tune, []) == 0


def bar(*notes: tuple[int, int]) -> Sketch:
    return Sketch(tuple((0, onset, pitch) for onset, pitch in notes))


def test_a_line_that_repeats_its_bars_is_like_itself():
    a, b = bar((0, 60), (12, 62)), bar((6, 70), (18, 71))
    assert self_likeness([a, b, a, b], 2) == 1
    assert self_likeness([a, b], 1) == 0
    assert self_likeness([a, bar((0, 61), (12, 63))], 1) == 0.5, "the rhythm alone"
    assert self_likeness([a, Sketch(()), a], 2) == 1, "rests are not compared"
    assert math.isnan(self_likeness([a], 0)) and math.isnan(self_likeness([], 0))


def test_two_hands_reach_a_tenth_each_and_have_ten_fingers():
    piano = 0
    assert within_reach([36, 52, 64, 80], piano) == [0, 1, 2, 3]
    assert within_reach([36, 60, 84], piano) == [0, 2], "the middle one is out of reach of both"
    assert within_reach(list(range(40, 56)), piano) == [0, 1, 2, 3, 4, 11, 12, 13, 14, 15]
    assert within_reach([], piano) == []


@given(st.lists(st.integers(21, 108), unique=True, min_size=1, max_size=16), st.integers(0, 127))
def test_what_remains_can_be_struck_and_the_outer_notes_stay(pitches, program):
    pitches = sorted(pitches)
    kept = within_reach(pitches, program)
    assert kept[-1] == len(pitches) - 1 and kept == sorted(set(kept))
    most = most_at_once(program)
    assert most is None or len(kept) <= most
    if program == 0:
        low, high = pitches[kept[0]], pitches[kept[-1]]
        assert all(pitches[i] - low <= HAND_SEMITONES or high - pitches[i] <= HAND_SEMITONES for i in kept)
        assert len(kept) <= 2 * HAND_NOTES
    assert within_reach([pitches[i] for i in kept], program) == list(range(len(kept)))


def test_instruments_sound_as_many_notes_as_they_can():
    flute, violin, guitar, strings = 73, 40, 24, 48
    assert within_reach([60, 64, 67], flute) == [2]
    assert within_reach([60, 64, 67, 72], violin) == [0, 3]
    assert len(within_reach(list(range(50, 60)), guitar)) == 6
    assert len(within_reach(list(range(50, 60)), strings)) == 10
