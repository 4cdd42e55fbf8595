"""Held-out pieces are measured whole: each note is asked exactly once."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ml.models.event_model import EventModel, ModelConfig
from ml.music import Metre, Note, NoteTable, Score, TimeMap, Track
from ml.tensors import vocabulary as v
from ml.tensors.piece import PieceEvents, piece_events
from ml.tensors.sequence import TARGET, EventRow
from ml.training.validation import evaluation_rows, model_bits, validation_rows
from tests.ml.training.tunes import opened, tune, tunes


def asked_notes(row: EventRow) -> list[tuple[int, int]]:
    """Part and pitch of the notes that a row asks for, in order."""
    targets = row.targets[(row.targets[:, TARGET["end_allowed"]] == 1) & (row.targets[:, 0] != v.END)]
    return [(int(target[TARGET["part"]]), int(target[TARGET["pitch"]])) for target in targets]


def notes_to_ask(piece: PieceEvents, notes: int) -> int:
    """Notes up to the end of the bar that the piece's note number `notes` lies in."""
    last = int(piece.onset[min(notes, len(piece)) - 1])
    ends = piece.bar_starts[piece.bar_starts > last]
    return int((piece.onset < ends[0]).sum()) if len(ends) else len(piece)


@st.composite
def any_music(draw: st.DrawFn) -> Score:
    """Bars of any density, with rests and metre changes, also notes that round up to the end of the last bar."""
    ticks = draw(st.sampled_from([24, 480, 7]))
    metres = [Metre(0, draw(st.sampled_from([4, 3, 1])), 4)]
    if draw(st.booleans()):
        metres.append(Metre(draw(st.integers(1, 20)) * ticks, 7, 8))
    tracks = []
    for number in range(draw(st.integers(1, 3))):
        spots = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25)), min_size=1, max_size=12))
        random = np.random.default_rng(draw(st.integers(0, 2**32)))
        notes = [
            Note(int(quarter * ticks + random.integers(0, ticks)), int(random.integers(1, 3 * ticks)), int(pitch))
            for quarter, count in spots
            for pitch in random.integers(0, 128, count)
        ]
        tracks.append(Track(f"T{number}", NoteTable.of(notes)))
    return Score(tuple(tracks), TimeMap(ticks, metres=tuple(metres)))


@given(any_music(), st.sampled_from([32, 48, 512]), st.sampled_from([1, 20, 90, 1024]))
def test_each_note_is_asked_exactly_once_and_in_order(score, max_events, notes):
    piece = piece_events(score)
    rows = evaluation_rows(piece, notes, max_events)
    asked = [note for row in rows for note in asked_notes(row)]
    expected = [(int(part), int(pitch)) for part, pitch in zip(piece.part, piece.pitch, strict=True)]
    assert asked == expected[: notes_to_ask(piece, notes)]
    assert len(asked) >= min(notes, len(piece))


@given(any_music(), st.sampled_from([32, 48]))
def test_only_a_bar_that_is_too_dense_by_itself_makes_a_row_too_long(score, max_events):
    piece = piece_events(score)
    for row in evaluation_rows(piece, max_events=max_events):
        if len(row) > max_events:
            onsets = row.places[row.targets[:, TARGET["end_allowed"]] == 1, 1]
            assert math.floor(onsets.max()) == math.floor(onsets.min())  # one bar


def test_later_rows_know_what_came_just_before():
    rows = evaluation_rows(piece_events(tune(bars=60)), max_events=128)
    kinds = [Counter(row.features[:, 0].tolist()) for row in rows]
    assert kinds[0][v.PAST] == 0
    assert all(kind[v.PAST] > 8 for kind in kinds[1:])
    assert all(len(row) <= 128 for row in rows)


def test_pieces_from_all_over_the_split_are_measured(tmp_path):
    corpus = opened(tmp_path, tunes(80, bars=2))
    held_out = corpus.splits["valid"]
    assert len(held_out) >= 3
    rows = validation_rows(corpus, pieces=2)
    expected = [
        note for number in (held_out[0], held_out[-1]) for note in asked_notes(evaluation_rows(corpus.piece(number))[0])
    ]
    assert [note for row in rows for note in asked_notes(row)] == expected


@pytest.mark.parametrize("trunk", ["lstm", "transformer"])
def test_an_untrained_model_knows_no_more_than_the_sizes_of_the_fields(trunk):
    torch.manual_seed(5)
    shape = {
        "lstm": ModelConfig("lstm", width=16, layers=1, hidden=16),
        "transformer": ModelConfig("transformer", width=64, layers=1, heads=2, feed_forward=32),
    }[trunk]
    rows = evaluation_rows(piece_events(tune(bars=30)))
    bits = model_bits(EventModel(shape).eval(), rows)
    assert bits.notes == tune(bars=30).note_count
    fields = bits.field_per_note()
    # Two parts are asked, END adds a share of a bit to the onset; small random logits cost a little.
    uniform = {"onset": v.DELTAS + 1, "part": 2, "pitch": v.PITCHES, "length": len(v.LENGTHS), "velocity": 16}
    for field, size in uniform.items():
        if field != "part":
            assert fields[field] == pytest.approx(math.log2(size), abs=0.6), field
    assert 0 < fields["part"] < 1.5
    assert bits.per_note_with_velocity == pytest.approx(bits.per_note + fields["velocity"])


def test_bits_do_not_depend_on_how_rows_are_batched():
    torch.manual_seed(5)
    model = EventModel(ModelConfig("lstm", width=16, layers=1, hidden=16)).eval()
    rows = [row for seed in range(6) for row in evaluation_rows(piece_events(tune(seed, bars=4 + 3 * seed)))]
    together = model_bits(model, rows)
    alone = [model_bits(model, [row]) for row in rows]
    assert together.notes == sum(bits.notes for bits in alone)
    assert sum(together.fields.values()) == pytest.approx(sum(sum(b.fields.values()) for b in alone), rel=1e-5)
