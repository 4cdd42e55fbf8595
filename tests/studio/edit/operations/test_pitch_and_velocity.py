"""Transposing by semitones and in a key, mirroring, and how loud notes are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Key, Note, Scale, Score
from studio.edit import Selection
from studio.edit.operations import (
    change_velocity,
    fit_to_key,
    invert,
    ramp_velocity,
    scale_velocity,
    set_velocities,
    set_velocity,
    transpose,
    transpose_in_key,
)
from tests.studio.edit.pieces import TPQ, chosen, everything, melody, song, sounds

KEYS = st.builds(Key, st.integers(0, 11), st.sampled_from(list(Scale)))


def pitches(score: Score, track: int = 0) -> list[int]:
    return [pitch for _, _, pitch in sounds(score, track)]


def test_an_octave_up_stops_as_a_group() -> None:
    score = song(*melody(60, 120))
    assert pitches(transpose(score, everything(score), 12).score) == [67, 127]


def test_a_scale_step_up_in_c_major() -> None:
    score = song(*melody(60, 62, 64, 65, 67, 69, 71))
    up = transpose_in_key(score, everything(score), Key(0), 1)
    assert pitches(up.score) == [62, 64, 65, 67, 69, 71, 72]
    assert transpose_in_key(up.score, everything(score), Key(0), -1).score == score


def test_an_altered_note_stays_altered() -> None:
    score = song(*melody(60, 61, 62))
    assert pitches(transpose_in_key(score, everything(score), Key(0), 1).score) == [62, 63, 64]


@pytest.mark.parametrize("scale", [Scale.MAJOR, Scale.MINOR, Scale.DORIAN])
def test_seven_steps_are_an_octave_also_in_minor(scale: Scale) -> None:
    score = song(*melody(57, 60, 68, 69))
    up = transpose_in_key(score, everything(score), Key(9, scale), 7)
    assert pitches(up.score) == [69, 72, 80, 81]


def test_a_step_past_the_top_takes_as_many_steps_as_fit() -> None:
    score = song(*melody(60, 124))
    assert pitches(transpose_in_key(score, everything(score), Key(0), 7).score) == [64, 127]
    assert transpose_in_key(song(*melody(127)), everything(song(*melody(127))), Key(0), 3).score == song(*melody(127))


@given(KEYS, st.integers(-10, 10), st.sets(st.integers(0, 127), min_size=1, max_size=8))
def test_notes_of_the_key_stay_in_it_and_come_back(key: Key, steps: int, drawn: set[int]) -> None:
    stepped = Key(key.tonic, Scale.NATURAL_MINOR) if key.scale is Scale.MINOR else key
    inside = [p for p in sorted(drawn) if p % 12 in stepped.pitch_classes and 40 <= p <= 80]
    score = song(*melody(*inside))
    there = transpose_in_key(score, everything(score), key, steps)
    assert all(pitch % 12 in key.pitch_classes for pitch in pitches(there.score))
    assert transpose_in_key(there.score, everything(score), key, -steps).score == score


@given(chosen(), KEYS)
def test_fitting_to_a_key_moves_every_wrong_note_and_no_right_one(piece: tuple[Score, Selection], key: Key) -> None:
    score, selection = piece
    fitted = fit_to_key(score, selection, key)
    before = {note.id: note.pitch for note in selection.notes(score)}
    for note in selection.notes(fitted.score):
        assert note.pitch % 12 in key.pitch_classes
        if before[note.id] % 12 in key.pitch_classes:
            assert note.pitch == before[note.id]


@given(chosen())
def test_turned_upside_down_twice_is_the_original(piece: tuple[Score, Selection]) -> None:
    score, selection = piece
    assert invert(invert(score, selection).score, selection).score == score


# --- velocity


def velocities(score: Score) -> list[int]:
    return [note.velocity for note in score.tracks[0].notes]


def test_one_note_inside_a_stacked_chord_can_be_made_louder() -> None:
    score = song(Note(0, TPQ, 60, id=0), Note(0, TPQ, 64, id=1), Note(0, TPQ, 67, id=2))
    assert velocities(set_velocity(score, Selection(0, frozenset({1})), 100).score) == [80, 100, 80]


def test_louder_softer_scaled_and_ramped_within_1_and_127() -> None:
    score = song(*[Note(at, 10, 60, velocity) for at, velocity in ((0, 10), (100, 60), (200, 120))])
    every = everything(score)
    assert velocities(change_velocity(score, every, 20).score) == [30, 80, 127]
    assert velocities(change_velocity(score, every, -70).score) == [1, 1, 50]
    assert velocities(scale_velocity(score, every, 1.1).score) == [11, 66, 127]
    assert velocities(ramp_velocity(score, every, 20, 100).score) == [20, 60, 100]
    assert velocities(set_velocity(score, every, 300).score) == [127, 127, 127]


def test_a_ramp_over_one_chord_is_its_first_value() -> None:
    score = song(Note(0, 10, 60), Note(0, 10, 64))
    assert velocities(ramp_velocity(score, everything(score), 30, 90).score) == [30, 30]


def test_a_line_drawn_in_the_lane_sets_each_note_and_keeps_the_selection() -> None:
    score = song(*melody(60, 62, 64))
    drawn = set_velocities(score, Selection(0, frozenset({2})), {0: 10, 1: 20, 77: 5})
    assert velocities(drawn.score) == [10, 20, 80]
    assert drawn.selection == Selection(0, frozenset({2}))


@given(chosen(), st.integers(-200, 200))
def test_a_change_of_velocity_touches_nothing_else(piece: tuple[Score, Selection], d_velocity: int) -> None:
    score, selection = piece
    changed = change_velocity(score, selection, d_velocity)
    assert sounds(changed.score, selection.track) == sounds(score, selection.track)
    assert all(1 <= note.velocity <= 127 for note in selection.notes(changed.score))
