"""Draws follow the probabilities, obey what is permitted, and say how surprising they were."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.generation.drawing import NotFinite, draw, draw_field, temperatures
from ml.models.note_head import BLOCKED
from ml.requests import Sampling
from ml.tensors import vocabulary as v

SHARE = np.array([0.2, 0.5, 0.3])
LOGITS = np.log(SHARE).astype(np.float32)
UNIFORMS = (np.arange(1000) + 0.5) / 1000


def drawn(permitted: list[bool] | None = None, temperature: float = 1.0, top_p: float = 1.0) -> list[int]:
    mask = None if permitted is None else np.array(permitted)
    classes = [draw_field(LOGITS, mask, u, temperature, top_p)[0] for u in UNIFORMS.tolist()]
    return np.bincount(classes, minlength=3).tolist()


def test_draws_follow_the_probabilities():
    assert drawn() == [200, 500, 300]
    assert np.bincount(draw(np.tile(np.log(SHARE), (1000, 1)), UNIFORMS, 1.0, 1.0)).tolist() == [200, 500, 300]


def test_the_nucleus_keeps_the_classes_that_begin_below_it():
    assert drawn(top_p=0.79) == [0, 625, 375]
    assert drawn(top_p=0.5) == [0, 1000, 0]
    assert np.bincount(draw(np.tile(np.log(SHARE), (1000, 1)), UNIFORMS, 1.0, 0.79), minlength=3)[0] == 0


def test_limits_come_first_and_share_out_the_rest():
    assert drawn([True, False, True]) == [400, 0, 600]
    assert drawn([True, False, False], top_p=0.01) == [1000, 0, 0]


@given(
    st.lists(st.floats(-5, 5, width=32), min_size=2, max_size=30),
    st.floats(0, 0.999),
    st.floats(0.05, 4),
    st.floats(0.01, 1),
    st.data(),
)
def test_what_is_forbidden_is_never_drawn(values, uniform, temperature, top_p, data):
    logits = np.array(values, np.float32)
    allowed = data.draw(st.sets(st.integers(0, len(values) - 1), min_size=1))
    mask = np.isin(np.arange(len(values)), list(allowed))
    assert draw_field(logits, mask, uniform, temperature, top_p)[0] in allowed
    assert draw(np.where(mask, logits, -np.inf)[None], np.array([uniform]), temperature, top_p)[0] in allowed


def test_a_low_temperature_prefers_the_likely_and_a_high_one_evens_out():
    cold, hot = drawn(temperature=0.25), drawn(temperature=4.0)
    assert cold[1] > 850
    assert min(hot) > 270


@given(st.integers(0, 2), st.sampled_from([0.05, 1.0, 4.0]))
def test_bits_are_the_networks_own_whatever_is_permitted(only, temperature):
    chosen, bits = draw_field(LOGITS, np.arange(3) == only, 0.5, temperature, 0.9)
    assert chosen == only
    assert bits == pytest.approx(-math.log2(SHARE[only]), abs=1e-5)


def test_where_order_and_limits_leave_nothing_the_limits_decide():
    logits, permitted = np.array([0.0, BLOCKED, BLOCKED], np.float32), np.array([False, True, True])
    assert {draw_field(logits, permitted, uniform, 1.0, 1.0)[0] for uniform in (0.1, 0.9)} == {1, 2}


@pytest.mark.parametrize("far", [-80, -500])
def test_what_is_permitted_keeps_its_proportions_however_unlikely_it_is(far):
    logits = np.append(LOGITS + np.float32(far), np.float32(0))
    classes = [draw_field(logits, np.arange(4) < 3, u, 1.0, 1.0)[0] for u in UNIFORMS.tolist()]
    assert np.bincount(classes, minlength=4) == pytest.approx([200, 500, 300, 0], abs=1)


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_numbers_that_are_not_finite_stop_the_take(wrong):
    with pytest.raises(NotFinite, match="install it again"):
        draw_field(np.array([0.0, wrong], np.float32), None, 0.5, 1.0, 1.0)


def test_surprise_warms_pitches_more_than_times():
    by_field = dict(zip(v.FIELDS, temperatures(Sampling(temperature=2.0, surprise=2.0)), strict=True))
    assert by_field["pitch"] == pytest.approx(2 * math.sqrt(2))
    assert by_field["onset"] == by_field["length"] == pytest.approx(2 * 2**0.25)
