"""Adding, deleting, ordering and naming tracks; instruments and mixer strips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Score, Track, TrackEvent
from studio.edit import EditRefused, Selection, empty_song
from studio.edit.operations import (
    add_track,
    delete_track,
    duplicate_track,
    move_track,
    rename_track,
    set_colour,
    set_instrument,
    set_mixer,
)
from tests.studio.edit.pieces import melody, pieces, song


def test_a_new_track_gets_a_free_channel_and_becomes_current() -> None:
    edited = add_track(empty_song(), name="Bass", program=33)
    assert edited.selection == Selection(1)
    assert [(t.name, t.program, t.channel) for t in edited.score.tracks] == [("Piano", 0, 0), ("Bass", 33, 1)]


def test_sixteen_tracks_skip_the_drum_channel_and_then_share() -> None:
    score = empty_song()
    for _ in range(16):
        score = add_track(score).score
    assert [track.channel for track in score.tracks] == [*range(9), *range(10, 16), 0, 1]


def test_a_drum_track_is_on_channel_ten_and_leaves_it_with_its_drums() -> None:
    score = add_track(empty_song(), drums=True, at=0).score
    assert (score.tracks[0].name, score.tracks[0].channel) == ("Drums", 9)
    piano = set_instrument(score, 0, 0).score.tracks[0]
    assert (piano.drums, piano.channel) == (False, 1)
    assert set_instrument(score, 1, 0, drums=True).score.tracks[1].channel == 9


def test_controllers_follow_the_track_to_its_new_channel_and_sysex_does_not() -> None:
    events = (TrackEvent(0, bytes([0xB0, 64, 127])), TrackEvent(5, b"\xf0\x01\xf7"), TrackEvent(9, b"\xff\x01hi"))
    score = Score(tracks=(Track(events=events),))
    changed = set_instrument(score, 0, 0, drums=True).score.tracks[0]
    assert [event.data for event in changed.events] == [bytes([0xB9, 64, 127]), b"\xf0\x01\xf7", b"\xff\x01hi"]


def test_a_later_change_of_instrument_stays_and_is_mentioned() -> None:
    score = Score(tracks=(Track(events=(TrackEvent(960, bytes([0xC0, 40])),)),))
    changed = set_instrument(score, 0, 11)
    assert changed.remarks == ("The track changes its instrument again later in the song: only the beginning is new.",)
    assert set_instrument(empty_song(), 0, 11).remarks == ()


@pytest.mark.parametrize(("program", "bank"), [(128, None), (-1, None), (0, 16384)])
def test_instruments_that_do_not_exist_are_refused(program: int, bank: int | None) -> None:
    with pytest.raises(EditRefused, match="does not exist: "):
        set_instrument(empty_song(), 0, program, bank)
    with pytest.raises(EditRefused):
        add_track(empty_song(), program=program, bank=bank)


def test_deleting_the_only_track_leaves_somewhere_to_write() -> None:
    edited = delete_track(song(*melody(60)), 0)
    assert [(track.name, len(track.notes)) for track in edited.score.tracks] == [("Piano", 0)]
    assert edited.selection == Selection(0)


def test_deleting_the_last_of_three_makes_the_one_before_current() -> None:
    score = add_track(add_track(empty_song()).score, name="Last").score
    assert delete_track(score, 2).selection == Selection(1)


@given(pieces(tracks=5), st.integers(0, 4), st.integers(-1, 6))
def test_moving_a_track_and_back_restores_the_order(score: Score, index: int, to: int) -> None:
    index %= len(score.tracks)
    there = move_track(score, index, to)
    assert there.selection is not None
    assert there.score.tracks[there.selection.track] is score.tracks[index]
    assert move_track(there.score, there.selection.track, index).score == score


def test_a_copy_of_a_track_plays_on_its_own_channel() -> None:
    score = song(*melody(60, 62))
    copied = duplicate_track(score, 0)
    assert [(t.name, t.channel, len(t.notes)) for t in copied.score.tracks] == [("Piano", 0, 2), ("Piano copy", 1, 2)]
    assert copied.selection == Selection(1)


def test_name_colour_volume_pan_mute_and_solo() -> None:
    score = rename_track(song(), 0, "  Violin ").score
    score = set_colour(score, 0, 3).score
    score = set_mixer(score, 0, volume=300, pan=-5).score
    score = set_mixer(score, 0, muted=True, soloed=True).score
    track = score.tracks[0]
    assert (track.name, track.colour) == ("Violin", 3)
    assert (track.mixer.volume, track.mixer.pan, track.mixer.muted, track.mixer.soloed) == (127, 0, True, True)
    assert set_mixer(score, 0, muted=True).score is score


def test_a_track_that_is_gone_is_refused_with_a_sentence() -> None:
    for operation in (
        lambda: delete_track(song(), 1),
        lambda: duplicate_track(song(), 1),
        lambda: move_track(song(), -1, 0),
        lambda: rename_track(song(), 1, ""),
        lambda: set_instrument(song(), 1, 0),
        lambda: set_mixer(song(), 1, volume=3),
        lambda: set_colour(song(), 1, 3),
    ):
        with pytest.raises(EditRefused, match="select another one"):
            operation()
