"""What stands before a frame is counted from earlier frames only."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.tensors.chorale_grid import JSB_16
from ml.tensors.chorale_past import LEAP_LIMIT, NONE, grid_piece, home_of
from tests.ml.chorale_pieces import chorale


@given(st.integers(0, 10_000), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_the_future_does_not_reach_the_past(seed, changed):
    piece = chorale(seed, 64)
    other = piece.copy()
    other[changed:] = chorale(seed + 1, 64)[changed:]
    before, after = grid_piece(piece, JSB_16).before, grid_piece(other, JSB_16).before
    for field in fields(before):
        assert np.array_equal(getattr(before, field.name)[: changed + 1], getattr(after, field.name)[: changed + 1])


def test_held_and_motion_count_what_happened():
    piece = np.tile([70, 65, 60, 50], (6, 1))
    piece[3:, 0] = 72
    before = grid_piece(piece, JSB_16).before
    assert before.held[:, 0].tolist() == [0, 1, 2, 3, 1, 2]
    assert before.held[:, 3].tolist() == [0, 1, 2, 3, 4, 5]
    assert before.motion[:, 0].tolist() == [0, 0, 0, 0, LEAP_LIMIT + 3, LEAP_LIMIT + 3]
    assert before.last[0].tolist() == [NONE] * 4


def test_the_return_of_a_phrase_is_expected():
    phrase = chorale(5, 32)
    piece = grid_piece(np.vstack([phrase, phrase]), JSB_16)
    tokens, before = piece.tokens, piece.before
    assert (before.tutti_length[:16] == 0).all()
    late = slice(40, 64)
    assert np.array_equal(before.tutti[late], tokens[late])
    assert np.mean(before.solo[late] == tokens[late]) > 0.8
    assert (before.tutti_length[late] >= 4).all()


def test_home_is_the_root_of_the_first_chord():
    def home(*pitches):
        return home_of(JSB_16.to_tokens(np.array(pitches)), JSB_16)

    assert home(72, 67, 64, 48) == 0  # C major
    assert home(69, 64, 60, 45) == -3  # A minor
    assert home(71, 67, 62, 55) == -5  # G major, with the root in the bass
    assert home(74, 67, 59, 47) == -5  # G major in its first inversion
    assert home(-1, -1, -1, -1) == 0
