"""Takes are put right as a player would, and never so that a limit breaks."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.generation.tidying import HANGING, OVERLAPPING, RANGE, REACH, Tidier
from ml.music import Key, Note, NoteTable, Score, TimeMap, Track
from ml.requests import (
    GenerationRequest,
    Keep,
    Limits,
    Provenance,
    Region,
    Take,
    TakeNote,
    Verb,
    continue_region,
    violations,
)

PIANO, FLUTE, STRINGS = 0, 73, 48


def request_of(program: int, own: list[Note] | None = None, bars: int = 4, **changes) -> GenerationRequest:
    notes = own if own is not None else [Note(480 * i, 480, 72 + i % 5) for i in range(16)]
    score = Score((Track("Line", NoteTable.of(notes), program=program),), TimeMap(480))
    return GenerationRequest(score, continue_region(score, 0, bars), **changes)


def take_of(request: GenerationRequest, *notes: tuple[int, int, int]) -> Take:
    """A take of notes (start from the region's start, length, pitch)."""
    start = request.region.start_tick
    found = tuple(TakeNote(0, start + at, length, pitch, 80, 2.0) for at, length, pitch in notes)
    facts = {"model": "m", "checkpoint": "", "take": 0, "prompt_start_tick": 0, "prompt_end_tick": start}
    return Take(request, found, Provenance.of(request, bits_per_note=2.0, **facts))


def placed(take: Take) -> list[tuple[int, int, int]]:
    start = take.request.region.start_tick
    return [(note.start - start, note.length, note.pitch) for note in take.notes]


def test_a_take_that_needs_nothing_stays_the_same_object():
    request = request_of(FLUTE)
    take = take_of(request, (0, 480, 72), (480, 480, 74))
    assert Tidier(request)(take).take is take


def test_a_wind_instrument_ends_a_note_when_the_next_begins():
    request = request_of(FLUTE)
    found = Tidier(request)(take_of(request, (0, 960, 72), (480, 480, 74)))
    assert placed(found.take) == [(0, 480, 72), (480, 480, 74)] and found.changes == Counter({OVERLAPPING: 1})


def test_what_the_song_itself_does_is_not_put_right():
    chords = [Note(1920 * i, 1920, pitch) for i in range(4) for pitch in (60, 64, 67)]
    low = [Note(7680, 1920, 40)]
    request = request_of(FLUTE, chords + low)
    take = take_of(request, (0, 1920, 60), (0, 1920, 64), (0, 1920, 67), (1920, 480, 41))
    assert Tidier(request)(take).take is take


def test_notes_out_of_range_move_by_octaves_or_go_where_limits_forbid_that():
    request = request_of(FLUTE)
    found = Tidier(request)(take_of(request, (0, 480, 40), (480, 480, 72)))
    assert placed(found.take) == [(0, 480, 64), (480, 480, 72)] and found.changes == Counter({RANGE: 1})
    below = request_of(FLUTE, limits=Limits(highest=72), own=[Note(480 * i, 480, 60 + i % 5) for i in range(16)])
    narrow = request_of(FLUTE, limits=Limits(highest=50))
    assert placed(Tidier(below)(take_of(below, (0, 480, 40), (480, 480, 72))).take)[0] == (0, 480, 64)
    assert Tidier(narrow)(take_of(narrow, (0, 480, 40))).changes == Counter(), "nothing would be left"


def test_a_hanging_note_ends_at_a_bar_line():
    request = request_of(STRINGS)
    moving = [(480 * i, 480, 72 + i % 3) for i in range(16)]
    found = Tidier(request)(take_of(request, (0, 7680, 55), *moving))
    assert (0, 1920, 55) in placed(found.take) and found.changes == Counter({HANGING: 1})
    alone = take_of(request, (0, 7680, 55), (3840, 480, 72))
    assert Tidier(request)(alone).take is alone, "a pedal under little movement is music"


def test_chords_are_thinned_to_what_two_hands_reach():
    request = request_of(PIANO)
    found = Tidier(request)(take_of(request, (0, 480, 36), (0, 480, 60), (0, 480, 84)))
    assert placed(found.take) == [(0, 480, 36), (0, 480, 84)] and found.changes == Counter({REACH: 1})


def test_what_vary_keeps_exactly_is_left_alone():
    score = request_of(FLUTE).score
    request = GenerationRequest(score, Region(0, 1920, (0,)), Verb.VARY, keep=Keep(rhythm=True))
    take = take_of(request, (0, 960, 40), (480, 480, 41))
    assert Tidier(request)(take).take is take


@pytest.mark.parametrize("program", [PIANO, FLUTE, STRINGS, 24, 42])
@given(
    notes=st.lists(
        st.tuples(st.integers(0, 63), st.integers(1, 32), st.sampled_from(range(128))), min_size=1, max_size=40
    )
)
def test_a_tidied_take_obeys_whatever_it_obeyed_before(program, notes):
    request = request_of(program, limits=Limits(Key.parse("C:maj"), lowest=30, highest=100, polyphony=6))
    ticks = [(120 * at, min(120 * length, 7680 - 120 * at), pitch) for at, length, pitch in notes]
    take = take_of(request, *ticks)
    if not violations(request, take.notes):
        found = Tidier(request)(take)
        assert not violations(request, found.take.notes) and found.take.notes
        assert Tidier(request)(found.take).take.notes == found.take.notes
