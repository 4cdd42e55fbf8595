"""Limits say which pitches may sound, and when nothing is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Key, Scale
from ml.requests import Limits

PITCHES = st.integers(0, 127)
KEYS = st.none() | st.builds(Key, st.integers(0, 11), st.sampled_from(list(Scale)))


@given(KEYS, PITCHES, PITCHES)
def test_a_permitted_pitch_is_in_the_key_and_in_the_range(key, lowest, highest):
    mask = Limits(key, lowest, highest).pitch_mask()
    for pitch in range(128):
        in_key = key is None or pitch % 12 in key.pitch_classes
        assert mask[pitch] == (lowest <= pitch <= highest and in_key)


@given(KEYS, PITCHES, PITCHES)
def test_limits_contradict_themselves_exactly_when_nothing_is_left(key, lowest, highest):
    limits = Limits(key, lowest, highest)
    sentence = limits.contradiction()
    assert (sentence is None) == bool(limits.pitch_mask().any())
    if sentence:
        assert sentence.endswith(".")


@given(KEYS, PITCHES, PITCHES)
def test_drums_are_never_limited(key, lowest, highest):
    assert Limits(key, lowest, highest).pitch_mask(drums=True).all()


def test_no_limits_permit_everything():
    assert Limits().pitch_mask().sum() == 128
    assert Limits().contradiction() is None


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(None, 70, 60), "its lowest pitch Bb4 lies above its highest C4"),
        (Limits(Key(0), 61, 61), "No pitch of C major lies between C#4 and C#4: widen the range"),
    ],
)
def test_the_sentence_says_which_limits_contradict(limits, says):
    assert says in limits.contradiction()


def test_the_mask_is_nobody_s_but_the_caller_s():
    limits = Limits(Key(2))
    limits.pitch_mask()[:] = False
    assert np.array_equal(limits.pitch_mask(), Key(2).pitch_mask())
