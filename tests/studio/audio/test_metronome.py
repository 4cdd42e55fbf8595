"""Clicks: windows put together give each beat once, in any metre and tempo."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, Tempo, TimeMap
from studio.audio.metronome import MIN_BEAT_S, clicks_between, count_in
from tests.studio.audio.pieces import TPQ

maps = st.builds(
    lambda tempos, metres: TimeMap(
        TPQ,
        tuple(Tempo.of_qpm(tick, qpm) for tick, qpm in tempos),
        tuple(Metre(tick, numerator, 2**power) for tick, numerator, power in metres),
    ),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(20, 400)), max_size=4),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 13), st.integers(0, 5)), max_size=4),
)


@given(maps, st.lists(st.floats(0.001, 3), min_size=1, max_size=8))
def test_windows_side_by_side_click_each_beat_once(time_map: TimeMap, lengths: list[float]) -> None:
    at_s, pieced = 0.0, []
    for length in lengths:
        pieced += list(clicks_between(time_map, at_s, at_s + length))
        at_s += length
    whole = list(clicks_between(time_map, 0.0, at_s))
    assert pieced == whole
    assert [click.at_s for click in whole] == sorted({click.at_s for click in whole})
    lines = [*time_map.bar_lines(0, int(time_map.tick(at_s)) + 1)]
    bars = [(time_map.seconds(tick), time_map.seconds(time_map.bar_start(bar + 1))) for bar, tick in enumerate(lines)]
    long_enough = [start for start, end in bars if end - start >= MIN_BEAT_S and start < at_s]
    assert [click.at_s for click in whole if click.accent] == long_enough


def test_six_eight_clicks_eighths() -> None:
    time_map = TimeMap(TPQ, metres=(Metre(0, 6, 8),))
    clicks = list(clicks_between(time_map, 0, 3.0))
    assert [click.at_s for click in clicks] == [index / 4 for index in range(12)]
    assert [index for index, click in enumerate(clicks) if click.accent] == [0, 6]


@given(maps, st.floats(0, 20), st.integers(1, 4))
def test_a_count_in_ends_when_the_music_starts(time_map: TimeMap, position_s: float, bars: int) -> None:
    length_s, clicks = count_in(time_map, position_s, bars)
    assert length_s >= 0 and all(0 <= click.at_s < length_s + 1e-9 for click in clicks)
    if clicks:
        assert clicks[0].accent and clicks[0].at_s == 0
        assert sum(click.accent for click in clicks) in (bars, bars + 1)
