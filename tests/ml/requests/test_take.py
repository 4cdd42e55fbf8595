"""A take goes into the song without touching anything else, and can leave it alone."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import LOCKED, MUTED, Key, Metre, Note, NoteTable, Score, Tempo, TimeMap, Track
from ml.music.harmony import ChordTrack
from ml.requests import (
    ChordRule,
    GenerationRequest,
    Keep,
    Leanings,
    Limits,
    Provenance,
    Region,
    Sampling,
    Take,
    TakeNote,
    Verb,
    score_with_notes,
    score_with_take,
    take_alone,
)

BAR = 4 * 960


def take_of(score: Score, region: Region, *notes: TakeNote) -> Take:
    """A take as a model would have handed it over."""
    provenance = Provenance(
        "tiny", "ab" * 32, "continue", 7, 1, 4, 1.0, 0.97, str(Key(2)), 40, 90, 0, region.start_tick,
        region.start_tick, region.end_tick, region.tracks, 3.5,
    )  # fmt: skip
    return Take(GenerationRequest(score, region, limits=Limits(Key(2), 40, 90)), notes, provenance)


def song(*tracks: list[Note], time_map: TimeMap | None = None) -> Score:
    names = ("Melody", "Bass", "Drums")
    return Score(
        tuple(Track(names[i], NoteTable.of(notes), program=5 * i) for i, notes in enumerate(tracks)),
        time_map or TimeMap(960),
    )


def spans(table: NoteTable) -> list[tuple[int, int, int]]:
    return [(note.start, note.length, note.pitch) for note in table]


# --- in the song


def test_a_take_fills_its_region_and_clears_what_stood_there():
    score = song([Note(0, 960, 60), Note(BAR, 960, 61), Note(2 * BAR, 960, 62)], [Note(BAR, 960, 40)])
    take = take_of(score, Region(BAR, 2 * BAR, (0,)), TakeNote(0, BAR + 10, 100, 70, 90, 2.0))
    after = score_with_take(score, take, source=3)
    assert spans(after.tracks[0].notes) == [(0, 960, 60), (BAR + 10, 100, 70), (2 * BAR, 960, 62)]
    assert after.tracks[0].notes.source.tolist() == [0, 3, 0]
    assert after.tracks[0].notes.velocity.tolist() == [80, 90, 80]
    assert after.tracks[1] is score.tracks[1]


def test_notes_that_ring_into_the_region_end_at_its_start():
    score = song([Note(0, 2 * BAR, 60)])
    after = score_with_take(score, take_of(score, Region(BAR, 2 * BAR, (0,))))
    assert spans(after.tracks[0].notes) == [(0, BAR, 60)]


def test_locked_notes_stay_as_they_are():
    ringing, inside = Note(0, 2 * BAR, 60, flags=LOCKED), Note(BAR + 5, 10, 61, flags=LOCKED)
    score = song([ringing, inside, Note(BAR + 6, 10, 62)])
    take = take_of(score, Region(BAR, 2 * BAR, (0,)), TakeNote(0, BAR, 100, 70, 90, 2.0))
    after = score_with_take(score, take)
    assert spans(after.tracks[0].notes) == [(0, 2 * BAR, 60), (BAR, 100, 70), (BAR + 5, 10, 61)]


def test_notes_that_the_region_keeps_stay_in_their_track_only():
    notes = [Note(BAR, 960, 60, id=3), Note(BAR + 960, 960, 62, id=4)]
    region = Region(BAR, 2 * BAR, (0, 1), frozenset({(0, 3)}))
    after = score_with_notes(song(notes, notes), region, ())
    assert [spans(track.notes) for track in after.tracks] == [[(BAR, 960, 60)], []]


def test_new_notes_make_way_for_notes_that_stay():
    locked = [Note(BAR + 480, 480, 60, flags=LOCKED), Note(BAR, 100, 62, flags=LOCKED | MUTED)]
    notes = [TakeNote(0, BAR, 960, pitch, 90, 2.0) for pitch in (60, 62)] + [TakeNote(0, BAR + 500, 10, 60, 90, 2.0)]
    take = take_of(song(locked), Region(BAR, 2 * BAR, (0,)), *notes)
    after = score_with_take(song(locked), take, source=1).tracks[0].notes
    assert spans(after.take(after.source == 0)) == spans(NoteTable.of(locked))
    assert spans(after.take(after.source == 1)) == [(BAR, 480, 60), (BAR, 960, 62)]


def test_kept_notes_keep_their_ids_and_new_ones_get_fresh_ids():
    score = song([Note(0, 960, 60, id=4), Note(BAR, 960, 61, id=9)])
    take = take_of(score, Region(BAR, 2 * BAR, (0,)), TakeNote(0, BAR, 100, 70, 90, 2.0))
    ids = score_with_take(score, take).tracks[0].notes.id.tolist()
    assert ids[0] == 4
    assert len(set(ids)) == 2


def test_a_take_of_several_tracks_fills_each():
    score = song([Note(BAR, 1, 60)], [Note(BAR, 1, 40)], [Note(BAR, 1, 36)])
    notes = TakeNote(0, BAR, 10, 70, 90, 1.0), TakeNote(2, BAR, 20, 38, 90, 1.0)
    after = score_with_take(score, take_of(score, Region(BAR, 2 * BAR, (2, 0)), *notes))
    assert [spans(track.notes) for track in after.tracks] == [[(BAR, 10, 70)], [(BAR, 1, 40)], [(BAR, 20, 38)]]


NOTES = st.lists(
    st.builds(
        Note, st.integers(0, 4 * BAR), st.integers(1, BAR), st.integers(0, 127), st.just(80), st.just(64),
        st.sampled_from([0, 0, LOCKED]),
    ), max_size=20,
)  # fmt: skip


@given(NOTES, NOTES, st.integers(0, 3 * BAR), st.integers(1, BAR))
def test_outside_the_region_nothing_changes(before, written, start, length):
    region = Region(start, start + length, (0,))
    score = song(before)
    notes = tuple(
        TakeNote(0, n.start, n.length, n.pitch, n.velocity, 1.0) for n in written if start <= n.start < start + length
    )
    table = score_with_notes(score, region, notes, source=1).tracks[0].notes
    kept = [n for n in before if n.flags & LOCKED or not start <= n.start < region.end_tick]
    expected = [
        (n.start, start - n.start if n.start < start < n.end and not n.flags & LOCKED else n.length, n.pitch)
        for n in kept
    ]
    assert Counter(spans(table.take(table.source == 0))) == Counter(expected)
    locked = [n for n in before if n.flags & LOCKED]
    new = [way_made(note, locked) for note in notes]
    assert Counter(spans(table.take(table.source == 1))) == Counter(span for span in new if span)


def way_made(note: TakeNote, locked: list[Note]) -> tuple[int, int, int] | None:
    """The note's start, length and pitch as far as no locked note of its pitch sounds."""
    rivals = [n for n in locked if n.pitch == note.pitch and n.end > note.start]
    if any(n.start <= note.start for n in rivals):
        return None
    return note.start, min([note.length, *(n.start - note.start for n in rivals)]), note.pitch


# --- alone


def test_a_take_alone_starts_at_the_first_bar_with_its_own_tracks_only():
    score = song([Note(0, 960, 60)], [Note(0, 960, 40)])
    take = take_of(score, Region(2 * BAR, 3 * BAR, (1,)), TakeNote(1, 2 * BAR + 480, 960, 43, 90, 1.0))
    alone = take_alone(take)
    assert [track.name for track in alone.tracks] == ["Bass"]
    assert alone.tracks[0].program == 5
    assert spans(alone.tracks[0].notes) == [(480, 960, 43)]


def test_a_take_from_the_middle_of_a_bar_keeps_its_place_in_the_bar():
    score = song([])
    take = take_of(score, Region(BAR + 960, 2 * BAR, (0,)), TakeNote(0, BAR + 960, 960, 60, 90, 1.0))
    assert spans(take_alone(take).tracks[0].notes) == [(960, 960, 60)]


def test_metre_and_tempo_move_along():
    time_map = TimeMap(
        960,
        (Tempo(0, 500_000), Tempo(BAR, 600_000), Tempo(2 * BAR + 960, 700_000), Tempo(9 * BAR, 1)),
        (Metre(0, 4, 4), Metre(BAR, 3, 4), Metre(BAR + 2 * 2880, 6, 8), Metre(9 * BAR, 2, 4)),
    )
    score = song([Note(0, 960, 60)], time_map=time_map)
    start = BAR + 2880
    take = take_of(score, Region(start, start + 4 * 2880, (0,)), TakeNote(0, start, 480, 60, 90, 1.0))
    alone = take_alone(take).time_map
    assert alone.ticks_per_quarter == 960
    assert [(m.tick, str(m)) for m in alone.metres] == [(0, "3/4"), (2880, "6/8")]
    assert [(t.tick, t.us_per_quarter) for t in alone.tempos] == [(0, 600_000), (2 * BAR + 960 - start, 700_000)]


@given(st.integers(0, 30), st.lists(st.tuples(st.integers(0, 2 * BAR - 1), st.integers(1, 960)), max_size=8))
def test_alone_a_take_sounds_as_it_does_in_the_song(bar, spots):
    time_map = TimeMap(960, (Tempo(0, 500_000), Tempo(3 * BAR + 77, 410_000), Tempo(11 * BAR, 660_000)))
    score = song([], time_map=time_map)
    start = time_map.bar_start(bar)
    notes = [TakeNote(0, start + offset, length, 60 + i, 80, 1.0) for i, (offset, length) in enumerate(spots)]
    alone = take_alone(take_of(score, Region(start, start + 2 * BAR, (0,)), *notes))
    place = {note.pitch: note.start for note in alone.tracks[0].notes}
    for note in notes:
        heard_s = alone.time_map.seconds(place[note.pitch])
        assert heard_s == pytest.approx(time_map.seconds(note.start) - time_map.seconds(start), abs=1e-9)


def test_where_a_take_came_from_can_be_kept_as_json():
    chords = ChordTrack.parse("D | A7/E", TimeMap(960))
    limits = Limits(Key(2), 40, 90, frozenset({4, 2}), True, chords, ChordRule.EVERY_NOTE, 2, 4, 9)
    request = GenerationRequest(
        song([Note(0, 9, 60)]), Region(0, BAR, (0, 2), frozenset({(0, 7), (0, 3)})), Verb.VARY, limits,
        Leanings("lied", 3), Keep(rhythm=True), Sampling(0.9, 0.8, 1.5), takes=2, seed=5,
    )  # fmt: skip
    provenance = Provenance.of(
        request, model="tiny", checkpoint="ab" * 32, take=1, prompt_start_tick=0, prompt_end_tick=BAR, bits_per_note=3.5
    )
    kept = json.loads(json.dumps(asdict(provenance)))
    assert Provenance(**{**kept, "tracks": tuple(kept["tracks"])}) == provenance
    assert (kept["key"], kept["verb"], kept["surprise"], kept["seed"]) == ("D major", "vary", 1.5, 5)
    assert kept["limits"] == {
        "key": "D major", "lowest": 40, "highest": 90, "pitch_classes": [2, 4], "instrument_ranges": True,
        "chords": [[0, BAR, "D"], [BAR, 2 * BAR, "A7/E"]], "chord_rule": "every note", "polyphony": 2, "grid": 4,
        "notes_per_bar": 9,
    }  # fmt: skip
    assert kept["leanings"] == {"style": "lied", "density": 3}
    assert kept["keep"] == {"rhythm": True, "notes": [[0, 3], [0, 7]]}


def test_what_was_not_asked_is_not_noted():
    provenance = Provenance.of(
        GenerationRequest(song([]), Region(0, BAR, (0,)), keep=Keep(rhythm=True)), model="tiny", checkpoint="",
        take=0, prompt_start_tick=0, prompt_end_tick=0, bits_per_note=1.0,
    )  # fmt: skip
    assert provenance.limits == provenance.leanings == provenance.keep == {}


def test_the_origins_of_older_programs_can_be_read():
    old = asdict(take_of(song([]), Region(0, BAR, (0,))).provenance)
    for name in ("surprise", "limits", "leanings", "keep"):
        del old[name]
    assert Provenance(**old).limits == {}
