"""Overlap: equal sets lie on each other, far ones apart, and the published formula is kept beside the mended one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.measures.overlap import density, overlap, relative_entropy
from ml.measures.passage import passage
from ml.measures.yang_lerch import FEATURES, yang_lerch


def set_of(seed: int, mean: float = 0.0, size: int = 40, values: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1, (size, values))


def test_sets_of_one_kind_overlap_and_distant_ones_do_not():
    alike, apart = overlap(set_of(1), set_of(2)), overlap(set_of(1), set_of(2, 6.0))
    assert alike.area > 0.85
    assert apart.area < 0.01
    assert alike.divergence < 0.1 < 10 < apart.divergence


def test_the_published_divergence_does_not_see_a_shift():
    """Each density is read on its own range there: a set that was moved away looks the same."""
    apart = overlap(set_of(1), set_of(2, 6.0))
    assert apart.published_divergence < 1 < apart.divergence


@given(st.integers(0, 50), st.floats(0.1, 10))
def test_a_density_integrates_to_one_and_scales_with_its_values(seed, scale):
    values = np.abs(np.random.default_rng(seed).normal(size=30)) * scale
    points = np.linspace(values.min() - 8 * scale, values.max() + 8 * scale, 4000)
    assert density(values, points).sum() * (points[1] - points[0]) == pytest.approx(1, abs=1e-3)


def test_a_density_is_that_of_scott_s_rule_by_hand():
    values = np.array([0.0, 1.0])
    width = math.sqrt(0.5) * 2**-0.2
    by_hand = (1 + math.exp(-0.5 / width**2)) / (2 * width * math.sqrt(2 * math.pi))
    assert density(values, np.array([0.0]))[0] == pytest.approx(by_hand)


def test_sets_without_spread_are_alike_or_not():
    ones, twos = np.ones((4, 2)), 2 * np.ones((4, 2))
    assert overlap(ones, ones).area == 1
    assert overlap(ones, twos).area == 0
    assert math.isnan(overlap(ones, twos).divergence)


def test_divergence_is_zero_for_itself_and_positive_for_others():
    one, two = np.array([0.5, 0.5, 0.0]), np.array([0.1, 0.6, 0.3])
    assert relative_entropy(one, one) == 0
    assert relative_entropy(one, two) == pytest.approx(0.5 * math.log(5) + 0.5 * math.log(0.5 / 0.6))


def test_features_of_two_parts_by_hand():
    # Part 0: C D E in quarters; part 1: a half G, then G an octave up with C below it, eighths.
    rows = [(0, 24, 60, 0), (24, 24, 62, 0), (48, 24, 64, 0), (0, 48, 55, 1), (48, 12, 48, 1), (48, 12, 67, 1)]
    features = yang_lerch(passage(np.array(rows).T, np.array([], np.int64), 24, 96))
    assert tuple(features) == FEATURES
    scalars = {name: float(value[0]) for name, value in features.items() if len(value) == 1}
    assert scalars["pitch count"] == scalars["note count"] == 6
    assert scalars["pitch range"] == 19
    assert scalars["pitch interval"] == pytest.approx((2 + 2 + 7 + 19) / 4)
    assert scalars["inter-onset interval"] == pytest.approx((1 + 1 + 2) / 3)
    assert features["pitch-class histogram"][[0, 2, 4, 7]].tolist() == pytest.approx([2 / 6, 1 / 6, 1 / 6, 2 / 6])
    assert features["note-length histogram"][[1, 2, 3]].tolist() == pytest.approx([1 / 6, 3 / 6, 2 / 6])
    transitions = features["pitch-class transitions"].reshape(12, 12)
    assert transitions[7, 0] == transitions[0, 7] == transitions[0, 2] == transitions[2, 4] == 1 / 4
    assert features["note-length transitions"].sum() == pytest.approx(1)


def test_silence_and_drums_have_features_too():
    silence = yang_lerch(passage(np.zeros((4, 0)), np.array([], np.int64), 24, 96))
    drums = yang_lerch(passage(np.array([[0, 6, 36, 0]]).T, np.array([0]), 24, 96))
    for features in (silence, drums):
        assert all((value == 0).all() for value in features.values())
