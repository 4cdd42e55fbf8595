"""The floors are honest: proper probabilities, and the bigram hears what repeats."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.evaluation.ngrams import ALPHAS, CONTEXTS, SIZES, NGram, context, events
from ml.evaluation.note_bits import asked_events, total
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.tensors import vocabulary as v
from ml.tensors.piece import piece_events
from ml.tensors.sequence import EventRow
from ml.training.validation import evaluation_rows
from tests.ml.training.tunes import tune


def rows_of(*scores: Score) -> list[EventRow]:
    return [row for score in scores for row in evaluation_rows(piece_events(score))]


def melody(pitches: list[int]) -> Score:
    notes = [Note(i * 480, 480, pitch, 60 + i % 2 * 20) for i, pitch in enumerate(pitches)]
    return Score((Track("A", NoteTable.of(notes)),), TimeMap(480))


@given(
    st.lists(st.integers(0, 127), min_size=2, max_size=40), st.sampled_from(ALPHAS), st.booleans(),
    st.sampled_from(sorted(SIZES)), st.data(),
)  # fmt: skip
def test_the_probabilities_of_every_context_sum_to_one(pitches, alpha, bigram, field, data):
    rows = rows_of(melody(pitches))
    model = NGram(rows, bigram)
    seen = [int(number) for row in rows for number in events(row)[field].context]
    chances = model.chances(field, data.draw(st.sampled_from([*seen, 7])), alpha)
    assert chances.shape == (SIZES[field],)
    assert chances.sum() == pytest.approx(1)
    assert ((chances > 0) & (chances <= 1)).all()


def test_bits_are_those_of_the_probabilities():
    rows, held_out = rows_of(tune(1)), rows_of(tune(2))
    for bigram in (False, True):
        model = NGram(rows, bigram)
        expected = dict.fromkeys(SIZES, 0.0)
        for name, field in (item for row in held_out for item in events(row).items()):
            for number, value in zip(field.context, field.value, strict=True):
                expected[name] -= math.log2(model.chances(name, int(number), 0.1)[value])
        assert model.bits(held_out, 0.1).fields == pytest.approx(expected)


def test_every_value_has_its_place_in_the_sizes():
    for name, field in (item for row in rows_of(tune(1), tune(2)) for item in events(row).items()):
        assert ((field.value >= 0) & (field.value < SIZES[name])).all()
        assert ((field.context >= 0) & (field.context % CONTEXTS < 300)).all()
    assert context(np.array([3]), np.array([4])) != context(np.array([4]), np.array([3]))


def test_each_note_gives_five_values_and_each_row_an_end():
    rows = rows_of(tune(bars=40))
    counted = {name: sum(len(events(row)[name].value) for row in rows) for name in SIZES}
    notes = tune(bars=40).note_count
    assert {counted[field] for field in ("part", "pitch", "length", "velocity")} == {notes}
    assert counted["onset"] == notes + len(rows)
    assert sum(int((events(row)["onset"].value == v.END).sum()) for row in rows) == len(rows)


def test_the_bits_of_single_notes_sum_to_those_of_all():
    rows = rows_of(tune(3, bars=40))
    model = NGram(rows_of(tune(1)), bigram=True)
    parts = [model.note_bits(row, 0.1) for row in rows]
    assert [part.fields.shape[1] for part in parts] == [len(asked_events(row)) - 1 for row in rows]
    assert total(parts).fields == pytest.approx(model.bits(rows, 0.1).fields)
    assert all(part.end > 0 for part in parts)


def test_bits_are_those_of_counting_by_hand():
    pitches = [60, 62, 60, 64]
    bits = NGram(rows_of(melody(pitches)), bigram=False).bits(rows_of(melody([60, 65])), alpha=1.0)
    assert bits.notes == 2
    expected = -math.log2((2 + 1) / (4 + 128)) - math.log2((0 + 1) / (4 + 128))
    assert bits.fields["pitch"] == pytest.approx(expected)


def test_the_bigram_beats_the_unigram_where_notes_repeat_in_order():
    training = rows_of(*(melody([60, 67, 64, 72] * 12) for _ in range(3)))
    held_out = rows_of(melody([60, 67, 64, 72] * 8))
    bits = {}
    for bigram in (False, True):
        model = NGram(training, bigram)
        bits[bigram] = model.bits(held_out, model.best_alpha(held_out))
    assert bits[True].fields["pitch"] < 0.2 * bits[False].fields["pitch"]
    assert bits[True].per_note < bits[False].per_note
    assert bits[False].fields["pitch"] / bits[False].notes == pytest.approx(2, abs=0.2)  # four pitches, equally often


def test_the_bigram_knows_the_note_before_and_not_the_one_to_come():
    pitches = [60, 61, 62, 63, 64, 65]
    (row,) = rows_of(melody(pitches))
    before = [int(number) // CONTEXTS for number in events(row)["pitch"].context]
    assert before[1:] == [a for a, _ in pairwise(pitches)]


def test_without_training_all_values_are_equally_likely():
    bits = NGram([], bigram=True).bits(rows_of(tune()), alpha=0.1)
    assert bits.fields["pitch"] / bits.notes == pytest.approx(7)
    assert bits.fields["velocity"] / bits.notes == pytest.approx(4)


def test_alpha_is_the_best_one_on_validation():
    model = NGram(rows_of(tune(1), tune(2)), bigram=True)
    held_out = rows_of(tune(3))
    best = model.best_alpha(held_out)
    assert all(model.bits(held_out, best).per_note <= model.bits(held_out, alpha).per_note for alpha in ALPHAS)


def test_music_of_one_loudness_costs_no_bits_for_loudness():
    flat = Score((Track("A", NoteTable.of([Note(i * 480, 480, 60 + i, 80) for i in range(8)])),), TimeMap(480))
    bits = NGram(rows_of(flat), bigram=False).bits(rows_of(flat), 0.1)
    assert bits.fields["velocity"] == 0
    assert bits.per_note == bits.per_note_with_velocity
