"""Finished notes: none doubled, and no more at once than is permitted."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from ml.generation.cleaning import Line, clean
from ml.music import Note, NoteTable
from ml.requests import TakeNote
from ml.requests.obedience import voices

notes = st.builds(
    TakeNote, st.integers(0, 1), st.integers(0, 40), st.integers(1, 20), st.integers(60, 63), st.just(80), st.just(1.0)
)


@given(
    st.lists(notes, max_size=40),
    st.none() | st.integers(1, 3),
    st.lists(st.builds(Note, st.integers(0, 40), st.integers(0, 20), st.integers(70, 72)), max_size=4),
)
def test_clean_takes_have_no_overlap_on_a_pitch_and_as_many_voices_as_permitted(given_notes, most, stay):
    table = NoteTable.of(stay)
    at_once = Counter(note.start for note in {(n.start, n.pitch): n for n in given_notes if n.track == 0}.values())
    fits = most is None or all(
        count + sum(note.start <= start < max(note.end, note.start + 1) for note in stay) <= most
        for start, count in at_once.items()
    )
    assume(fits)
    cleaned = clean(given_notes, {0: Line(most, table), 1: Line(None, NoteTable.empty())})
    for track, pitch in itertools.product((0, 1), range(60, 64)):
        line = [n for n in cleaned if n.track == track and n.pitch == pitch]
        assert all(a.start + a.length <= b.start for a, b in itertools.pairwise(line))
    assert all(note.length >= 1 for note in cleaned)
    first = [n for n in cleaned if n.track == 0]
    if most is not None and first:
        starts = np.array([n.start for n in first])
        assert voices(starts, starts + np.array([n.length for n in first]), table).max() <= most
    assert {(n.track, n.start, n.pitch) for n in cleaned} == {(n.track, n.start, n.pitch) for n in given_notes}
