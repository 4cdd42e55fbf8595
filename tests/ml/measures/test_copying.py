"""Literal repetition is found at any shift that is tried, and only where every note agrees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.measures.copying import repeated_share

onsets = st.tuples(st.integers(0, 1), st.integers(0, 50), st.integers(60, 64))


@given(st.sets(onsets, min_size=1), st.integers(1, 100))
def test_moved_notes_are_found_at_their_shift(given_notes, shift):
    moved = [(track, start + shift, pitch) for track, start, pitch in given_notes]
    assert repeated_share(given_notes, moved, [7, shift]) == 1
    higher = [(track, start, pitch + 10) for track, start, pitch in moved]
    assert repeated_share(given_notes, higher, range(200)) == 0


def test_a_share_is_of_the_asked_notes():
    said = [(0, 0, 60), (0, 4, 62), (0, 8, 64)]
    assert repeated_share(said, [(0, 16, 60), (0, 20, 62), (0, 24, 65), (0, 28, 60)], [16]) == 0.5


def test_nothing_repeats_nothing():
    assert repeated_share([(0, 0, 60)], [], [0]) == 0
    assert repeated_share([(0, 0, 60)], [(0, 0, 60)], []) == 0
