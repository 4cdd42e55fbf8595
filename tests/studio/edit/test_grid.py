"""The grid: the lines that are drawn are the lines that notes snap to, in every metre."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ml.music import Metre, TimeMap
from studio.edit import GRID_CHOICES, Grid, Snap, grid_choice, snap, snapped_move
from tests.studio.edit.pieces import BAR, TPQ

CLOCKS = st.sampled_from([24, 96, 100, 120, 480, 960])
METRES = st.builds(Metre, st.integers(0, 5000), st.integers(1, 9), st.sampled_from([2, 4, 8, 16]))
TIME_MAPS = st.builds(TimeMap, CLOCKS, metres=st.lists(METRES, max_size=3).map(tuple))
GRIDS = st.builds(lambda choice, time_map: choice.grid(time_map), st.sampled_from(GRID_CHOICES), TIME_MAPS)


@given(GRIDS, st.integers(0, 8000))
def test_what_is_drawn_is_what_snaps(grid: Grid, tick: int) -> None:
    lines = grid.lines(0, 20_000).tolist()
    assert lines == sorted(set(lines))
    assume(lines[-1] > tick)
    assert grid.floor(tick) == max(line for line in lines if line <= tick)
    assert grid.ceil(tick) == min(line for line in lines if line >= tick)
    assert grid.next(tick) == min(line for line in lines if line > tick)
    assert grid.previous(tick) == max((line for line in lines if line < tick), default=0)
    assert abs(grid.nearest(tick) - tick) == min(abs(line - tick) for line in lines)


@given(GRIDS, st.integers(0, 8000), st.integers(0, 4000))
def test_any_window_shows_the_same_lines(grid: Grid, start: int, length: int) -> None:
    whole = grid.lines(0, start + length)
    assert grid.lines(start, start + length).tolist() == whole[whole >= start].tolist()


@given(GRIDS)
def test_every_bar_line_is_a_grid_line(grid: Grid) -> None:
    assert grid.time_map is not None
    assert set(grid.time_map.bar_lines(0, 10_000)) <= set(grid.lines(0, 10_000).tolist())


@given(GRIDS, st.lists(st.integers(0, 8000), min_size=1))
def test_arrays_snap_like_single_ticks(grid: Grid, ticks: list[int]) -> None:
    array = np.array(ticks)
    for method in (grid.floor, grid.nearest, grid.ceil):
        assert np.asarray(method(array)).tolist() == [method(tick) for tick in ticks]


def test_ticks_before_the_song_snap_to_its_start() -> None:
    grid = Grid(240, TimeMap(TPQ))
    assert (grid.floor(-5), grid.nearest(-900), grid.previous(0), grid.lines(-99, 241).tolist()) == (0, 0, 0, [0, 240])


def test_a_dotted_grid_begins_anew_in_each_bar() -> None:
    grid = grid_choice("1/8 dotted").grid(TimeMap(TPQ))
    assert grid.lines(0, BAR + 1).tolist() == [0, 720, 1440, 2160, 2880, 3600, BAR]
    assert Grid(720).lines(0, BAR + 700).tolist() == [0, 720, 1440, 2160, 2880, 3600, 4320]


def test_triplets_stay_exact_where_they_are_no_whole_ticks() -> None:
    choice = grid_choice("1/16 triplet")
    grid = choice.grid(TimeMap(100))
    assert grid.lines(0, 101).tolist() == [0, 17, 33, 50, 67, 83, 100]
    assert (grid.step_ticks, choice.ticks(100), choice.ticks(1)) == (17, 17, 1)


def test_choices_are_named_as_musicians_name_them() -> None:
    assert [choice.label for choice in GRID_CHOICES[:8]] == [
        "1/1", "1/2", "1/4", "1/8", "1/16", "1/32", "1/64", "1/2 triplet",
    ]  # fmt: skip
    ticks = {label: grid_choice(label).ticks(TPQ) for label in ("1/1", "1/16", "1/8 triplet", "1/4 dotted")}
    assert ticks == {"1/1": BAR, "1/16": 240, "1/8 triplet": 320, "1/4 dotted": 1440}
    with pytest.raises(KeyError):
        grid_choice("1/5")


def test_a_grid_without_distance_is_impossible() -> None:
    with pytest.raises(ValueError, match="at least a fraction of a tick"):
        Grid(Fraction(0))


# --- dragging


def test_a_note_dragged_off_the_grid_keeps_its_offset_on_the_next_plain_drag() -> None:
    grid = Grid(240, TimeMap(TPQ))
    freely = snapped_move(grid, 960, 37, Snap.OFF)
    assert freely == 37
    assert snapped_move(grid, 960 + freely, 250) == 240
    assert snapped_move(grid, 960 + freely, 250, Snap.LINES) == 1200 - 997
    assert snapped_move(grid, 960 + freely, 100) == 0


def test_a_click_goes_to_the_closest_line_unless_snap_is_off() -> None:
    grid = Grid(240, TimeMap(TPQ))
    assert (snap(grid, 350), snap(grid, 360), snap(grid, 350, Snap.OFF), snap(grid, -3, Snap.OFF)) == (240, 480, 350, 0)


@given(st.integers(1, 960), st.integers(0, 3 * BAR), st.integers(-BAR, BAR))
def test_snapping_to_lines_lands_on_a_line_and_to_offsets_keeps_the_offset(
    step: int, origin: int, d_ticks: int
) -> None:
    grid = Grid(step, TimeMap(TPQ))
    landed = origin + snapped_move(grid, origin, d_ticks, Snap.LINES)
    assert grid.floor(landed) == landed
    moved = origin + snapped_move(grid, origin, d_ticks, Snap.OFFSET)
    assert moved - (origin - grid.floor(origin)) in (grid.floor(origin), *grid.lines(0, 6 * BAR).tolist())
