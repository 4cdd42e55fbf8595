"""The five verbs: which bars of which tracks each asks for, what stays, and what accepting leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import LOCKED, Note, NoteTable, Score, TimeMap, Track
from ml.requests import Keep, Limits, RefusedRequest, Verb
from studio.edit.operations.notes import set_flag
from studio.edit.operations.tracks import set_mixer
from studio.edit.selection import Selection, select_all, select_starting
from studio.session import Partner, Place, Studio, Wishes
from studio.session.asking import chord_line, request_for
from studio.session.summary import summary
from studio.session.wishes import BASS, DRUMS

Answered = Callable[[Studio], None]
BAR = 1920
WISHES = Wishes(bars=2, takes=2, seed=5)


def quarters(*pitches: int) -> NoteTable:
    return NoteTable.of(Note(480 * index, 480, pitch) for index, pitch in enumerate(pitches))


@pytest.fixture
def song() -> Score:
    """Four bars of melody, two of bass, and drums on every half."""
    kicks = NoteTable.of(Note(960 * index, 120, 36) for index in range(8))
    return Score(
        (
            Track("Melody", quarters(*[60, 62, 64, 65, 67, 69, 71, 72] * 2)),
            Track("Bass", quarters(*[36, 43] * 4), program=33),
            Track("Drums", kicks, drums=True, channel=9),
        ),
        TimeMap(480),
    )


def asked(verb: Verb, song: Score, place: Place | None = None, **wishes: Any) -> tuple[int, int, tuple[int, ...]]:
    """First bar, last bar (both from 1) and tracks."""
    region = request_for(verb, song, place or Place(), replace(WISHES, **wishes), 1).region
    return region.start_tick // BAR + 1, -(-region.end_tick // BAR), region.tracks


def test_continue_goes_on_after_the_end_on_one_track_or_on_all_that_play(song: Score) -> None:
    song = song.with_tracks((*song.tracks, Track("Empty")))
    assert asked(Verb.CONTINUE, song) == (5, 6, (0,))
    assert asked(Verb.CONTINUE, song, all_tracks=True) == (5, 6, (0, 1, 2))


def test_fill_takes_the_bars_of_the_selected_notes_the_marked_bars_or_the_loop(song: Score) -> None:
    chosen = select_starting(song, 0, BAR + 480, 2 * BAR + 10).ids
    assert asked(Verb.FILL, song, Place(ids=chosen)) == (2, 3, (0,))
    assert asked(Verb.FILL, song, Place(1, marked=(10, BAR))) == (1, 1, (1,))
    assert asked(Verb.FILL, song, Place(marked=(10, BAR)), all_tracks=True) == (1, 1, (0, 1, 2))
    assert asked(Verb.FILL, song, Place(loop=(BAR, 3 * BAR))) == (2, 3, (0,))
    with pytest.raises(RefusedRequest, match="select notes"):
        asked(Verb.FILL, song)


def test_marking_bars_means_the_bars_although_it_selects_their_notes(song: Score) -> None:
    both = Place.pointed(song, select_starting(song, 1, BAR, 4 * BAR), (BAR, 4 * BAR))
    assert asked(Verb.FILL, song, both) == (2, 4, (1,)), "the bass stops after bar 2, the marked bars do not"
    one_note = Place.pointed(song, select_starting(song, 1, BAR, BAR + 10), (BAR, 4 * BAR))
    assert asked(Verb.FILL, song, one_note) == (2, 2, (1,))


def test_vary_keeps_what_is_not_selected_and_what_is_locked(song: Score) -> None:
    chosen = select_starting(song, 0, 0, 960)
    song = set_flag(song, Selection(0, frozenset({0})), LOCKED).score
    region = request_for(Verb.VARY, song, Place(ids=chosen.ids), WISHES, 1).region
    assert region.tracks == (0,)
    assert {note_id for _, note_id in region.kept} == {0}, "the locked note stays"
    assert (region.start_tick, region.end_tick) == (0, 960), "and what is not selected is not even asked for"
    skipping = Place(ids=frozenset({4, 6}))
    assert request_for(Verb.VARY, song, skipping, WISHES, 1).region.kept == {(0, 5)}


@settings(max_examples=25)
@given(st.integers(1, 10), st.integers(0, 1000))
def test_the_amount_says_how_many_notes_vary(tenths: int, seed: int) -> None:
    song = Score((Track("Melody", quarters(*range(60, 76))),), TimeMap(480))
    request = request_for(Verb.VARY, song, Place(marked=(0, 4 * BAR)), replace(WISHES, amount=tenths / 10), seed)
    assert 16 - len(request.region.kept) == max(2, round(1.6 * tenths))
    assert request == request_for(
        Verb.VARY, song, Place(marked=(0, 4 * BAR)), replace(WISHES, amount=tenths / 10), seed
    )


def test_only_vary_is_told_what_to_keep(song: Score) -> None:
    place, wishes = Place(marked=(0, BAR)), replace(WISHES, keep=Keep(rhythm=True))
    assert request_for(Verb.VARY, song, place, wishes, 1).keep.rhythm
    assert not request_for(Verb.FILL, song, place, wishes, 1).keep.rhythm


def test_vary_needs_notes_that_may_change(song: Score) -> None:
    locked = set_flag(song, select_all(song, 0), LOCKED).score
    with pytest.raises(RefusedRequest, match="not locked"):
        asked(Verb.VARY, locked, Place(marked=(0, BAR)))


def test_accompany_adds_a_track_to_the_request_alone(song: Score) -> None:
    request = request_for(Verb.ACCOMPANY, song, Place(), replace(WISHES, partner=Partner.instrument(40)), 1)
    assert request.region.tracks == (3,)
    assert (request.score.tracks[3].name, request.score.tracks[3].program) == ("Violin", 40)
    assert len(request.score.tracks[3].notes) == 0 and len(song.tracks) == 3
    assert asked(Verb.ACCOMPANY, song, Place(marked=(BAR, 2 * BAR))) == (2, 2, (3,))
    assert asked(Verb.ACCOMPANY, song, partner=Partner.of_track(1)) == (1, 4, (1,))
    with pytest.raises(RefusedRequest, match="not in the song"):
        asked(Verb.ACCOMPANY, song, partner=Partner.of_track(9))


def test_a_long_piece_is_accompanied_from_the_playhead_on() -> None:
    song = Score((Track("Long", quarters(*[60] * 400)),), TimeMap(480))
    assert asked(Verb.ACCOMPANY, song) == (1, 64, (1,))
    assert asked(Verb.ACCOMPANY, song, Place(cursor_tick=90 * BAR)) == (91, 100, (1,))


def test_generate_writes_at_the_playhead_or_in_the_marked_bars_also_into_an_empty_song(song: Score) -> None:
    empty = Score((Track("Piano"), Track("Bass")), TimeMap(480))
    assert asked(Verb.GENERATE, empty) == (1, 2, (0,))
    assert asked(Verb.GENERATE, empty, all_tracks=True) == (1, 2, (0, 1))
    assert asked(Verb.GENERATE, song, Place(cursor_tick=2 * BAR + 5)) == (3, 4, (0,))
    assert asked(Verb.GENERATE, song, Place(1, marked=(BAR, 2 * BAR))) == (2, 2, (1,))


@pytest.mark.parametrize("verb", [Verb.CONTINUE, Verb.FILL, Verb.VARY, Verb.ACCOMPANY])
def test_every_other_verb_needs_a_song(verb: Verb) -> None:
    with pytest.raises(RefusedRequest, match=f"song is empty.*{verb.value.capitalize()}"):
        asked(verb, Score((Track(),)), Place(marked=(0, BAR)))


def test_chords_hold_from_the_first_asked_bar_round_and_round(song: Score) -> None:
    request = request_for(Verb.CONTINUE, song, Place(), replace(WISHES, chords="C | Am F", bars=4), 1)
    chords = request.limits.chords
    assert chords is not None
    assert [str(chords.at(4 * BAR + tick)) for tick in (0, BAR, BAR + 960, 2 * BAR)] == ["C", "Am", "F", "C"]
    with pytest.raises(RefusedRequest, match="H7"):
        request_for(Verb.CONTINUE, song, Place(), replace(WISHES, chords="H7"), 1)


def test_chords_are_heard_in_the_asked_bars_or_before_them(song: Score) -> None:
    chord = NoteTable.of(
        [Note(bar * BAR, BAR, pitch) for bar in range(4) for pitch in ((60, 64, 67), (57, 60, 64))[bar % 2]]
    )
    song = Score((Track("Chords", chord),), TimeMap(480))
    assert chord_line(Verb.FILL, song, Place(marked=(0, 2 * BAR)), WISHES) == "C | Am"
    assert chord_line(Verb.CONTINUE, song, Place(), WISHES) == "C | Am"
    with pytest.raises(RefusedRequest, match="No chords are heard"):
        chord_line(Verb.GENERATE, Score((Track(),)), Place(), WISHES)


def test_the_songs_key_is_a_limit_when_wished(song: Score) -> None:
    from ml.music import Key, KeySignature

    song = replace(song, key_signatures=(KeySignature(0, Key.parse("D:maj")),))
    assert request_for(Verb.CONTINUE, song, Place(), WISHES, 1).limits.key is None
    assert str(request_for(Verb.CONTINUE, song, Place(), replace(WISHES, song_key=True), 1).limits.key) == "D major"


def test_a_line_says_what_is_asked(song: Score) -> None:
    def line(verb: Verb, place: Place | None = None, **wishes: Any) -> str:
        return summary(request_for(verb, song, place or Place(), replace(WISHES, **wishes), 1))

    marked = Place(marked=(BAR, 2 * BAR))
    assert line(Verb.CONTINUE) == "Continue Melody with bars 5–6"
    assert line(Verb.FILL, marked, all_tracks=True) == "Fill bar 2 of all 3 tracks"
    assert line(Verb.VARY, marked, keep=Keep(rhythm=True)) == "Vary bar 2 of Melody: 4 notes, keeping rhythm"
    assert line(Verb.ACCOMPANY) == "Accompany bars 1–4 with Bass"
    assert line(Verb.GENERATE) == "Generate bars 1–2 for Melody"


# --- in the studio


@pytest.fixture
def studio_with(studio: Studio, song: Score) -> Studio:
    studio.document.replace(song, "song")
    return studio


def test_accepting_an_accompaniment_adds_track_and_notes_as_one_step(
    studio_with: Studio, answered: Answered, player: Any
) -> None:
    document = studio_with.document
    before = document.score
    studio_with.ask(Verb.ACCOMPANY, wishes=replace(WISHES, partner=BASS))
    answered(studio_with)
    assert document.score is before
    slot = studio_with.takes.slots[0]
    studio_with.audition(slot)
    heard = studio_with.transport.heard.tracks
    assert len(heard) == 4 and heard[3].program == 33 and len(heard[3].notes) == 32
    studio_with.accept(slot)
    assert [track.name for track in document.score.tracks] == ["Melody", "Bass", "Drums", "Bass"]
    assert document.current_track == 3 and len(document.selection.ids) == 32
    assert document.undo_label == "Accept Alpha 1"
    document.undo()
    assert document.score is before


def test_a_new_track_joins_behind_tracks_that_came_meanwhile_on_a_free_channel(
    studio_with: Studio, answered: Answered
) -> None:
    document = studio_with.document
    studio_with.ask(Verb.ACCOMPANY, wishes=WISHES)
    answered(studio_with)
    document.commit("Add", document.score.with_tracks((Track("First", channel=1), *document.score.tracks)))
    assert not studio_with.takes.prompt_changed, "an empty track is nothing that models would have heard"
    studio_with.accept(studio_with.takes.slots[0])
    names = [track.name for track in document.score.tracks]
    assert names == ["First", "Melody", "Bass", "Drums", "Bass"]
    channels = [track.channel for track in document.score.tracks]
    assert channels.count(channels[-1]) == 1


def test_new_drums_play_on_channel_10_and_are_heard_beside_soloed_tracks(
    studio_with: Studio, answered: Answered
) -> None:
    document = studio_with.document
    document.apply("Solo", set_mixer(document.score, 0, soloed=True))
    studio_with.ask(Verb.ACCOMPANY, wishes=replace(WISHES, partner=DRUMS))
    answered(studio_with)
    studio_with.audition(studio_with.takes.slots[0])
    assert studio_with.transport.heard.tracks[3].mixer.soloed
    studio_with.accept(studio_with.takes.slots[0])
    track = document.score.tracks[3]
    assert (track.drums, track.channel, track.mixer.soloed) == (True, 9, False)


def test_takes_of_all_tracks_are_accepted_as_one_step(studio_with: Studio, answered: Answered) -> None:
    document = studio_with.document
    before = document.score
    studio_with.ask(Verb.CONTINUE, wishes=replace(WISHES, all_tracks=True))
    answered(studio_with)
    studio_with.accept(studio_with.takes.slots[1])
    added = [len(a.notes) - len(b.notes) for a, b in zip(document.score.tracks, before.tracks, strict=True)]
    assert added == [16, 16, 16]
    document.undo()
    assert document.score is before


def test_locked_and_kept_notes_survive_to_the_tick(studio_with: Studio, answered: Answered) -> None:
    document = studio_with.document
    document.apply("Lock", set_flag(document.score, Selection(0, frozenset({1, 5})), LOCKED))
    before = {(n.id, n.start, n.length, n.pitch, n.velocity) for n in document.track.notes if n.id in (1, 5, 6)}
    place = Place(ids=frozenset(range(8)) - {6})
    studio_with.ask(Verb.VARY, place, WISHES)
    answered(studio_with)
    studio_with.accept(studio_with.takes.slots[0])
    after = {(n.id, n.start, n.length, n.pitch, n.velocity) for n in document.track.notes if not n.source}
    assert before <= after


def ask_and_edit(studio: Studio, answered: Answered, verb: Verb, wishes: Wishes, note: int) -> bool:
    """Ask for bar 2 of the melody, then move a note of it: whether the takes are marked."""
    studio.ask(verb, Place(marked=(BAR, 2 * BAR)), wishes)
    answered(studio)
    document = studio.document
    moved = document.track.notes.replaced(document.track.notes.rows_of({note}), pitch=50)
    document.commit("Move", document.score.with_track(0, document.track.with_notes(moved)))
    return studio.takes.prompt_changed


IN_REGION, BEFORE = 5, 1


@pytest.mark.parametrize(
    ("verb", "keep", "note", "changed"),
    [
        (Verb.FILL, Keep(), IN_REGION, False),
        (Verb.FILL, Keep(), BEFORE, True),
        (Verb.VARY, Keep(), IN_REGION, False),
        (Verb.VARY, Keep(contour=True), IN_REGION, True),
        (Verb.ACCOMPANY, Keep(), IN_REGION, True),
        (Verb.GENERATE, Keep(), BEFORE, False),
    ],
)
def test_takes_are_marked_when_what_was_given_changes(
    studio_with: Studio, answered: Answered, verb: Verb, keep: Keep, note: int, changed: bool
) -> None:
    assert ask_and_edit(studio_with, answered, verb, replace(WISHES, keep=keep), note) is changed


def test_an_edit_of_a_locked_or_kept_note_in_the_region_marks_them(studio_with: Studio, answered: Answered) -> None:
    document = studio_with.document
    document.apply("Lock", set_flag(document.score, Selection(0, frozenset({IN_REGION})), LOCKED))
    assert ask_and_edit(studio_with, answered, Verb.FILL, WISHES, IN_REGION)
    studio_with.reject()
    studio_with.ask(Verb.VARY, Place(ids=frozenset({6})), WISHES)
    answered(studio_with)
    muted = document.track.notes.replaced(document.track.notes.rows_of({7}), velocity=1)
    document.commit("Softer", document.score.with_track(0, document.track.with_notes(muted)))
    assert studio_with.takes.prompt_changed


def test_fill_is_heard_with_the_bar_after_it_and_the_users_loop_is_what_fill_looks_at(
    studio_with: Studio, answered: Answered
) -> None:
    studio_with.transport.set_loop((BAR, 2 * BAR))
    studio_with.ask(Verb.FILL, wishes=WISHES)
    answered(studio_with)
    assert studio_with.takes.request is not None and studio_with.takes.request.region.start_tick == BAR
    assert studio_with.transport.loop == (0, 3 * BAR)
    assert studio_with.place().loop == (BAR, 2 * BAR), "not the loop over the join"
    studio_with.reject()
    assert studio_with.transport.loop == (BAR, 2 * BAR)


def test_contradicting_wishes_are_refused_before_anything_is_asked(studio_with: Studio) -> None:
    wishes = replace(WISHES, limits=Limits(lowest=61, highest=61, pitch_classes=frozenset({0})))
    with pytest.raises(RefusedRequest):
        studio_with.ask(Verb.CONTINUE, wishes=wishes)
    assert not studio_with.takes.showing
