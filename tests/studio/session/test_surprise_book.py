"""Surprise is remembered by what the model heard: an edit asks again for what is in sight, undo asks nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import LOCKED, MUTED, Note, NoteTable, Score, Tempo, TimeMap, Track
from ml.requests import Surprise
from studio.session.surprise_book import STRETCH_BARS, SurpriseBook, digest, stretches, ticks_of

BAR = 1920
LENGTH = STRETCH_BARS * BAR


def song(*starts: int, pitch: int = 60, other: tuple[int, ...] = ()) -> Score:
    lines = (NoteTable.of(Note(start, 240, pitch) for start in places) for places in (starts, other))
    return Score(tuple(Track(f"Line {n}", notes) for n, notes in enumerate(lines)), TimeMap(480))


def answer(score: Score, bits: float) -> Surprise:
    """The same bits for all notes of the song."""
    ids = [(track, int(i)) for track, t in enumerate(score.tracks) for i in t.notes.id]
    track, note_id = (np.array([pair[i] for pair in ids], np.int64) for i in (0, 1))
    return Surprise(track, note_id, np.full((5, len(ids)), bits / 5))


def shown(book: SurpriseBook, score: Score, track: int = 0) -> list[float]:
    return np.round(book.bits(track, score.tracks[track].notes.id), 6).tolist()


def test_what_was_answered_is_shown_and_not_missing_any_more():
    book, score = SurpriseBook(), song(0, LENGTH)
    assert book.missing("m", score, 0, 2 * LENGTH) == [0, 1]
    book.write("m", score, 0, answer(score, 3.0))
    book.show("m", score, 0, 2 * LENGTH)
    assert shown(book, score)[0] == 3.0 and np.isnan(shown(book, score)[1])
    assert book.missing("m", score, 0, 2 * LENGTH) == [1]
    assert book.missing("another model", score, 0, LENGTH) == [0]


def test_an_edit_may_change_every_figure_and_undo_finds_everything_again():
    book, score = SurpriseBook(), song(0, LENGTH, 2 * LENGTH)
    for number in range(3):
        book.write("m", score, number, answer(score, float(number)))
    table = score.tracks[0].notes
    edited = score.with_track(0, score.tracks[0].with_notes(table.replaced([1], pitch=72)))
    assert book.missing("m", edited, 0, 3 * LENGTH) == [0, 1, 2], "key and loudness are heard from all notes"
    assert book.missing("m", score, 0, 3 * LENGTH) == []


@pytest.mark.parametrize("changed", [{"pitch": 72}, {"length": 100}, {"start": 481}])
def test_notes_keep_their_colour_until_the_new_answer_comes_unless_they_are_others_now(changed):
    book, score = SurpriseBook(), song(0, 480, 960)
    book.write("m", score, 0, answer(score, 5.0))
    book.show("m", score, 0, LENGTH)
    table = score.tracks[0].notes
    edited = score.with_track(0, score.tracks[0].with_notes(table.replaced([1], **changed)))
    book.show("m", edited, 0, LENGTH)
    bits = shown(book, edited)
    assert bits[0] == bits[2] == 5.0 and np.isnan(bits[1])


def test_another_track_tempo_and_instrument_are_heard_too_but_not_names_or_locks():
    before = song(0, other=(0,))
    lead = before.tracks[0]
    for after in (
        song(0, other=(480,)),
        song(0, 100 * LENGTH, other=(0,)),
        before.with_track(0, replace(lead, program=40)),
        before.with_track(0, lead.with_notes(lead.notes.replaced([0], flags=[MUTED]))),
        replace(before, time_map=TimeMap(480, tempos=(Tempo(0, 900_000),))),
    ):
        assert digest(before) != digest(after)
    assert digest(before) == digest(before.with_track(0, replace(lead, name="Another name")))
    assert digest(before) == digest(before.with_track(0, lead.with_notes(lead.notes.replaced([0], flags=[LOCKED]))))


def test_only_stretches_with_music_are_asked_about():
    score = song(0, LENGTH + 5)
    assert list(stretches(score, 0, 100 * LENGTH)) == [0, 1]
    assert list(stretches(score, 3 * LENGTH, 4 * LENGTH)) == []
    assert list(stretches(song(), 0, LENGTH)) in ([], [0])
    assert ticks_of(score, 1) == (LENGTH, 2 * LENGTH)


def test_ids_of_a_hostile_file_take_no_memory():
    notes = NoteTable.from_columns(start=[0, 10], length=[5, 5], pitch=[60, 61], id=[7, 2**31 - 2])
    score = Score((Track("Wide", notes),), TimeMap(480))
    book = SurpriseBook()
    book.write("m", score, 0, answer(score, 2.0))
    book.show("m", score, 0, LENGTH)
    assert book.bits(0, np.array([2**31 - 2, 8], np.int32))[0] == pytest.approx(2.0)
    assert np.isnan(book.bits(0, np.array([8], np.int32))[0])
    assert np.isnan(book.bits(5, np.array([8], np.int32))[0])


def test_only_so_many_stretches_are_remembered():
    book, score = SurpriseBook(kept=2), song(*(number * LENGTH for number in range(4)))
    for number in range(4):
        book.write("m", score, number, answer(score, 1.0))
    assert book.missing("m", score, 0, 4 * LENGTH) == [0, 1]


@given(st.lists(st.integers(0, 4 * LENGTH), min_size=1, max_size=12), st.integers(0, 11), st.integers(40, 80))
def test_after_any_edit_the_answers_for_the_new_song_are_what_is_shown(starts, row, pitch):
    book, score = SurpriseBook(), song(*starts)
    for number in book.missing("m", score, 0, 5 * LENGTH):
        book.write("m", score, number, answer(score, 1.0))
    book.show("m", score, 0, 5 * LENGTH)
    table = score.tracks[0].notes
    edited = score.with_track(0, score.tracks[0].with_notes(table.replaced([row % len(table)], pitch=pitch)))
    for number in book.missing("m", edited, 0, 5 * LENGTH):
        book.write("m", edited, number, answer(edited, 2.0))
    book.show("m", edited, 0, 5 * LENGTH)
    assert not np.isnan(shown(book, edited)).any()
    changed = edited.tracks[0].notes.rows_of([int(table.id[row % len(table)])])[0]
    expected = 1.0 if pitch == int(table.pitch[row % len(table)]) else 2.0
    assert set(shown(book, edited)) == {expected} and shown(book, edited)[int(changed)] == expected
