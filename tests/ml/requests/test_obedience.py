"""Whether an answer obeys its request, limit by limit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import LOCKED, MUTED, Key, Metre, Note, NoteTable, Score, TimeMap, Track
from ml.music.harmony import ChordTrack
from ml.requests import (
    ChordRule,
    GenerationRequest,
    Keep,
    Limits,
    PermittedPitches,
    Region,
    TakeNote,
    Verb,
    replaced_notes,
    violations,
)

BAR = 4 * 480
EIGHTH = 240


def score_of(*tracks: list[Note], drums: bool = False, time_map: TimeMap | None = None) -> Score:
    return Score(tuple(Track(notes=NoteTable.of(notes), drums=drums) for notes in tracks), time_map or TimeMap(480))


def asked(limits: Limits = Limits(), *notes: Note, bars: int = 2, **changes) -> GenerationRequest:  # noqa: B008
    score = changes.pop("score", None) or score_of(list(notes))
    return replace(GenerationRequest(score, Region(BAR, (1 + bars) * BAR, (0,)), limits=limits), **changes)


def written(*spots: tuple[int, int, int]) -> list[TakeNote]:
    """Notes by start (ticks from the region's first), length and pitch."""
    return [TakeNote(0, BAR + start, length, pitch, 80, 1.0) for start, length, pitch in spots]


def broken(request: GenerationRequest, *spots: tuple[int, int, int]) -> list[tuple[str, int | None]]:
    return [(violation.limit, violation.note) for violation in violations(request, written(*spots))]


def test_no_limits_permit_anything_in_the_region():
    assert broken(asked(), (0, 1, 0), (0, 2 * BAR, 127), (2 * BAR - 1, 1, 60)) == []


@pytest.mark.parametrize(
    "note",
    [
        TakeNote(1, BAR, 10, 60, 80, 1.0),
        TakeNote(0, BAR - 1, 10, 60, 80, 1.0),
        TakeNote(0, 3 * BAR, 10, 60, 80, 1.0),
        TakeNote(0, BAR, 2 * BAR + 1, 60, 80, 1.0),
        TakeNote(0, BAR, 0, 60, 80, 1.0),
        TakeNote(0, BAR, 10, 128, 80, 1.0),
        TakeNote(0, BAR, 10, 60, 0, 1.0),
    ],
)
def test_notes_outside_the_region_are_named(note):
    (violation,) = violations(asked(), [*written((0, 10, 60)), note])
    assert (violation.limit, violation.note) == ("region", 1) and violation.sentence.endswith(".")


@pytest.mark.parametrize(
    ("limits", "pitch", "limit"),
    [
        (Limits(Key(0)), 61, "key"),
        (Limits(pitch_classes=frozenset((0, 2, 4))), 65, "pitch_classes"),
        (Limits(lowest=50, highest=60), 61, "range"),
        (Limits(instrument_ranges=True), 20, "instrument_ranges"),
    ],
)
def test_pitches_obey_every_limit_but_never_those_of_drums(limits, pitch, limit):
    assert broken(asked(limits), (0, 10, 60), (480, 10, pitch)) == [(limit, 1)]
    assert broken(asked(limits, score=score_of([], drums=True)), (480, 10, pitch)) == []


def test_the_instrument_s_range_is_that_of_the_track():
    score = Score((Track(program=43),), TimeMap(480))
    assert broken(asked(Limits(instrument_ranges=True), score=score), (0, 10, 40), (0, 10, 80)) == [
        ("instrument_ranges", 1)
    ]


@given(
    st.builds(Key, st.integers(0, 11)), st.integers(0, 127), st.integers(0, 127),
    st.lists(st.integers(0, 127), max_size=8),
)  # fmt: skip
def test_pitch_limits_mean_what_they_say(key, lowest, highest, pitches):
    request = asked(Limits(key, lowest, highest))
    wrong = {note for _, note in broken(request, *((i * 10, 5, pitch) for i, pitch in enumerate(pitches)))}
    right = {i for i, p in enumerate(pitches) if p % 12 in key.pitch_classes and lowest <= p <= highest}
    assert wrong == set(range(len(pitches))) - right


# --- chords


def chords(line: str, rule: ChordRule) -> Limits:
    return Limits(chords=ChordTrack.parse(line, TimeMap(480), 1), chord_rule=rule)


def test_every_note_belongs_to_its_chord_or_only_those_on_strong_beats():
    line = (0, 10, 60), (480, 10, 62), (960, 10, 64), (960 + 24, 10, 65), (BAR, 10, 62), (BAR + 480, 10, 62)
    strong, every = (asked(chords("C | G", rule)) for rule in (ChordRule.STRONG_BEATS, ChordRule.EVERY_NOTE))
    assert broken(strong, *line) == []
    assert broken(every, *line) == [("chords", 1), ("chords", 3)]
    assert broken(strong, (960 - 9, 10, 62), (0, 10, 65)) == [("chords", 0), ("chords", 1)]


def test_a_note_a_little_before_a_change_belongs_to_the_next_chord():
    request = asked(chords("C G | F", ChordRule.EVERY_NOTE))
    assert broken(request, (960 - 5, 10, 62), (BAR - 5, 10, 65), (960 - 40, 10, 62)) == [("chords", 2)]


def test_where_no_chord_is_everything_is_free():
    assert broken(asked(chords("N.C. | G", ChordRule.EVERY_NOTE)), (0, 10, 61), (BAR, 10, 61)) == [("chords", 1)]


@given(st.lists(st.tuples(st.integers(0, 2 * BAR - 2), st.integers(0, 127)), max_size=10), st.sampled_from(ChordRule))
def test_what_the_masks_permit_obeys_and_nothing_else(spots, rule):
    request = asked(replace(chords("Am7 D | N.C. Bb/D C#dim", rule), key=Key(0)))
    permitted = PermittedPitches(request)
    for start, pitch in spots:
        (mask,) = permitted.at(0, NoteTable.of([Note(BAR + start, 1, pitch)]).start)
        assert mask[pitch] == (broken(request, (start, 1, pitch)) == [])


# --- polyphony, grid, density, locked notes


def test_polyphony_counts_new_locked_and_kept_notes():
    locked, kept = Note(BAR + 480, 480, 50, flags=LOCKED, id=3), Note(BAR + 960, 480, 50, id=4)
    request = asked(Limits(polyphony=2), locked, kept, region=Region(BAR, 2 * BAR, (0,), frozenset({(0, 4)})))
    assert broken(request, (0, 480, 60), (0, 480, 62)) == []
    assert broken(request, (0, 481, 60), (0, 480, 62)) == []
    assert broken(request, (0, 481, 60), (0, 481, 62)) == [("polyphony", 0), ("polyphony", 1)]
    assert broken(request, (1000, 10, 60), (1005, 10, 62)) == [("polyphony", 0), ("polyphony", 1)]


def test_one_voice_may_be_legato_and_drums_are_not_counted():
    assert broken(asked(Limits(polyphony=1)), (0, 240, 60), (240, 240, 62)) == []
    assert broken(asked(Limits(polyphony=1)), (0, 241, 60), (240, 240, 62)) == [("polyphony", 0), ("polyphony", 1)]
    assert broken(asked(Limits(polyphony=1), score=score_of([], drums=True)), (0, 9, 36), (0, 9, 42)) == []


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 100), st.integers(0, 127)), max_size=8),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 100)), max_size=4), st.integers(1, 4),
)  # fmt: skip
def test_polyphony_is_the_most_notes_at_any_tick_of_a_note(spots, locked, most):
    stay = [Note(BAR + start, length, i, flags=LOCKED) for i, (start, length) in enumerate(locked)]
    spans = [(s.start - BAR, s.end - BAR) for s in stay] + [(start, start + length) for start, length, _ in spots]
    loud = {tick for tick in range(310) if sum(a <= tick < b for a, b in spans) > most}
    expected = {i for i, (start, length, _) in enumerate(spots) if loud & set(range(start, start + length))}
    found = broken(asked(Limits(polyphony=most), *stay), *spots)
    assert {note for limit, note in found if limit == "polyphony"} == expected


def test_the_grid_counts_from_the_bar_line():
    score = score_of([], time_map=TimeMap(480, metres=(Metre(0, 4, 4), Metre(BAR, 5, 16))))
    request = asked(Limits(grid=2), score=score, region=Region(BAR, BAR + 1200, (0,)))
    assert broken(request, (0, 10, 60), (240, 10, 60), (600, 10, 60)) == []
    assert broken(request, (720, 10, 60), (241, 10, 60)) == [("grid", 0), ("grid", 1)]


def test_notes_per_bar_counts_all_that_start_in_the_bar():
    given = [Note(BAR, 10, 50, flags=LOCKED), Note(BAR + 5, 10, 51, flags=LOCKED | MUTED), Note(BAR + 7, 10, 52)]
    request = asked(Limits(notes_per_bar=2), *given)
    assert broken(request, (10, 10, 60), (BAR, 10, 60), (BAR, 10, 62)) == []
    assert broken(request, (10, 10, 60), (20, 10, 62)) == [("notes_per_bar", 0)]
    late = replace(request, region=Region(BAR + 480, 2 * BAR, (0,)))
    assert broken(late, (480, 10, 60)) == [("notes_per_bar", 0)]


def test_nothing_sounds_over_a_note_that_stays():
    request = asked(Limits(), Note(BAR - 10, 20, 60, flags=LOCKED), Note(BAR + 480, 10, 62, flags=LOCKED))
    assert broken(request, (10, 480, 60), (0, 480, 62), (480, 10, 64)) == []
    assert broken(request, (9, 480, 60), (0, 481, 62)) == [("locked", 0), ("locked", 1)]


# --- what Vary keeps

TUNE = [Note(BAR + i * EIGHTH, EIGHTH, p) for i, p in enumerate((60, 62, 62, 59))]


def vary(keep: Keep, *notes: Note, kept: tuple[int, ...] = ()) -> GenerationRequest:
    region = Region(BAR, 2 * BAR, (0,), frozenset((0, note_id) for note_id in kept))
    return asked(Limits(), *(notes or TUNE), verb=Verb.VARY, keep=keep, region=region)


def test_rhythm_is_kept_to_the_tick():
    request = vary(Keep(rhythm=True))
    new = [(i * EIGHTH, EIGHTH, 70 + i) for i in range(4)]
    assert broken(request, *new) == []
    assert broken(request, *new[:3]) == [("rhythm", None)]
    assert broken(request, *new[:3], (3 * EIGHTH + 1, EIGHTH, 60)) == [("rhythm", None)] * 2
    assert broken(request, *new, (0, 10, 50)) == [("rhythm", None)]
    assert broken(replace(request, verb=Verb.FILL), *new[:2]) == []


def test_the_rhythm_is_what_is_heard_and_may_change():
    odd = [
        Note(BAR, 480, 60), Note(BAR, 240, 60), Note(BAR + 240, 480, 60), Note(BAR + 500, 0, 62),
        Note(BAR + 600, 10, 63, flags=MUTED), Note(BAR + 700, 10, 64, flags=LOCKED), Note(2 * BAR - 10, 480, 65),
        Note(BAR + 800, 10, 66, id=99),
    ]  # fmt: skip
    request = vary(Keep(rhythm=True), *odd, kept=(99,))
    old = replaced_notes(request.score, request.region, 0)
    assert [(n.start - BAR, n.length) for n in old] == [(0, 240), (240, 480), (500, 1), (BAR - 10, 10)]


def test_the_contour_is_kept_with_the_notes_between():
    request = vary(Keep(contour=True))
    assert broken(request, (0, 9, 50), (9, 9, 80), (500, 9, 80), (600, 9, 70)) == []
    assert broken(request, (0, 9, 50), (9, 9, 80), (500, 9, 81), (600, 9, 70)) == [("contour", None)]
    assert broken(request, (0, 9, 50), (9, 9, 80), (600, 9, 70)) == [("contour", None)]
    partly = vary(Keep(contour=True), Note(0, 10, 65), *TUNE, kept=(2,))
    assert broken(partly, (0, 9, 61), (480, 9, 62), (720, 9, 30)) == []
    assert broken(partly, (0, 9, 66), (480, 9, 62), (720, 9, 30)) == [("contour", None)]
    assert broken(partly, (0, 9, 61), (480, 9, 62), (720, 9, 63)) == [("contour", None)]


def test_harmony_is_that_of_the_region_s_strong_beats():
    block = [Note(BAR + half * 960, 960, p) for half, root in enumerate((48, 55)) for p in (root, root + 4, root + 7)]
    request = vary(Keep(harmony=True), *block)
    assert broken(request, (0, 9, 64), (240, 9, 65), (960, 9, 62)) == []
    assert broken(request, (0, 9, 65), (960, 9, 60)) == [("harmony", 0), ("harmony", 1)]
    assert broken(replace(request, verb=Verb.FILL), (0, 9, 65)) == []


@given(st.lists(st.tuples(st.integers(0, BAR - 1), st.integers(1, 900), st.integers(0, 127)), min_size=1, max_size=12))
def test_the_notes_themselves_keep_everything(spots):
    request = vary(Keep(rhythm=True, contour=True, harmony=True), *(Note(BAR + s, n, p) for s, n, p in spots))
    old = replaced_notes(request.score, request.region, 0)
    same = [TakeNote(0, note.start, note.length, note.pitch, 80, 1.0) for note in old]
    assert {v.limit for v in violations(request, same)} <= {"harmony"}
