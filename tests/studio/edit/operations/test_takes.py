"""Accepting a take: one step, the region filled, nothing else touched, also in a song that changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ml.music import LOCKED, Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, Provenance, Region, Take, TakeNote
from studio.edit import Document, EditRefused
from studio.edit.operations import accept_take, add_track, delete_track, move_track, rename_track, transpose
from tests.studio.edit.pieces import BAR, TPQ, everything, melody, song, sounds


def take_for(score: Score, *notes: TakeNote, track: int = 0, start: int = BAR, end: int = 2 * BAR) -> Take:
    """A take as a model gives it, for bar two unless said otherwise."""
    region = Region(start, end, (track,))
    provenance = Provenance(
        model="tiny", checkpoint="0" * 64, verb="continue", seed=1, take=0, takes=1, temperature=1.0, top_p=1.0,
        key=None, lowest=0, highest=127, prompt_start_tick=0, prompt_end_tick=start, region_start_tick=start,
        region_end_tick=end, tracks=(track,), bits_per_note=3.0,
    )  # fmt: skip
    return Take(GenerationRequest(score, region), notes, provenance)


def answer(*pitches: int, track: int = 0, start: int = BAR) -> list[TakeNote]:
    return [TakeNote(track, start + index * TPQ, TPQ, pitch, 80, 3.0) for index, pitch in enumerate(pitches)]


def test_accepting_is_one_step_with_the_new_notes_selected_and_marked() -> None:
    document = Document(song(*melody(60, 62, 64, 65)))
    before = document.score
    document.apply("Accept take", accept_take(document.score, take_for(before, *answer(67, 69))))
    assert sounds(document.score)[4:] == [(BAR, TPQ, 67), (BAR + TPQ, TPQ, 69)]
    assert [(note.pitch, note.source) for note in document.selection.notes(document.score)] == [(67, 1), (69, 1)]
    assert len(document.history.steps) == 2
    document.undo()
    assert document.score is before


def test_the_asked_region_is_replaced_and_locked_notes_in_it_stay() -> None:
    old = [Note(0, BAR + 100, 48), Note(BAR, TPQ, 50), Note(BAR + TPQ, TPQ, 52, flags=LOCKED), Note(2 * BAR, TPQ, 55)]
    score = song(*old)
    accepted = accept_take(score, take_for(score, *answer(67)))
    assert sounds(accepted.score) == [(0, BAR, 48), (BAR, TPQ, 67), (BAR + TPQ, TPQ, 52), (2 * BAR, TPQ, 55)]


def test_notes_that_vary_kept_stay_also_when_their_track_has_moved() -> None:
    bass = Track("Bass", NoteTable.of([Note(BAR, TPQ, 40)]), 33)
    melodic = song(Note(BAR, TPQ, 50), Note(BAR + TPQ, TPQ, 52))
    asked = melodic.with_tracks((*melodic.tracks, bass))
    take = take_for(asked, *answer(67))
    kept = replace(take.request, region=replace(take.request.region, kept=frozenset({(0, 1)})))
    moved = move_track(asked, 0, 1).score
    accepted = accept_take(moved, replace(take, request=kept)).score
    assert [sounds(accepted, track) for track in (0, 1)] == [[(BAR, TPQ, 40)], [(BAR, TPQ, 67), (BAR + TPQ, TPQ, 52)]]


def test_each_accepted_take_gets_a_number_of_its_own() -> None:
    score = song(*melody(60))
    for bar in (1, 2):
        take = take_for(score, *answer(67, start=bar * BAR), start=bar * BAR, end=(bar + 1) * BAR)
        score = accept_take(score, take).score
    assert [note.source for note in score.tracks[0].notes] == [0, 1, 2]
    numbered = accept_take(score, take_for(score, *answer(60)), source=7)
    assert 7 in [note.source for note in numbered.score.tracks[0].notes]


def test_the_song_may_change_while_takes_are_showing() -> None:
    asked = add_track(song(*melody(60, 62)), name="Bass", program=33).score
    take = take_for(asked, *answer(40, track=1), track=1)
    edited = transpose(asked, everything(asked), 2).score
    moved = move_track(rename_track(edited, 0, "Grand").score, 1, 0).score
    accepted = accept_take(moved, take)
    assert [track.name for track in accepted.score.tracks] == ["Bass", "Grand"]
    assert sounds(accepted.score, 0) == [(BAR, TPQ, 40)]


def test_a_track_that_was_renamed_and_edited_in_place_is_still_the_asked_one() -> None:
    asked = song(*melody(60))
    edited = rename_track(transpose(asked, everything(asked), 1).score, 0, "Lead").score
    assert sounds(accept_take(edited, take_for(asked, *answer(67))).score)[-1] == (BAR, TPQ, 67)


def test_a_take_for_a_deleted_track_is_refused_with_a_sentence_and_never_lands_elsewhere() -> None:
    twins = Score(
        tracks=(
            Track(name="Choir", notes=NoteTable.of(melody(60))),
            Track(name="Choir", notes=NoteTable.of(melody(48))),
        )
    )
    take = take_for(twins, *answer(67))
    without = delete_track(twins, 0).score
    for score in (without, transpose(without, everything(without), 1).score):
        with pytest.raises(EditRefused, match='The track "Choir" that this take was made for'):
            accept_take(score, take)


def test_a_twin_of_the_asked_track_is_not_mistaken_for_it() -> None:
    alto, tenor = (Track(name="Choir", notes=NoteTable.of(melody(pitch))) for pitch in (65, 55))
    asked = Score(tracks=(alto, tenor))
    swapped = move_track(transpose(asked, everything(asked), 2).score, 0, 1).score
    accepted = accept_take(swapped, take_for(asked, *answer(72)))
    assert [sounds(accepted.score, index)[0][2] for index in (0, 1)] == [55, 67]
    assert sounds(accepted.score, 1)[-1] == (BAR, TPQ, 72)


def test_a_take_in_another_clock_is_rescaled_and_rounding_is_reported() -> None:
    asked = song(*melody(60))
    coarse = song(Note(0, 4, 60), tpq=4)
    notes = [TakeNote(0, BAR, 240, 67, 80, 1.0), TakeNote(0, BAR + 320, 320, 69, 80, 1.0)]
    accepted = accept_take(coarse, take_for(asked, *notes))
    assert sounds(accepted.score) == [(0, 4, 60), (16, 1, 67), (17, 2, 69)]
    assert accepted.remarks == (
        "1 note was rounded by up to half a tick: the source counts 960 ticks to the quarter, this song 4.",
    )


def test_a_take_without_notes_clears_the_region_and_keeps_the_selection() -> None:
    score = song(*melody(60, start=BAR))
    accepted = accept_take(score, take_for(score))
    assert sounds(accepted.score) == []
    assert accepted.selection is None
