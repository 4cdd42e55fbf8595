"""Quantise, humanise, reverse and stretch."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, Note, NoteTable, Score, TimeMap, Track
from studio.edit import Grid, Selection, grid_choice
from studio.edit.operations import humanise, quantise, reverse, stretch
from tests.studio.edit.pieces import BAR, TPQ, chosen, everything, melody, song, sounds

STEPS = st.sampled_from([60, 160, 240, 320, 480, 720, 960, 1440, Fraction(1000, 3)])


def test_quantising_a_late_note_by_half_halves_its_error() -> None:
    score = song(Note(1000, 480, 60))
    assert sounds(quantise(score, everything(score), TPQ, 0.5).score) == [(980, 480, 60)]


def test_quantising_ends_too() -> None:
    score = song(Note(20, 900, 60), Note(1900, 30, 62))
    assert sounds(quantise(score, everything(score), 240, ends=True).score) == [(0, 960, 60), (1920, 240, 62)]


def test_a_note_without_length_gets_one_when_its_end_is_quantised() -> None:
    score = song(Note(10, 0, 60))
    assert sounds(quantise(score, everything(score), 240, strength=0.001, ends=True).score) == [(10, 1, 60)]


def test_swing_delays_every_second_line() -> None:
    score = song(*melody(60, 60, 60, 60, length=480))
    swung = quantise(score, everything(score), 480, swing=2 / 3)
    assert [start for start, _, _ in sounds(swung.score)] == [0, 640, 960, 1600]
    assert swung.score == quantise(swung.score, everything(swung.score), 480, swing=2 / 3).score


def test_quantising_follows_the_bars_after_a_metre_change() -> None:
    notes = NoteTable.of([Note(BAR + 5 * TPQ // 2 + 7, 10, 60)])
    time_map = TimeMap(TPQ, (), (Metre(0, 4, 4), Metre(BAR, 5, 8)))
    score = Score(tracks=(Track(notes=notes),), time_map=time_map)
    assert sounds(quantise(score, everything(score), TPQ).score) == [(BAR + 5 * TPQ // 2, 10, 60)]


@given(chosen(), STEPS, st.floats(0, 1), st.booleans())
def test_quantising_pulls_towards_the_line_and_never_empties_a_note(
    piece: tuple[Score, Selection], step: int | Fraction, strength: float, ends: bool
) -> None:
    score, selection = piece
    pulled = quantise(score, selection, step, strength, ends)
    before, after = by_id(selection.notes(score)), by_id(selection.notes(pulled.score))
    assert before.keys() == after.keys()
    grid = Grid(step, score.time_map)
    for key, old in before.items():
        new, line = after[key], grid.nearest(old.start)
        assert abs(abs(new.start - line) - abs(old.start - line) * (1 - strength)) <= 0.5 + 1e-6
        assert new.length >= 1
        assert ends or new.length == old.length
    assert selection.table(pulled.score).start.min(initial=0) >= 0


def by_id(table: NoteTable) -> dict[int, Note]:
    return {note.id: note for note in table}


@given(chosen(), st.integers(0, 2**32))
def test_humanising_with_a_seed_is_repeatable(piece: tuple[Score, Selection], seed: int) -> None:
    score, selection = piece
    once = humanise(score, selection, seed, timing_ticks=20, velocity=8, length_part=0.1)
    again = humanise(score, selection, seed, timing_ticks=20, velocity=8, length_part=0.1)
    assert once.score == again.score
    before, after = by_id(selection.notes(score)), by_id(selection.notes(once.score))
    for key, old in before.items():
        assert abs(after[key].start - old.start) <= 40
        assert 1 <= after[key].velocity <= 127
        assert after[key].length >= 1


def test_turning_one_deviation_off_leaves_the_others_as_they_were() -> None:
    score = song(*melody(*range(60, 72)))
    both = humanise(score, everything(score), 3, timing_ticks=20, velocity=9)
    timing = humanise(score, everything(score), 3, timing_ticks=20)
    assert np.array_equal(both.score.tracks[0].notes.start, timing.score.tracks[0].notes.start)
    assert not np.array_equal(both.score.tracks[0].notes.velocity, timing.score.tracks[0].notes.velocity)


@given(chosen())
def test_playing_backwards_twice_is_playing_forwards(piece: tuple[Score, Selection]) -> None:
    score, selection = piece
    back = reverse(score, selection)
    assert selection.span(back.score) == selection.span(score)
    assert reverse(back.score, selection).score == score


def test_half_speed_and_back() -> None:
    score = song(*melody(60, 62, start=TPQ))
    slow = stretch(score, everything(score), 2)
    assert sounds(slow.score) == [(TPQ, 2 * TPQ, 60), (3 * TPQ, 2 * TPQ, 62)]
    assert stretch(slow.score, everything(score), 0.5).score == score


def test_stretching_stays_within_what_midi_can_say_and_a_factor_of_nothing_is_nothing() -> None:
    score = song(*melody(60, 62))
    assert stretch(score, everything(score), 1e12).score.end_tick <= 0x0FFF_FFFF
    assert stretch(score, everything(score), 0).score is score
    assert stretch(score, Selection(0), 2).score is score


def test_with_nothing_selected_nothing_moves() -> None:
    score = song(*melody(60, 62))
    step = grid_choice("1/8").ticks(TPQ)
    assert quantise(score, Selection(0), step).score is score
    assert humanise(score, Selection(0), 1, timing_ticks=9).score is score
    assert reverse(score, Selection(0)).score is score
