"""Where grid lines are drawn: exactly where snapping goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, TimeMap
from studio.edit.grid import GRID_CHOICES
from studio.ui.roll.grid_lines import MIN_GAP_PX, grid_lines
from studio.ui.roll.grid_setting import GridSetting

metres = st.lists(
    st.builds(Metre, st.integers(0, 40_000), st.integers(1, 12), st.sampled_from([2, 4, 8, 16])), max_size=4
)
time_maps = st.builds(lambda tpq, m: TimeMap(tpq, metres=tuple(m)), st.sampled_from([96, 480, 960, 1000]), metres)


@given(time_maps, st.sampled_from(GRID_CHOICES), st.integers(0, 30_000), st.integers(1, 20_000))
def test_all_lines_together_are_the_places_that_snapping_knows(time_map, choice, start, span):
    grid = choice.grid(time_map)
    lines = grid_lines(time_map, start, start + span, grid.ticks, px_per_tick=100.0)
    drawn = set(lines.bars.tolist()) | set(lines.steps.tolist())
    assert drawn == set(grid.lines(start, start + span).tolist())


@given(time_maps, st.integers(0, 30_000), st.integers(1, 20_000))
def test_bars_carry_their_numbers(time_map, start, span):
    lines = grid_lines(time_map, start, start + span, 240, px_per_tick=100.0)
    assert lines.bars.tolist() == time_map.bar_lines(start, start + span)
    assert lines.numbers.tolist() == [time_map.bar_at(tick) + 1 for tick in lines.bars.tolist()]


def test_lines_too_close_to_tell_apart_are_left_out_the_finest_first():
    time_map = TimeMap(960)
    assert not len(grid_lines(time_map, 0, 100_000, 240, px_per_tick=0.02).steps)
    assert len(grid_lines(time_map, 0, 100_000, 240, px_per_tick=0.02).beats)
    far = grid_lines(time_map, 0, 10_000_000, 240, px_per_tick=0.0005)
    assert not len(far.beats)
    assert (far.bars[1] - far.bars[0]) * 0.0005 >= MIN_GAP_PX
    assert far.numbers[:3].tolist() == [1, 5, 9]


def test_the_adaptive_grid_gets_finer_with_the_zoom():
    setting = GridSetting(choice=None)
    labels = [setting.current(960, px / 960).label for px in (2, 20, 60, 240, 900)]
    assert labels == ["1/1", "1/4", "1/16", "1/64", "1/64"]
