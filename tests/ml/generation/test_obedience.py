"""Random requests of every verb under every mixture of limits: untrained networks must obey to the last note."""

from __future__ import annotations

import itertools

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ml.music import LOCKED, MUTED, Key, Metre, Note, NoteTable, Scale, Score, TimeMap, Track
from ml.music.harmony import QUALITIES, Chord, ChordSpan, ChordTrack
from ml.requests import (
    GRIDS,
    ChordRule,
    GenerationRequest,
    Keep,
    Leanings,
    Limits,
    RefusedRequest,
    Region,
    Sampling,
    Verb,
    score_with_take,
    staying,
    violations,
)
from tests.ml.generation.tiny_models import SHAPES, takes_of

METRES = [Metre(0, 4, 4), Metre(0, 3, 4), Metre(0, 7, 8), Metre(0, 6, 8), Metre(0, 5, 16), Metre(0, 2, 2)]


@st.composite
def scores(draw):
    """One to three tracks, drums among them, of notes on and off the grid, some locked, some muted."""
    ticks = draw(st.sampled_from([960, 480, 480, 100, 7]))
    time_map = TimeMap(ticks, metres=(draw(st.sampled_from(METRES)),))
    end = time_map.bar_start(draw(st.sampled_from([2, 4])))
    unit = draw(st.sampled_from([max(ticks // 4, 1), max(ticks // 2, 1), 1]))
    tracks = []
    for number in range(draw(st.integers(1, 3))):
        drums = number == 2
        notes = draw(
            st.lists(
                st.builds(
                    Note,
                    start=st.integers(0, end // unit - 1).map(lambda n: n * unit),
                    length=st.integers(0, 2 * ticks),
                    pitch=st.integers(36, 50) if drums else st.integers(50, 74),
                    velocity=st.integers(1, 127),
                    flags=st.sampled_from([0, 0, 0, 0, 0, LOCKED, MUTED]),
                ),
                min_size=draw(st.integers(0, 12)),
                max_size=24,
            )
        )
        tracks.append(
            Track(f"T{number}", NoteTable.of(notes), program=draw(st.sampled_from([0, 40, 32, None])), drums=drums)
        )
    return Score(tuple(tracks), time_map)


@st.composite
def limits(draw, score: Score, region: Region):
    key = draw(st.none() | st.builds(Key, st.integers(0, 11), st.sampled_from(list(Scale))))
    lowest = draw(st.integers(30, 60))
    chords = None
    if draw(st.integers(0, 2)) == 0:
        cuts = sorted(draw(st.sets(st.integers(region.start_tick, region.end_tick), min_size=2, max_size=5)))
        chords = ChordTrack(
            tuple(
                ChordSpan(a, b, Chord(draw(st.integers(0, 11)), draw(st.sampled_from(QUALITIES))))
                for a, b in itertools.pairwise(cuts)
            )
        )
    return Limits(
        key=key,
        lowest=lowest,
        highest=min(lowest + draw(st.integers(8, 60)), 127),
        pitch_classes=draw(st.none() | st.frozensets(st.integers(0, 11), min_size=1)),
        instrument_ranges=draw(st.booleans()),
        chords=chords,
        chord_rule=draw(st.sampled_from(ChordRule)),
        polyphony=draw(st.none() | st.integers(1, 4)),
        grid=draw(st.none() | st.sampled_from(GRIDS)),
        notes_per_bar=draw(st.none() | st.integers(1, 12)),
    )


@st.composite
def requests(draw, verb: Verb | None = None):
    score = draw(scores())
    verb = verb or draw(st.sampled_from(Verb))
    first = draw(st.integers(0, 1 if verb is Verb.VARY else 4))
    bars = draw(st.integers(1, 3))
    start, end = score.time_map.bar_start(first), score.time_map.bar_start(first + bars)
    if draw(st.integers(0, 5)) == 0:
        start += draw(st.integers(0, (end - start) // 2))
    asked = draw(st.lists(st.integers(0, len(score.tracks) - 1), min_size=1, unique=True))
    kept = frozenset(
        (track, note_id) for track in asked for note_id in draw(st.frozensets(st.integers(0, 23), max_size=4))
    )
    region = Region(start, end, tuple(asked), kept)
    return GenerationRequest(
        score,
        region,
        verb,
        Limits() if draw(st.integers(0, 3)) == 0 else draw(limits(score, region)),
        Leanings(draw(st.sampled_from([None, "chorale"])), draw(st.sampled_from([None, 5])), None),
        Keep(draw(st.booleans()), draw(st.booleans()), draw(st.booleans())),
        Sampling(draw(st.sampled_from([0.3, 1.0, 2.5])), 0.95, draw(st.sampled_from([-2.0, 0.0, 2.0]))),
        takes=2,
        seed=draw(st.integers(0, 2**31)),
    )


def check(trunk: str, request: GenerationRequest, max_events: int = 1536) -> None:
    try:
        takes = takes_of(trunk, request, max_events)
    except RefusedRequest as refusal:
        event("refused")
        assert str(refusal).endswith(".") and not str(refusal)[0].islower()
        return
    event(request.verb.value)
    for take in takes:
        assert not violations(request, take.notes)
        answered = score_with_take(request.score, take)
        for track in request.region.tracks:
            before, after = request.score.tracks[track].notes, answered.tracks[track].notes
            stays = before.take(staying(request.score, request.region, track))
            assert stays == after.take(after.rows_of(stays.id.tolist()))
            heard = [note for note in take.notes if note.track == track]
            assert len(after) >= len(stays) + len(heard)


@settings(max_examples=60)
@given(trunk=st.sampled_from(sorted(SHAPES)), request=requests())
def test_every_note_obeys_every_limit(trunk, request):
    check(trunk, request)


@settings(max_examples=40)
@given(trunk=st.sampled_from(sorted(SHAPES)), request=requests(Verb.VARY))
def test_variations_keep_what_they_should(trunk, request):
    check(trunk, request)


@settings(max_examples=15)
@given(trunk=st.sampled_from(sorted(SHAPES)), request=requests())
def test_rows_that_slide_obey_too(trunk, request):
    check(trunk, request, max_events=48)
