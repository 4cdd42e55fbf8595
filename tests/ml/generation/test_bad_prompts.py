"""Prompts beyond what models know: the nearest honest thing, said in the take's remarks, and never a crash."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from ml.generation import RemarkItem, TakeItem, generate
from ml.music import MUTED, Key, Metre, Note, NoteTable, Scale, Score, Tempo, TimeMap, Track
from ml.requests import (
    GenerationRequest,
    Keep,
    Leanings,
    Limits,
    RefusedRequest,
    Region,
    Verb,
    continue_region,
    violations,
)
from tests.ml.generation.tiny_models import MODELS, takes_of


def line(count: int, step: int, pitches: tuple[int, ...] = (60, 62, 64), **kwargs) -> NoteTable:
    return NoteTable.of(Note(i * step, step, pitches[i % len(pitches)], **kwargs) for i in range(count))


def said(request: GenerationRequest) -> str:
    """All remarks of an answer that obeys."""
    items = list(generate(MODELS["gru"], request, lambda: False))
    takes = [item.value for item in items if isinstance(item, TakeItem)]
    assert all(not violations(request, take.notes) for take in takes)
    assert takes
    return " ".join(item.text for item in items if isinstance(item, RemarkItem))


def test_an_odd_metre_and_a_wild_tempo_are_said():
    time_map = TimeMap(960, tempos=(Tempo.of_qpm(0, 300),), metres=(Metre(0, 7, 8),))
    score = Score((Track("M", line(14, 480)),), time_map)
    remarks = said(GenerationRequest(score, continue_region(score, 0, 2), takes=1))
    assert "7/8" in remarks
    assert "300" in remarks


def test_sixty_four_tracks_are_said_and_sixteen_heard():
    score = Score(tuple(Track(f"T{i}", line(8, 960)) for i in range(64)))
    assert "16 tracks" in said(GenerationRequest(score, continue_region(score, 40, 1), takes=1))


@pytest.mark.parametrize("verb", [Verb.CONTINUE, Verb.FILL, Verb.ACCOMPANY])
@pytest.mark.parametrize("tracks", [(Track("M", line(8, 960, flags=MUTED)),), (Track("Empty"),)])
def test_nothing_to_hear_is_said(verb, tracks):
    score = Score(tracks)
    remarks = said(GenerationRequest(score, Region(3840, 7680, (0,)), verb, takes=1))
    assert "nothing" in remarks


def test_an_instrument_that_general_midi_lacks_is_taken_for_a_piano_and_said():
    score = Score((Track("M", line(8, 960), program=4000),))
    assert "piano" in said(GenerationRequest(score, continue_region(score, 0, 1), takes=1))


def test_a_hundred_thousand_notes_are_heard_where_they_matter():
    rng = np.random.default_rng(1)
    table = NoteTable.from_columns(
        start=np.sort(rng.integers(0, 3840 * 100, 100_000)), length=np.full(100_000, 240),
        pitch=rng.integers(30, 90, 100_000),
    )  # fmt: skip
    score = Score((Track("M", table), Track("N", table)))
    assert "denser" in said(GenerationRequest(score, Region(3840 * 50, 3840 * 51, (0,)), Verb.FILL, takes=1))


def test_a_song_that_starts_after_a_very_long_rest_is_continued_where_it_goes_on():
    score = Score((Track("M", line(8, 960)),))
    (take,) = takes_of("lstm", GenerationRequest(score, Region(3840 * 1000, 3840 * 1002, (0,)), takes=1))
    assert take.notes


def test_a_place_beyond_the_reach_of_the_onset_classes_is_found():
    """Four bars are full of a note that stays; the next place for a single voice is farther than twelve quarters."""
    locked = Note(0, 3840 * 4, 60, flags=2)
    score = Score((Track("M", NoteTable.of([locked, Note(3840 * 5, 960, 62)])),))
    request = GenerationRequest(score, Region(0, 3840 * 6, (0,)), Verb.FILL, Limits(polyphony=1), takes=2)
    for take in takes_of("transformer", request):
        assert take.notes
        assert min(note.start for note in take.notes) >= 3840 * 4
        assert not violations(request, take.notes)


@st.composite
def wild_requests(draw):
    """Anything that the music types permit: tiny and huge bars, ticks of a step and less, crowds of notes."""
    ticks = draw(st.sampled_from([1, 2, 7, 24, 25, 96, 480, 32767]))
    metre = st.builds(Metre, st.integers(0, 20_000), st.integers(1, 40), st.sampled_from([1, 2, 4, 8, 16, 64, 128]))
    tempo = st.builds(Tempo, st.integers(0, 20_000), st.integers(1, 2**24 - 1))
    time_map = TimeMap(
        ticks, tuple(draw(st.lists(tempo, max_size=3))), tuple(draw(st.lists(metre, max_size=3))),
        draw(st.none() | st.just(1000.0)),
    )  # fmt: skip
    note = st.builds(
        Note, st.integers(0, 6000), st.integers(0, 9000), st.integers(0, 127), st.integers(0, 127),
        flags=st.integers(0, 3),
    )  # fmt: skip
    tracks = tuple(
        Track(f"T{i}", NoteTable.of(draw(st.lists(note, max_size=30))), program=draw(st.none() | st.integers(0, 300)),
              drums=draw(st.booleans()))
        for i in range(draw(st.integers(1, 4)))
    )  # fmt: skip
    score = Score(tracks, time_map)
    start = draw(st.integers(0, 7000))
    region = Region(
        start, start + draw(st.integers(1, 4000)), tuple(draw(st.sets(st.integers(0, len(tracks) - 1), min_size=1)))
    )
    keep = draw(st.builds(Keep, st.booleans(), st.booleans(), st.booleans()))
    leanings = draw(st.builds(Leanings, st.sampled_from([None, "organ"]), st.sampled_from([None, 7]), st.none()))
    limits = Limits(
        draw(st.none() | st.just(Key(3, Scale.BLUES))), grid=draw(st.sampled_from([None, 1, 24])),
        polyphony=draw(st.sampled_from([None, 1, 2])), notes_per_bar=draw(st.sampled_from([None, 4])),
    )  # fmt: skip
    request = GenerationRequest(score, region, draw(st.sampled_from(Verb)), limits, leanings, keep, takes=2)
    bars = request.bars
    return replace(request, region=replace(region, end_tick=start + 1)) if bars > 20 else request


@settings(max_examples=40)
@given(wild_requests())
def test_wild_prompts_are_answered_or_refused_in_a_sentence(request):
    try:
        for take in takes_of("gru", request, max_events=120):
            event("answered")
            assert take.notes
            assert not violations(request, take.notes)
    except RefusedRequest as refusal:
        event("refused")
        assert str(refusal).endswith(".")
