"""What is held out of a corpus without splits: whole tunes with their variants, the same on every machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.tensors.piece import PieceEvents, piece_events
from ml.training.held_out import groups_of, melody_sketch, own_splits
from tests.ml.training.tunes import opened, split_of, tune


def melody(seed: int, notes: int = 60, program: int = 0) -> PieceEvents:
    """A random walk: two seeds share no ten intervals."""
    pitches = 60 + np.clip(np.cumsum(np.random.default_rng(seed).integers(-4, 5, notes)), -30, 30)
    line = [Note(i * 240, 240, int(pitch)) for i, pitch in enumerate(pitches)]
    return piece_events(Score((Track("A", NoteTable.of(line), program=program),), TimeMap(480)))


def groups(*pieces: PieceEvents) -> list[int]:
    return groups_of([melody_sketch(piece) for piece in pieces])


def test_different_tunes_stand_alone():
    assert groups(*(melody(seed) for seed in range(20))) == list(range(20))


def test_copies_transpositions_and_excerpts_belong_together():
    whole = melody(3, notes=80)
    higher = replace(whole, pitch=whole.pitch + 5)
    rows = slice(0, 60)
    part = {name: getattr(whole, name)[rows] for name in ("onset", "part", "pitch", "length", "velocity")}
    excerpt = replace(whole, **part)
    assert groups(melody(1), whole, higher, melody(2), excerpt, whole) == [0, 1, 1, 3, 1, 1]


def test_accompaniments_do_not_hide_a_shared_tune():
    one = piece_events(tune(3, parts=2, bars=12))
    other = piece_events(tune(3, parts=1, bars=12))
    assert groups(one, other) == [0, 0]


def test_pieces_with_too_little_melody_stand_alone():
    assert groups(melody(1, notes=4), melody(1, notes=4)) == [0, 1]


@pytest.mark.parametrize("count", [2, 3, 5, 8, 12, 30, 100, 400])
def test_something_is_held_out_and_most_is_learned_from(count):
    names = [f"tune {number}" for number in range(count)]
    splits = own_splits(names, [melody_sketch(melody(seed, notes=12)) for seed in range(count)])
    held_out = splits.count("valid")
    assert 1 <= held_out <= max(1, count // 5)
    assert held_out >= min(5, count // 5)


def test_a_piece_alone_and_variants_of_one_tune_are_learned_from():
    sketch = melody_sketch(melody(1))
    assert own_splits(["a"], [sketch]) == ["train"]
    assert own_splits(["a", "b", "c"], [sketch] * 3) == ["train"] * 3
    assert own_splits([], []) == []


def test_variants_are_on_one_side(tmp_path):
    scores = {}
    for number in range(12):
        pitches = melody(number).pitch
        for variant in "ab":
            shift = 2 * (variant == "b")
            line = [Note(i * 240, 240, int(pitch) + shift) for i, pitch in enumerate(pitches)]
            scores[f"tune {number}{variant}"] = Score((Track("A", NoteTable.of(line)),), TimeMap(480))
    sides = split_of(opened(tmp_path, scores))
    assert set(sides.values()) == {"train", "valid"}
    assert all(sides[f"tune {number}a"] == sides[f"tune {number}b"] for number in range(12))
