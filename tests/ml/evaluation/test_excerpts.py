"""Excerpts keep the music as it was; floors continue them by the models' own rules."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ml.evaluation.excerpts import Excerpt, bar_steps, excerpts, score_of, spread
from ml.evaluation.ngram_writer import ngram_notes
from ml.evaluation.ngrams import NGram
from ml.music import Metre, Note, NoteTable, Score, TimeMap, Track
from ml.tensors import vocabulary as v
from ml.tensors.piece import piece_events
from ml.training.validation import evaluation_rows
from tests.ml.evaluation.models import corpus_of, long_tunes
from tests.ml.training.tunes import tune


def excerpt_of(score: Score, given: int = 2, asked: int = 2) -> Excerpt:
    return Excerpt(score_of(piece_events(score), given + asked), given, asked)


@pytest.mark.parametrize("metre", [Metre(0, 4, 4), Metre(0, 3, 4), Metre(0, 6, 8)])
def test_a_cached_piece_becomes_a_score_and_the_same_events_again(metre):
    piece = piece_events(tune(3, bars=8, metre=metre))
    again = piece_events(score_of(piece, 8))
    for column in ("onset", "part", "pitch", "length", "velocity", "bar_starts", "instruments"):
        assert np.array_equal(getattr(piece, column), getattr(again, column)), column
    assert (again.metre, again.tempo, again.tonic) == (piece.metre, piece.tempo, piece.tonic)


def test_an_excerpt_gives_its_first_bars_and_knows_what_came_next():
    excerpt = excerpt_of(tune(1, bars=6))
    assert excerpt.bar == bar_steps(v.METRES.index("4/4")) == 96
    assert all(track.notes.end_tick <= excerpt.start_tick for track in excerpt.prompt.tracks)
    assert excerpt.prompt.note_count == excerpt.continuation.pitch.size == 2 * 4 + 2
    assert excerpt.continuation.start.min() == 0
    assert excerpt.continuation.end == 2 * excerpt.bar


def test_only_pieces_that_are_long_enough_and_in_one_metre_are_chosen(tmp_path):
    change = TimeMap(480, metres=(Metre(0, 4, 4), Metre(4 * 1920, 3, 4)))
    odd = Score(tune(5, 18).tracks, change)
    empty_end = tune(6, 18).with_track(0, Track("A", NoteTable.of([Note(i * 480, 480, 60) for i in range(16)])))
    empty_end = empty_end.with_tracks((empty_end.tracks[0], Track("End", NoteTable.of([Note(17 * 1920, 480, 60)]))))
    corpus = corpus_of(tmp_path, {"valid": [tune(1, 8), odd, empty_end, *long_tunes(7, 3)], "train": [tune(0)]})
    assert len(excerpts(corpus, "valid", 10, 8, 8)) == 3
    assert len(excerpts(corpus, "valid", 2, 8, 8)) == 2
    assert excerpts(corpus, "train", 2, 8, 8) == []


def test_a_seed_draws_and_draws_the_same_again(tmp_path):
    corpus = corpus_of(tmp_path, {"train": long_tunes(0, 12)})

    def pitches(seed: int) -> list[list[int]]:
        return [e.continuation.pitch.tolist() for e in excerpts(corpus, "train", 4, 8, 8, seed)]

    assert pitches(1) == pitches(1)
    assert len({str(pitches(seed)) for seed in range(5)}) > 1


def test_first_numbers_of_the_spread_lie_evenly():
    assert sorted(spread(37)) == list(range(37))
    assert spread(0) == []
    gaps = [b - a for a, b in pairwise(sorted(spread(1000)[:100]))]
    assert max(gaps) <= 40


@pytest.mark.parametrize("bigram", [False, True])
def test_a_floor_writes_in_the_asked_bars_and_in_order(bigram):
    training = [row for seed in range(5) for row in evaluation_rows(piece_events(tune(seed, bars=16)))]
    excerpt = excerpt_of(tune(9, bars=6))
    notes = ngram_notes(NGram(training, bigram), 0.01, excerpt, np.random.default_rng(1))
    assert notes
    assert notes == ngram_notes(NGram(training, bigram), 0.01, excerpt, np.random.default_rng(1))
    order = [(note.start, note.track, note.pitch) for note in notes]
    assert order == sorted(set(order))
    assert all(excerpt.start_tick <= n.start < n.start + n.length <= excerpt.end_tick for n in notes)
    assert {note.track for note in notes} <= {0, 1}
    assert max(note.start for note in notes) >= excerpt.end_tick - excerpt.bar
    assert len(excerpt.passage(notes)) == len(notes)


def test_a_floor_that_knows_nothing_still_keeps_to_the_rules():
    drums = Score((Track("D", NoteTable.of([Note(i * 240, 240, 36) for i in range(40)]), drums=True),), TimeMap(480))
    excerpt = excerpt_of(drums)
    notes = ngram_notes(NGram([], bigram=True), 1.0, excerpt, np.random.default_rng(2), most_notes=50)
    assert all(excerpt.start_tick <= note.start < excerpt.end_tick for note in notes)
    assert excerpt.passage(notes).drums.all()
