"""Tempo, metre, keys and markers."""

from __future__ import annotations

import pytest

from ml.music import Key, KeySignature, Marker, Metre, Scale, Score, TimeMap
from studio.edit import EditRefused, empty_song
from studio.edit.operations import (
    remove_metre,
    remove_tempo,
    set_key_signature,
    set_marker,
    set_metre,
    set_tempo,
)
from tests.studio.edit.pieces import BAR, TPQ, melody, song, sounds


def test_a_slower_tempo_moves_seconds_and_not_ticks() -> None:
    score = song(*melody(60, 62))
    slow = set_tempo(score, 0, 60).score
    assert sounds(slow) == sounds(score)
    assert (score.time_map.seconds(BAR), slow.time_map.seconds(BAR)) == (2.0, 4.0)


def test_a_tempo_change_can_be_added_and_taken_away_again() -> None:
    score = empty_song()
    changed = set_tempo(score, BAR, 90).score
    assert [round(tempo.qpm) for tempo in changed.time_map.tempos] == [120, 90]
    assert remove_tempo(changed, BAR).score == score
    assert remove_tempo(changed, 0).score is changed


@pytest.mark.parametrize("qpm", [0, -3, 1001, float("nan")])
def test_tempos_that_cannot_be_played_are_refused(qpm: float) -> None:
    with pytest.raises(EditRefused, match="choose 4 to 1000"):
        set_tempo(empty_song(), 0, qpm)


def test_a_file_in_film_frames_says_that_its_tempo_has_no_effect() -> None:
    score = Score(time_map=TimeMap(80, ticks_per_second=2000.0))
    assert "film frames" in set_tempo(score, 0, 90).remarks[0]


def test_inserting_five_four_at_bar_two_moves_the_following_bar_lines() -> None:
    changed = set_metre(empty_song(), BAR + 17, 5, 4).score  # anywhere in the bar means the bar
    assert changed.time_map.bar_lines(0, 4 * BAR) == [0, BAR, BAR + 5 * TPQ, BAR + 10 * TPQ]
    assert remove_metre(changed, BAR).score == empty_song()
    assert remove_metre(changed, 0).score is changed
    assert changed.time_map.metre_at(BAR) == Metre(BAR, 5, 4)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 4), (65, 4), (4, 3), (4, 128), (4, 0)])
def test_metres_that_cannot_be_written_are_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(EditRefused, match="choose"):
        set_metre(empty_song(), 0, numerator, denominator)


def test_a_bar_shorter_than_a_tick_is_refused() -> None:
    with pytest.raises(EditRefused, match="too coarse"):
        set_metre(song(tpq=1), 0, 1, 64)


def test_setting_what_is_there_already_is_no_change() -> None:
    score = empty_song()
    assert set_tempo(score, 0, 120).score is score
    assert set_metre(score, 0, 4, 4).score is score


def test_keys_are_written_at_bars_in_order() -> None:
    d_dorian = Key(2, Scale.DORIAN)
    score = set_key_signature(empty_song(), 2 * BAR + 5, d_dorian).score
    score = set_key_signature(score, 0, Key(0)).score
    assert score.key_signatures == (KeySignature(0, Key(0)), KeySignature(2 * BAR, d_dorian))
    assert score.key_at(3 * BAR) == d_dorian
    assert set_key_signature(score, 2 * BAR, None).score.key_signatures == (KeySignature(0, Key(0)),)


def test_markers_are_written_and_taken_away() -> None:
    score = set_marker(set_marker(empty_song(), BAR, " Chorus ").score, 0, "Verse").score
    assert score.markers == (Marker(0, "Verse"), Marker(BAR, "Chorus"))
    assert set_marker(score, BAR, "").score.markers == (Marker(0, "Verse"),)
    assert set_marker(score, 3, "").score is score
