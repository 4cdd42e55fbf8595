"""What every take must pass before it is offered."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.generation.drawing import draw
from ml.generation.guards import clean, is_copy
from ml.generation.prompt import make_prompt
from ml.music import Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, TakeNote, continue_region

notes = st.builds(
    TakeNote, st.integers(0, 1), st.integers(0, 40), st.integers(1, 20), st.integers(60, 63), st.just(80), st.just(1.0)
)


@given(st.lists(notes, max_size=40), st.sampled_from([frozenset(), frozenset({0})]))
def test_clean_takes_have_no_overlap_on_a_pitch_nor_in_a_voice(given_notes, voices):
    cleaned = clean(given_notes, voices)
    for track in (0, 1):
        for pitch in range(60, 64):
            line = [n for n in cleaned if n.track == track and (track in voices or n.pitch == pitch)]
            assert all(a.start + a.length <= b.start for a, b in itertools.pairwise(line))
    assert all(note.length >= 1 for note in cleaned)
    kept = {(n.track, n.start) for n in cleaned}
    assert kept == {(n.track, n.start) for n in given_notes}


def test_a_repetition_is_a_copy_and_one_with_a_changed_ending_is_not():
    pitches = [60, 62, 64, 65, 67, 69, 71, 72]
    score = Score((Track("M", NoteTable.of(Note(i * 960, 960, p) for i, p in enumerate(pitches))),))
    prompt = make_prompt(GenerationRequest(score, continue_region(score, 0, 2)))
    again = [TakeNote(0, 7680 + i * 960, 960, p, 80, 1.0) for i, p in enumerate(pitches)]
    assert is_copy(prompt, again)
    changed = [*again[:-1], TakeNote(0, 7680 + 7 * 960, 960, 74, 80, 1.0)]
    assert not is_copy(prompt, changed)


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=30),
    st.floats(0, 0.999),
    st.floats(0.1, 3),
    st.floats(0.05, 1),
    st.data(),
)
def test_what_is_forbidden_is_never_drawn(values, uniform, temperature, top_p, data):
    logits = np.array([values])
    permitted = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, unique=True))
    mask = np.full(len(values), -np.inf)
    mask[permitted] = 0
    chosen = draw(logits + mask, np.array([uniform]), temperature, top_p)
    assert int(chosen[0]) in permitted


def test_draws_follow_the_probabilities():
    share = np.array([0.5, 0.3, 0.2])
    uniforms = (np.arange(1000) + 0.5) / 1000
    drawn = draw(np.tile(np.log(share), (1000, 1)), uniforms, 1.0, 1.0)
    assert np.bincount(drawn).tolist() == [500, 300, 200]
    nucleus = draw(np.tile(np.log(share), (1000, 1)), uniforms, 1.0, 0.7)
    assert np.bincount(nucleus, minlength=3)[2] == 0
