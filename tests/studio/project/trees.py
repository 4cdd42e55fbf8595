"""Random trees of takes over scores that grow out of one another, as they do in the making of a song."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from ml.music import Key, NoteTable, Scale, Score, Track
from ml.music.harmony import Chord, ChordSpan, ChordTrack
from ml.requests import ChordRule, GenerationRequest, Keep, Leanings, Limits, Region, Sampling, TakeNote, Verb
from ml.requests.request import MAX_BARS
from studio.project import Acceptance, RequestRecord, TakeRecord, TakeRef, TakeState, TreeRecord
from studio.project.prompt_codec import skeleton_of
from tests.studio.project.pieces import BYTE, JSON, NAME, TICK, notes, scores

MODELS = st.sampled_from(("lstm", "transformer", "blend of two", "größer"))
UNKNOWN = st.dictionaries(st.sampled_from(("hearts", "colour")), JSON, max_size=1)
REFS = st.builds(TakeRef, st.integers(1, 9), MODELS, st.integers(0, 5))


def take_notes(most: int = 6) -> st.SearchStrategy[tuple[TakeNote, ...]]:
    bits = st.floats(-10, 60, allow_nan=False).map(lambda value: round(value, 4))
    note = st.builds(TakeNote, st.integers(0, 2), TICK, st.integers(1, 5000), BYTE, st.integers(1, 127), bits)
    return st.lists(note, max_size=most).map(tuple)


LIMITS = st.builds(
    Limits,
    key=st.none() | st.builds(Key, st.integers(0, 11), st.sampled_from(Scale)),
    lowest=st.integers(0, 60),
    highest=st.integers(61, 127),
    pitch_classes=st.none() | st.frozensets(st.integers(0, 11), min_size=1),
    instrument_ranges=st.booleans(),
    polyphony=st.none() | st.integers(1, 8),
    grid=st.none() | st.sampled_from((1, 3, 24)),
    notes_per_bar=st.none() | st.integers(1, 99),
)
CHORDS = ChordTrack((ChordSpan(0, 960, Chord.parse("Am7")), ChordSpan(960, 1920, Chord.parse("F#dim/C"))))  # type: ignore[arg-type]


@st.composite
def takes(draw: st.DrawFn, model: str, index: int) -> TakeRecord:
    written, origins = draw(take_notes()), tuple(draw(st.lists(REFS, max_size=2)))
    number = st.integers(0, max(len(origins) - 1, 0))
    most = 3 if origins else 0
    accepted = st.builds(Acceptance, st.integers(1, 2**31 - 1), st.just(written) | take_notes(), st.just(960))
    return TakeRecord(
        model=model,
        model_name=draw(NAME),
        index=index,
        notes=written,
        facts=draw(
            st.fixed_dictionaries({}, optional={"checkpoint": NAME, "take": BYTE, "limits": JSON, "tuning": JSON})
        ),
        remarks=tuple(draw(st.lists(NAME, max_size=2))),
        state=draw(st.sampled_from(TakeState)),
        starred=draw(st.booleans()),
        label=draw(NAME),
        note=draw(NAME),
        discarded=draw(st.booleans()),
        accepted=tuple(draw(st.lists(accepted, max_size=2))),
        origins=origins,
        cells=tuple(draw(st.lists(st.tuples(BYTE, BYTE, number), max_size=most))),
        picked=tuple(draw(st.lists(st.tuples(number, BYTE), max_size=most))),
        place=draw(st.none() | st.integers(0, 31)),
        written=draw(st.none() | take_notes()),
        unknown=draw(UNKNOWN),
    )


@st.composite
def requests(draw: st.DrawFn, number: int, score: Score) -> RequestRecord:
    limits = draw(LIMITS)
    if draw(st.booleans()):
        limits = replace(limits, chords=CHORDS, chord_rule=draw(st.sampled_from(ChordRule)))
    start = draw(TICK)
    tracks = draw(st.permutations(range(len(score.tracks))))[: draw(st.integers(1, len(score.tracks)))]
    request = GenerationRequest(
        score=score,
        region=Region(start, start + draw(st.integers(1, 900)), tuple(tracks), draw(st.frozensets(
            st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=4))),
        verb=draw(st.sampled_from(Verb)),
        limits=limits,
        leanings=draw(st.builds(Leanings, st.none() | st.just("piano"), st.none() | st.integers(1, 7))),
        keep=draw(st.builds(Keep, st.booleans(), st.booleans(), st.booleans())),
        sampling=draw(st.builds(Sampling, st.floats(0.05, 4), st.floats(0.01, 1), st.floats(-2, 2))),
        takes=draw(st.integers(1, 32)),
        seed=draw(st.integers(0, 2**62)),
    )  # fmt: skip
    assume(request.bars <= MAX_BARS)
    names = draw(st.lists(MODELS, unique=True, max_size=3))
    whole = draw(st.booleans())
    return RequestRecord(
        number=number,
        request=request if whole else replace(request, score=skeleton_of(score)),
        models=tuple((name, name.title()) for name in names),
        asked_at_s=draw(st.floats(0, 4e9)),
        parent=draw(st.none() | REFS),
        machine=draw(NAME),
        choosing=draw(st.dictionaries(st.text(max_size=3), JSON, max_size=2)),
        takes=tuple(draw(takes(name, index)) for name in names for index in range(draw(st.integers(0, 2)))),
        has_prompt=whole,
        new_tracks=draw(st.integers(0, 1)),
        unknown=draw(UNKNOWN),
    )


@st.composite
def trees(draw: st.DrawFn) -> tuple[Score, TreeRecord]:
    """A song and the tree of takes that led to it."""
    score = draw(scores())
    if not score.tracks:
        score = score.with_tracks((Track("Lead"),))
    numbers = sorted(draw(st.sets(st.integers(1, 2**31 - 1), max_size=4)))
    found = []
    for number in numbers:
        found.append(draw(requests(number, score)))
        place = draw(st.integers(0, len(score.tracks) - 1))
        track = score.tracks[place]
        more = draw(notes(most=2))
        columns = {name: values for name, values in more.columns().items() if name != "id"}
        room = track.notes.next_id + len(more) < 2**31
        table = track.notes.added(NoteTable.from_columns(**columns)) if room else more
        score = score.with_track(place, track.with_notes(table))
    return score, TreeRecord(tuple(found))
