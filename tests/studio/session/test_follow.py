"""A take finds its track again after the tracks were moved, added to or deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Note, NoteTable, Score, Tempo, Track
from ml.requests import GenerationRequest, Region
from studio.session.follow import TrackFollower, prompt_changed


def track(name: str, *starts: int) -> Track:
    return Track(name, NoteTable.of(Note(start, 100, 60) for start in starts))


@pytest.fixture
def song() -> Score:
    return Score((track("a", 0), track("b", 100), track("c", 200)))


def reordered(score: Score, order: str) -> Score:
    by_name = {t.name: t for t in score.tracks}
    return score.with_tracks(tuple(by_name[name] for name in order))


def test_moved_tracks_are_followed(song: Score) -> None:
    follower = TrackFollower(song)
    follower.follow(reordered(song, "cab"))
    assert follower.places == [1, 2, 0]


def test_an_edited_track_stays_where_it_was(song: Score) -> None:
    follower = TrackFollower(song)
    follower.follow(song.with_track(1, track("b", 100, 300)))
    assert follower.places == [0, 1, 2]


def test_a_renamed_track_is_known_by_its_notes_even_when_others_go(song: Score) -> None:
    follower = TrackFollower(song)
    follower.follow(song.with_tracks((song.tracks[0], replace(song.tracks[2], name="new name"))))
    assert follower.places == [0, None, 1]


def test_a_deleted_track_is_gone_and_back_after_undo(song: Score) -> None:
    follower = TrackFollower(song)
    follower.follow(reordered(song, "ac"))
    assert follower.places == [0, None, 1]
    assert follower.found((0, 2)) and not follower.found((0, 1))
    with pytest.raises(LookupError):
        follower.region(Region(0, 10, (1,)))
    follower.follow(song)
    assert follower.places == [0, 1, 2]


@given(st.lists(st.permutations("abc"), max_size=6))
def test_any_row_of_moves_is_followed(orders: list[list[str]]) -> None:
    song = Score((track("a", 0), track("b", 100), track("c", 200)))
    follower = TrackFollower(song)
    now = song
    for order in orders:
        now = reordered(now, "".join(order))
        follower.follow(now)
    assert [now.tracks[place].name for place in follower.places if place is not None] == ["a", "b", "c"]


def changed(before: Score, after: Score) -> bool:
    follower = TrackFollower(before)
    follower.follow(after)
    return prompt_changed(GenerationRequest(before, Region(1000, 2000, (0,))), after, follower)


def test_what_the_models_heard_counts_as_the_prompt(song: Score) -> None:
    assert changed(song, song.with_track(1, track("b", 101)))
    assert changed(song, song.with_time_map(song.time_map.with_tempo(Tempo.of_qpm(0, 90))))
    assert changed(song, song.with_track(0, replace(song.tracks[0], program=40)))
    assert changed(song, song.with_tracks((*song.tracks, track("d", 5))))
    assert changed(song, reordered(song, "ac"))


def test_what_they_did_not_hear_does_not(song: Score) -> None:
    assert not changed(song, song)
    assert not changed(song, reordered(song, "cba"))
    assert not changed(song, song.with_track(0, replace(song.tracks[0], name="Flute", colour=3)))
    assert not changed(song, song.with_track(0, track("a", 0, 1500))), "notes in the asked bars are not given"
    assert not changed(song, song.with_tracks((*song.tracks, Track("empty"))))
