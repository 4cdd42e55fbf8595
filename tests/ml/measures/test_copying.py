"""Literal repetition is found at any shift that is tried, and only where every note agrees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.measures.copying import repeated_from

onsets = st.tuples(st.integers(0, 1), st.integers(0, 50), st.integers(60, 64))


@given(st.sets(onsets, min_size=1), st.integers(1, 100))
def test_moved_notes_are_found_at_their_shift(given_notes, shift):
    moved = [(track, start + shift, pitch) for track, start, pitch in given_notes]
    assert repeated_from(given_notes, moved, [0, shift]) in (0, shift)
    higher = [(track, start, pitch + 10) for track, start, pitch in moved]
    assert repeated_from(given_notes, higher, range(200)) is None


def test_nothing_repeats_nothing():
    assert repeated_from([(0, 0, 60)], [], [0]) is None
