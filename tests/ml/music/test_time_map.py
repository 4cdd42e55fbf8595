"""TimeMap: ticks, seconds and bars under changes of tempo and metre."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, Tempo, TimeMap

TEMPOS = st.lists(st.builds(Tempo, st.integers(0, 50_000), st.integers(1, 0xFFFFFF)), max_size=6)
METRES = st.lists(
    st.builds(Metre, st.integers(0, 50_000), st.integers(1, 20), st.sampled_from([1, 2, 4, 8, 16])), max_size=6
)
MAPS = st.builds(TimeMap, st.integers(1, 2000), TEMPOS.map(tuple), METRES.map(tuple))
COARSE_MAPS = st.builds(TimeMap, st.sampled_from([96, 480, 960]), TEMPOS.map(tuple), METRES.map(tuple))


@given(MAPS, st.lists(st.integers(0, 10**8), min_size=1, max_size=20))
def test_seconds_and_back_is_the_identity(time_map: TimeMap, ticks: list[int]) -> None:
    seconds = time_map.seconds(np.array(ticks))
    assert np.allclose(time_map.tick(seconds), ticks, rtol=1e-9, atol=1e-6)
    assert math.isclose(time_map.seconds(ticks[0]), seconds[0])


@given(MAPS, st.integers(0, 60_000), st.integers(1, 1000))
def test_time_only_moves_forward(time_map: TimeMap, tick: int, more: int) -> None:
    assert time_map.seconds(tick + more) > time_map.seconds(tick)


def test_tempo_changes_add_up() -> None:
    """Two quarters at 120, then two at 60, then at 240."""
    time_map = TimeMap(480, (Tempo(0, 500_000), Tempo(960, 1_000_000), Tempo(1920, 250_000)))
    assert time_map.seconds(960) == pytest.approx(1.0)
    assert time_map.seconds(1920) == pytest.approx(3.0)
    assert time_map.seconds(2400) == pytest.approx(3.25)
    assert time_map.tick(3.25) == pytest.approx(2400)
    assert time_map.tempo_at(1919).qpm == pytest.approx(60)


def test_video_frames_make_tempo_silent() -> None:
    time_map = TimeMap(500, (Tempo(0, 1), Tempo(10, 99)), ticks_per_second=1000.0)
    assert time_map.seconds(2500) == pytest.approx(2.5)
    assert time_map.tick(2.5) == pytest.approx(2500)


@given(COARSE_MAPS, st.integers(0, 80_000))
def test_every_tick_lies_in_its_bar(time_map: TimeMap, tick: int) -> None:
    bar = time_map.bar_at(tick)
    assert time_map.bar_start(bar) <= tick < time_map.bar_start(bar + 1)
    assert time_map.bar_at(time_map.bar_start(bar)) == bar


@given(COARSE_MAPS, st.integers(0, 60_000), st.integers(0, 20_000))
def test_bar_lines_are_the_starts_of_the_bars(time_map: TimeMap, start: int, length: int) -> None:
    lines = time_map.bar_lines(start, start + length)
    assert lines == sorted(set(lines))
    assert all(start <= line < start + length and time_map.ceil_bar(line) == line for line in lines)
    first, last = time_map.bar_at(start), time_map.bar_at(start + length)
    assert set(lines) == {
        line for line in map(time_map.bar_start, range(first, last + 1)) if start <= line < start + length
    }


@given(COARSE_MAPS, st.integers(0, 60_000))
def test_rounding_up_to_a_bar_line_goes_less_than_a_bar(time_map: TimeMap, tick: int) -> None:
    line = time_map.ceil_bar(tick)
    assert line >= tick
    assert not time_map.bar_lines(tick, line)


def test_a_metre_change_inside_a_bar_ends_it() -> None:
    """5/4 from the second bar on, cut short by 3/8 after two beats."""
    time_map = TimeMap(480, metres=(Metre(0, 4, 4), Metre(1920, 5, 4), Metre(2880, 3, 8)))
    assert [time_map.bar_start(bar) for bar in range(5)] == [0, 1920, 2880, 3600, 4320]
    assert str(time_map.bar_beat(2400)) == "2:2:000"
    assert str(time_map.bar_beat(3130)) == "3:2:010"
    assert time_map.bar_at(-1) == -1


def test_maps_start_at_zero_and_forget_nonsense() -> None:
    time_map = TimeMap(480, (Tempo(960, 400_000), Tempo(-5, 1), Tempo(3, 0)), (Metre(100, 0, 4), Metre(-9, 3, 4)))
    assert time_map.tempos == (Tempo(0, 500_000), Tempo(960, 400_000))
    assert time_map.metres == (Metre(0, 4, 4),)


@given(MAPS, st.integers(0, 60_000), st.integers(1, 0xFFFFFF))
def test_setting_a_tempo_replaces_the_one_that_stood_there(time_map: TimeMap, tick: int, us: int) -> None:
    changed = time_map.with_tempo(Tempo(tick, us))
    assert changed.tempo_at(tick) == Tempo(tick, us)
    assert changed.with_tempo(Tempo(tick, us)) == changed
    assert changed.metres == time_map.metres


def test_setting_a_metre_replaces_the_one_that_stood_there() -> None:
    time_map = TimeMap(480).with_metre(Metre(0, 3, 4)).with_metre(Metre(1440, 6, 8)).with_metre(Metre(1440, 7, 8))
    assert time_map.metres == (Metre(0, 3, 4), Metre(1440, 7, 8))
    assert time_map.metre_at(1439) == Metre(0, 3, 4)


@pytest.mark.parametrize("qpm", [-3, 0, 1e-12, 1, 120, 999, 1e12])
def test_any_tempo_that_somebody_types_gives_one_that_a_file_can_hold(qpm: float) -> None:
    assert 1 <= Tempo.of_qpm(0, qpm).us_per_quarter <= 0xFFFFFF


def test_impossible_timing_is_refused() -> None:
    for make in (lambda: TimeMap(0), lambda: TimeMap(40_000), lambda: TimeMap(480, ticks_per_second=0.0)):
        with pytest.raises(ValueError, match="ticks per"):
            make()
