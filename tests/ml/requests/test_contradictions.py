"""What cannot be answered is said before anything is generated, with the fix."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import LOCKED, Key, Metre, Note, NoteTable, Scale, Score, TimeMap, Track
from ml.music.harmony import ChordTrack
from ml.requests import (
    ChordRule,
    GenerationRequest,
    Keep,
    Leanings,
    Limits,
    RefusedRequest,
    Region,
    Verb,
    violations,
)
from ml.requests.contradictions import contradiction
from ml.requests.take import TakeNote

BAR = 4 * 480
MAP = TimeMap(480)
TUNE = [Note(BAR + i * 240, 240, p) for i, p in enumerate((60, 64, 67, 72, 71, 67, 62, 60))]


def asked(*notes: Note, verb: Verb = Verb.FILL, program: int = 0, drums: bool = False, **changes) -> GenerationRequest:
    score = Score((Track("Lead", NoteTable.of(notes), program, drums=drums),), MAP)
    return replace(GenerationRequest(score, Region(BAR, 3 * BAR, (0,)), verb), **changes)


def sentence(request: GenerationRequest) -> str:
    with pytest.raises(RefusedRequest) as caught:
        request.check()
    text = str(caught.value)
    assert text.endswith(".") and text[0] in '"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789' and len(text) < 260
    return text


def chords(line: str, rule: ChordRule = ChordRule.EVERY_NOTE, **others) -> Limits:
    return Limits(chords=ChordTrack.parse(line, MAP, 1), chord_rule=rule, **others)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(lowest=70, highest=60), "its lowest pitch Bb4 lies above its highest C4"),
        (Limits(lowest=-1), "between the MIDI pitches 0"),
        (Limits(highest=128), "between the MIDI pitches 0"),
        (Limits(Key(0), 61, 61), "No pitch of C major lies between C#4 and C#4: widen the range"),
        (Limits(pitch_classes=frozenset()), "choose at least one note"),
        (Limits(pitch_classes=frozenset({12})), "0 to 11"),
        (Limits(Key(0, Scale.MAJOR_PENTATONIC), pitch_classes=frozenset({1, 3})), "No note of C major pentatonic is"),
        (Limits(lowest=61, highest=63, pitch_classes=frozenset({0})), "No pitch of the scale lies between C#4 and Eb4"),
        (Limits(polyphony=0), "Notes at once must be 1 or more"),
        (Limits(notes_per_bar=0), "Notes in a bar must be 1 or more"),
        (Limits(grid=5), "divide a quarter into 1, 2, 3, 4, 6, 8, 12 or 24"),
        (Limits(lowest=100, instrument_ranges=True), "Acoustic Bass plays E1 to G4, where the other limits permit no"),
        (chords("C | F#", key=Key(0), lowest=60, highest=64), "No note of the chord F# in bar 3 is within"),
        (chords("C | D", highest=63, lowest=63), "No note of the chord C in bar 2 is within the other limits for Lead"),
        (chords("C | Ebdim", ChordRule.STRONG_BEATS, pitch_classes=frozenset({0})), "chord Ebdim in bar 3"),
    ],
)
def test_limits_that_contradict_each_other_say_which(limits, says):
    assert says in sentence(asked(limits=limits, program=32))


@pytest.mark.parametrize(
    ("leanings", "says"),
    [
        (Leanings("polka"), '"polka" is not a style that the models know: choose one of folk tune'),
        (Leanings(density=0), "between 1 and 7"),
        (Leanings(density=8), "between 1 and 7"),
        (Leanings(leaps=6), "between 1 and 5"),
    ],
)
def test_leanings_have_bounds(leanings, says):
    assert says in sentence(asked(leanings=leanings))


def test_chords_off_the_strong_beats_bind_nobody_who_obeys_strong_beats_only():
    limits = replace(chords("C Ebm C C", ChordRule.STRONG_BEATS), pitch_classes=frozenset({0}))
    asked(limits=limits).check()
    assert "Ebm in bar 2" in sentence(asked(limits=replace(limits, chord_rule=ChordRule.EVERY_NOTE)))


def test_drums_have_no_chords_and_no_instrument_range():
    asked(limits=chords("C | F#", key=Key(0), highest=60, lowest=60), drums=True).check()


def test_a_grid_needs_a_point_in_the_region():
    request = asked(limits=Limits(grid=1), region=Region(BAR + 1, BAR + 480, (0,)))
    assert "No point of the grid lies in the asked region" in sentence(request)
    replace(request, region=Region(BAR, BAR + 480, (0,))).check()


def test_locked_notes_through_the_whole_region_fill_a_single_voice():
    whole = Note(0, 4 * BAR, 50, flags=LOCKED)
    mono = Limits(polyphony=1)
    assert "already sound 1 at once through the whole region" in sentence(asked(whole, limits=mono))
    asked(Note(0, 3 * BAR - 1, 50, flags=LOCKED), limits=mono).check()
    asked(whole, limits=Limits(polyphony=2)).check()
    asked(whole, limits=mono, drums=True).check()


def test_bars_that_are_full_already_take_no_more():
    locked = [Note(BAR, 10, 50, flags=LOCKED), Note(2 * BAR, 10, 50, flags=LOCKED)]
    assert "Every asked bar already holds the 1 notes" in sentence(asked(*locked, limits=Limits(notes_per_bar=1)))
    asked(*locked[:1], limits=Limits(notes_per_bar=1)).check()


def test_one_full_track_does_not_stop_the_others():
    full = NoteTable.of([Note(0, 4 * BAR, 50, flags=LOCKED)])
    score = Score((Track(notes=full), Track()), MAP)
    GenerationRequest(score, Region(BAR, 2 * BAR, (0, 1)), limits=Limits(polyphony=1)).check()


# --- Vary


@pytest.mark.parametrize(
    ("keep", "limits", "says"),
    [
        (Keep(rhythm=True), Limits(grid=1), "4 of 8 notes whose rhythm should be kept start off the grid"),
        (Keep(rhythm=True), Limits(notes_per_bar=5), "has 8 notes in bar 2 and 5 are permitted"),
        (Keep(contour=True), Limits(lowest=60, highest=62), "no room for the contour at bar 2"),
        (Keep(rhythm=True, contour=True), chords("C/E | F", lowest=60, highest=70), "no room for the contour at bar 2"),
        (Keep(harmony=True, rhythm=True), chords("F#"), "share no permitted note"),
    ],
)
def test_what_is_kept_must_be_possible_within_the_limits(keep, limits, says):
    assert says in sentence(asked(*TUNE, verb=Verb.VARY, keep=keep, limits=limits))
    asked(*TUNE, verb=Verb.FILL, keep=keep, limits=limits).check()


def test_chords_whose_rhythm_is_kept_need_room():
    block = [Note(BAR, 480, 60 + i) for i in range(3)]
    mono = asked(*block, verb=Verb.VARY, keep=Keep(rhythm=True), limits=Limits(polyphony=2))
    assert "has 3 notes at once (bar 2) and 2 are permitted" in sentence(mono)
    narrow = replace(mono, limits=Limits(lowest=60, highest=61))
    assert "has 3 notes together in bar 2 and only 2 pitches are permitted" in sentence(narrow)


def test_there_must_be_something_to_vary():
    locked = [replace(note, flags=LOCKED) for note in TUNE]
    for notes in ([], locked, [Note(0, 10, 60)]):
        assert "no notes to vary" in sentence(asked(*notes, verb=Verb.VARY))
    kept = Region(BAR, 3 * BAR, (0,), frozenset((0, i) for i in range(8)))
    assert "no notes to vary" in sentence(asked(*TUNE, verb=Verb.VARY, region=kept))


PITCHES = st.lists(st.integers(55, 67), min_size=1, max_size=6)


@given(PITCHES, st.lists(st.booleans(), min_size=6, max_size=6), st.integers(55, 67), st.integers(0, 6))
def test_a_contour_is_refused_exactly_when_no_answer_keeps_it(pitches, stays, lowest, width):
    notes = [Note(BAR + i * 240, 240, pitch, id=i) for i, pitch in enumerate(pitches)]
    kept = frozenset((0, i) for i in range(len(notes)) if stays[i])
    limits = Limits(lowest=lowest, highest=lowest + width)
    request = asked(
        *notes, verb=Verb.VARY, keep=Keep(rhythm=True, contour=True), limits=limits,
        region=Region(BAR, 2 * BAR, (0,), kept),
    )  # fmt: skip
    free = [note for note in notes if not stays[note.id]]
    if not free:
        return

    def answers(chosen: tuple[int, ...]):
        """Every way to give the free notes permitted pitches, cut short where the contour is broken already."""
        if len(chosen) == len(free):
            yield chosen
            return
        for pitch in range(limits.lowest, limits.highest + 1):
            line = {note.id: note.pitch for note in notes if stays[note.id]}
            line |= {note.id: p for note, p in zip(free, (*chosen, pitch), strict=False)}
            done = [line[i] for i in range(len(notes)) if i in line and i <= free[len(chosen)].id]
            old = [pitches[i] for i in range(len(done))]
            if all((b > a) - (b < a) == (d > c) - (d < c)
                   for a, b, c, d in zip(done, done[1:], old, old[1:], strict=False)):  # fmt: skip
                yield from answers((*chosen, pitch))

    possible = any(
        not violations(request, [TakeNote(0, n.start, n.length, p, 80, 1.0) for n, p in zip(free, chosen, strict=True)])
        for chosen in answers(())
    )
    assert (contradiction(request) is None) == possible


@given(st.integers(1, 12), st.sampled_from([2, 4, 8]), st.sampled_from(list(Verb)))
def test_without_limits_every_metre_and_verb_is_possible(beats, unit, verb):
    time_map = TimeMap(480, metres=(Metre(0, beats, unit),))
    score = Score((Track(notes=NoteTable.of([Note(0, 100, 60)])),), time_map)
    GenerationRequest(score, Region(0, time_map.bar_start(2), (0,)), verb).check()
