"""Strong beats and grids fall where musicians expect them, in any metre."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, TimeMap
from ml.music.beats import beat_ticks, felt_beats, grid_ticks, on_grid, on_strong_beat, strong_beats


@pytest.mark.parametrize(
    ("metre", "strong"),
    [
        ("1/4", [0]), ("2/4", [0]), ("3/4", [0]), ("4/4", [0, 2]), ("5/4", [0, 3]), ("6/4", [0, 3]), ("7/8", [0, 4]),
        ("2/2", [0, 1]), ("3/2", [0, 1, 2]), ("3/8", [0]), ("6/8", [0, 3]), ("9/8", [0, 3, 6]), ("12/8", [0, 3, 6, 9]),
        ("8/8", [0, 4]),
    ],
)  # fmt: skip
def test_strong_beats_of_usual_metres(metre, strong):
    beats, unit = map(int, metre.split("/"))
    assert list(strong_beats(Metre(0, beats, unit))) == strong


def test_felt_beats_are_dotted_in_compound_metres():
    assert felt_beats(Metre(0, 6, 8)) == (0, 3) and felt_beats(Metre(0, 6, 4)) == (0, 1, 2, 3, 4, 5)


def test_beats_follow_metre_changes_and_bars_that_end_early():
    time_map = TimeMap(480, metres=(Metre(0, 4, 4), Metre(1920 + 720, 3, 4)))
    assert beat_ticks(time_map, 0, 6000, strong=True).tolist() == [0, 960, 1920, 2640, 4080, 5520]
    assert beat_ticks(time_map, 100, 2000, strong=False).tolist() == [480, 960, 1440, 1920]


def test_played_onsets_are_on_a_beat_give_or_take_a_little():
    time_map = TimeMap(960)
    near = np.array([0, 19, 20, 960, 1920 - 19, 1920 - 20, 1920 + 19, 3840 - 5])
    assert on_strong_beat(time_map, near).tolist() == [True, True, False, False, True, False, True, True]
    assert on_strong_beat(TimeMap(1), np.array([0, 1, 2, 3, 4])).tolist() == [True, False, True, False, True]


def test_a_grid_counts_from_each_bar_line():
    time_map = TimeMap(480, metres=(Metre(0, 4, 4), Metre(1000, 4, 4)))
    assert grid_ticks(time_map, 1, 0, 2000).tolist() == [0, 480, 960, 1000, 1480, 1960]
    assert grid_ticks(TimeMap(100), 3, 0, 101).tolist() == [0, 33, 67, 100]


@given(
    st.integers(1, 960), st.integers(1, 12), st.sampled_from([2, 4, 8, 16]), st.integers(1, 24),
    st.integers(0, 5000), st.integers(1, 5000),
)  # fmt: skip
def test_grid_points_are_on_the_grid_and_nothing_between_them_is(tpq, beats, unit, divisions, start, length):
    time_map = TimeMap(tpq, metres=(Metre(0, beats, unit),))
    start, length = start % (20 * tpq), length % (20 * tpq) + 1
    points = grid_ticks(time_map, divisions, start, start + length)
    every = np.arange(start, start + length)
    assert every[on_grid(time_map, every, divisions)].tolist() == points.tolist()
    assert not len(points) or np.diff(points).min(initial=1) >= 1
    assert set(time_map.bar_lines(start, start + length)) <= set(points.tolist())


def test_nothing_lies_on_no_beat():
    nothing = np.zeros(0, np.int64)
    assert not len(on_strong_beat(TimeMap(), nothing)) and not len(on_grid(TimeMap(), nothing, 4))
