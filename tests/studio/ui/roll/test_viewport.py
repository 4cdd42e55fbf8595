"""The maths between pixels and music."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.roll.viewport import MAX_ROW_PX, MIN_ROW_PX, Viewport

viewports = st.builds(
    Viewport,
    left_tick=st.floats(0, 1e6),
    px_per_tick=st.floats(0.001, 2.5),
    top_px=st.integers(0, 2000),
    row_px=st.integers(MIN_ROW_PX, MAX_ROW_PX),
    width=st.integers(100, 4000),
    height=st.integers(100, 2000),
).map(Viewport.clamped)
ticks = st.floats(0, 1e6)


@given(viewports, ticks)
def test_a_tick_survives_the_way_to_pixels_and_back(view, tick):
    assert view.tick(view.x(tick)) == pytest.approx(tick, abs=1e-3)


@given(viewports, st.integers(0, 127), st.floats(0, 0.999))
def test_every_place_in_a_row_belongs_to_its_pitch(view, pitch, into):
    assert view.pitch(view.y(pitch) + into * view.row_px) == pitch


@given(viewports, st.floats(0, 1), st.floats(0.2, 5))
def test_zooming_in_time_keeps_the_tick_under_the_mouse(view, share, factor):
    x = share * view.width
    zoomed = view.time_zoomed(factor, x, 960)
    if zoomed.left_tick > 0:
        assert zoomed.tick(x) == pytest.approx(view.tick(x), rel=1e-6, abs=1e-3)
    assert zoomed.left_tick >= 0


@given(viewports, st.floats(0, 1), st.integers(-8, 8))
def test_zooming_in_pitch_keeps_the_row_under_the_mouse(view, share, steps):
    y = share * view.height
    zoomed = view.pitch_zoomed(steps, y)
    lowest_top = max(0, 128 * zoomed.row_px - zoomed.height)
    if 0 < zoomed.top_px < lowest_top:
        before, after = ((y + v.top_px) / v.row_px for v in (view, zoomed))
        assert after == pytest.approx(before, abs=0.5 / zoomed.row_px + 1e-9)


@given(viewports, st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_no_scrolling_leaves_the_piece(view, dx, dy):
    scrolled = view.scrolled(dx, dy)
    assert scrolled.left_tick >= 0
    assert 0 <= scrolled.top_px <= max(0, 128 * view.row_px - view.height)


@given(viewports, ticks, st.integers(1, 500_000))
def test_showing_a_range_has_it_in_sight(view, start, span):
    shown = view.showing(start, start + span, 960)
    assert shown.left_tick <= start + 1e-6
    if 0.5 * span / 960 <= view.width * 0.9:  # not limited by the furthest zoom
        assert shown.right_tick >= start + span - 1e-6


@given(viewports, st.integers(0, 127), st.integers(0, 127))
def test_showing_pitches_has_their_middle_in_sight(view, first, last):
    low, high = sorted((first, last))
    shown = view.showing_pitches(low, high)
    assert shown.lowest_pitch <= (low + high) // 2 <= shown.highest_pitch
    if (high - low + 1) * shown.row_px <= view.height - 2 * shown.row_px:
        assert shown.lowest_pitch <= low <= high <= shown.highest_pitch


@given(viewports, ticks)
def test_revealing_a_tick_has_it_in_sight_and_else_changes_nothing(view, tick):
    shown = view.revealing(tick)
    assert shown.left_tick <= tick <= shown.right_tick
    assert shown.revealing(tick) == shown


def test_resizing_keeps_the_pitch_in_the_middle():
    view = Viewport(top_px=800, row_px=16, height=400)
    taller = view.resized(1200, 600)
    assert taller.width == 1200
    assert taller.pitch(300) == view.pitch(200)
