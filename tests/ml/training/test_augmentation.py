"""Augmented pieces stay music: the same notes in other clothes."""

from __future__ import annotations

import numpy as np

from ml.music import Metre
from ml.tensors import vocabulary as v
from ml.tensors.piece import piece_events
from ml.training.augmentation import doubled, halved, loosened, other_metre, random_shift
from tests.ml.training.tunes import tune


def test_halving_undoes_doubling():
    piece = piece_events(tune(bars=4))
    back = halved(doubled(piece))
    assert back is not None
    assert np.array_equal(back.onset, piece.onset)
    assert np.array_equal(back.length, piece.length)
    assert np.array_equal(back.bar_starts, piece.bar_starts)
    assert (back.metre, back.tempo) == (piece.metre, piece.tempo)


def test_metres_keep_their_beats_when_note_values_change():
    named = {name: v.METRES.index(name) for name in ("2/4", "4/4", "2/2", "3/4", "3/8", "3/2", "6/8", "6/4")}
    assert other_metre(named["2/4"], 2) == named["2/2"]
    assert other_metre(named["3/4"], 0.5) == named["3/8"]
    assert other_metre(named["6/8"], 2) == named["6/4"]
    assert other_metre(v.METRES.index("12/8"), 2) == 0  # 12/4 has no name of its own


def test_music_that_fills_the_grid_is_not_halved():
    piece = piece_events(tune(bars=2))
    assert halved(halved(halved(piece))) is not None
    assert halved(halved(halved(halved(piece)))) is None  # a quarter is 24 steps


def test_loosened_notes_stay_before_the_region_and_keep_their_order():
    piece = piece_events(tune(bars=8, metre=Metre(0, 3, 4)))
    region = int(piece.bar_starts[5])
    loose = loosened(piece, 0, region, np.random.default_rng(4))
    assert len(loose) == len(piece)
    moved = loose.onset != piece.onset
    assert moved.any()
    assert loose.onset[moved].max() < region
    assert (np.diff(loose.onset) >= 0).all()
    after = piece.onset >= region
    assert np.array_equal(loose.onset[after], piece.onset[after])
    assert sorted(loose.pitch) == sorted(piece.pitch)


def test_no_transposition_leaves_the_range_of_midi():
    piece = piece_events(tune())
    lifted = piece.pitch.max()
    for seed in range(50):
        shift = random_shift(piece, (-127, 127), np.random.default_rng(seed))
        assert -piece.pitch.min() <= shift <= 127 - lifted
