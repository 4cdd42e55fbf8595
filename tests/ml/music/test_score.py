"""Score: an immutable piece that shares what an edit does not touch."""

from __future__ import annotations

import dataclasses

import pytest

from ml.music import Key, KeySignature, Metre, Note, NoteTable, Scale, Score, TimeMap, Track, TrackEvent


def song() -> Score:
    melody = Track("Melody", NoteTable.of([Note(0, 480, 60), Note(480, 1500, 62)]))
    bass = Track("Bass", NoteTable.of([Note(0, 100, 36)]), events=(TrackEvent(9000, b"\xb0\x40\x00"),))
    return Score((melody, bass), TimeMap(480, metres=(Metre(0, 3, 4),)))


def test_an_edit_shares_the_other_tracks() -> None:
    before = song()
    after = before.with_track(1, before.tracks[1].with_notes(NoteTable.empty()))
    assert after.tracks[0] is before.tracks[0]
    assert after.time_map is before.time_map
    assert before.note_count == 3
    assert after.note_count == 2


def test_scores_are_equal_by_what_they_hold() -> None:
    assert song() == song()
    assert song() != song().with_track(0, Track())


def test_the_end_is_that_of_the_last_note_and_its_bar() -> None:
    assert song().end_tick == 1980
    assert song().end_bar_tick == 2880
    assert song().tracks[1].end_tick == 9000
    assert Score().end_tick == Score().end_bar_tick == 0


def test_the_written_key_is_the_last_one_before() -> None:
    minor = Key(9, Scale.MINOR)
    score = dataclasses.replace(song(), key_signatures=(KeySignature(100, Key(0)), KeySignature(900, minor)))
    assert score.key_at(99) is None
    assert score.key_at(100) == Key(0)
    assert score.key_at(5000) == minor


def test_nothing_can_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        song().title = "other"  # type: ignore[misc]
