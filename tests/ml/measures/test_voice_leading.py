"""Voice leading: what a teacher of harmony would mark is counted, and Bach's row comes out as printed."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.measures.voice_leading import onsets, voice_leading
from tests.ml.measures.chorales import chorales

BACH_TRAIN = {
    "fifths_per_bar": 0.009, "octaves_per_bar": 0.008, "moving": 0.144, "crossing": 0.024, "hold": 0.780,
    "onsets": 3.57, "triads": 0.657, "h4": 2.945, "gs": 0.839,
    "fifths_of_moving": 0.00067, "octaves_of_moving": 0.00057,
}  # fmt: skip
"""The row of the training split, as it was measured when the instrument was defined."""

C_MAJOR, D_MINOR, G_MAJOR = [72, 67, 64, 48], [74, 69, 65, 50], [71, 67, 62, 43]


def frames(*chords: list[int], length: int = 4) -> np.ndarray:
    """Each chord held for `length` 16ths."""
    return np.repeat(np.array(chords), length, axis=0)


def test_bach_s_row_comes_out_as_printed():
    found = asdict(voice_leading(chorales("train")))
    for name, printed in BACH_TRAIN.items():
        digits = len(str(printed).split(".")[1])
        assert found[name] == pytest.approx(printed, abs=0.5001 * 10**-digits), name
    assert found["bars"] == 55_228 / 16


def test_two_voices_a_fifth_apart_that_step_together_are_marked():
    # Alto over bass: 67 over 48 is a twelfth, 69 over 50 again; soprano over bass: 72 over 48, 74 over 50: octaves.
    measured = voice_leading([frames(C_MAJOR, D_MINOR)])
    assert measured.bars == 0.5
    assert measured.fifths_per_bar == 1 / 0.5
    assert measured.octaves_per_bar == 1 / 0.5
    assert measured.moving == 6 / (6 * 7)
    assert measured.fifths_of_moving == 1 / 6


def test_contrary_motion_and_crossed_voices_are_no_parallels():
    contrary = np.array([[67, -1, -1, 48], [65, -1, -1, 58]])  # a fifth, then another, but moving apart
    upside_down = np.array([[48, -1, -1, 67], [50, -1, -1, 69]])
    unmoved = frames(C_MAJOR, C_MAJOR)
    assert voice_leading([contrary, upside_down, unmoved]).fifths_per_bar == 0


def test_a_leap_across_a_rest_or_between_pieces_is_not_a_motion():
    rest = [-1, -1, -1, -1]
    assert voice_leading([frames(C_MAJOR, rest, D_MINOR)]).moving == 0
    assert voice_leading([frames(C_MAJOR), frames(D_MINOR)]).moving == 0


def test_crossing_counts_frames_of_four_voices_only():
    crossed = [67, 72, 64, 48]
    three = [-1, 72, 76, 48]
    assert voice_leading([frames(C_MAJOR, crossed, three)]).crossing == 0.5


@pytest.mark.parametrize(
    ("chord", "spelled"),
    [
        ([72, 67, 64, 48], True), ([73, 69, 65, 53], True), ([-1, 67, 64, 48], True), ([60, 64, 67, 71], False),
        ([72, 67, 60, 48], False), ([72, 64, 60, 48], False), ([75, 72, 66, 48], True), ([-1, -1, 64, 48], False),
    ],
)  # fmt: skip
def test_triads(chord, spelled):
    found = voice_leading([frames(chord)]).triads
    assert found == spelled or (chord.count(-1) > 1 and math.isnan(found))


def test_a_held_chord_holds_and_has_one_onset_a_voice():
    measured = voice_leading([frames(C_MAJOR, length=16)])
    assert (measured.hold, measured.onsets) == (1, 1)
    assert onsets(frames(C_MAJOR, D_MINOR, length=2)).sum() == 8


def test_unity_of_pitch_and_rhythm():
    bar = frames(C_MAJOR, D_MINOR, G_MAJOR, D_MINOR)
    same = voice_leading([np.tile(bar, (5, 1))])
    assert same.gs == 1
    classes = np.bincount([p % 12 for chord in (C_MAJOR, D_MINOR, G_MAJOR, D_MINOR) for p in chord] * 4)
    chance = classes[classes > 0] / classes.sum()
    # In the piece's first window every voice begins; later the pattern runs over the bar line just so.
    assert same.h4 == pytest.approx(-(chance * np.log2(chance)).sum(), abs=1e-9)
    still = frames(C_MAJOR, length=16)
    # The second bar goes on with the chord of the first: one onset there against three others here.
    assert voice_leading([np.concatenate([still, bar])]).gs == 1 - 4 / 16


@given(
    st.lists(st.lists(st.tuples(*[st.integers(-1, 127)] * 4), max_size=40), max_size=4),
    st.integers(1, 3),
)
def test_figures_stay_in_their_ranges_and_pieces_are_weighed_by_length(pieces, copies):
    pieces = [np.array(piece, np.int64).reshape(-1, 4) for piece in pieces]
    once, often = asdict(voice_leading(pieces)), asdict(voice_leading(pieces * copies))
    assert often.pop("bars") == pytest.approx(copies * once.pop("bars"))
    for name, value in once.items():
        assert often[name] == pytest.approx(value, nan_ok=True), name
        if name in ("moving", "crossing", "hold", "triads", "gs"):
            assert math.isnan(value) or 0 <= value <= 1
    assert math.isnan(once["h4"]) or 0 <= once["h4"] <= math.log2(12) + 1e-9
