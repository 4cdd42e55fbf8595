"""The training curve keeps every step of a short run and the shape of a long one, in a picture that anyone can read."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.training.loss_curve import MOST_POINTS, LossCurve
from ml.training.loss_plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, counted, loss_plot, ticks

SVG = "{http://www.w3.org/2000/svg}"


def curve_of(steps: int) -> LossCurve:
    curve = LossCurve()
    for step in range(1, steps + 1):
        curve.add(step, 10 * step, 0.5 * step, 2.0 * step, 10)
    return curve


def test_a_short_run_keeps_every_step():
    rows = curve_of(100).rows()
    assert [row["step"] for row in rows] == list(range(1, 101))
    assert rows[4] == {"step": 5, "notes": 50, "minutes": 0.042, "bits_per_note": 1.0}


@given(st.integers(1, 6000))
def test_however_long_the_run_no_bit_is_lost_and_points_stay_few(steps):
    curve = curve_of(steps)
    assert len(curve.points) < MOST_POINTS
    assert sum(point.bits for point in curve.points) == pytest.approx(steps * (steps + 1))
    assert sum(point.notes for point in curve.points) == 10 * steps
    assert curve.points[-1].step == steps
    assert all(one.step < other.step for one, other in zip(curve.points, curve.points[1:], strict=False))


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_curve_goes_on_from_json_as_if_nothing_had_been(before, after):
    whole = curve_of(before + after)
    resumed = LossCurve.from_json(json.loads(json.dumps(curve_of(before).to_json())))
    for step in range(before + 1, before + after + 1):
        resumed.add(step, 10 * step, 0.5 * step, 2.0 * step, 10)
    assert resumed == whole


# --- the picture


def drawn(log: list[dict], training: list[dict], title: str = "A run") -> ElementTree.Element:
    return ElementTree.fromstring(loss_plot(title, log, training))


def test_the_plot_shows_each_corpus_their_mean_and_training_with_both_axes_named():
    log = [
        {"notes": notes, "bits_per_note": {"folk": 8 - notes / 1e6, "<chorales>": 6 - notes / 2e6}}
        for notes in (0, 1_000_000, 2_000_000)
    ]
    picture = drawn(log, curve_of(900).rows(), "Mine & <others>")
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"notes seen in training", "bits per note, without velocity", "Mine & <others>"} <= set(texts)
    assert {"folk 6.00", "<chorales> 5.00", "mean of the held-out 5.50"} <= set(texts)
    assert "1 M" in texts
    widths = [line.get("stroke-width") for line in picture.iter(f"{SVG}polyline") if line.get("stroke-width")]
    assert widths == ["1.5", "1.5", "1.5", "3.5"]


def test_what_lies_beyond_the_axes_runs_along_their_edge():
    log = [{"notes": notes, "bits_per_note": {"songs": 3.0}} for notes in (0, 1000)]
    steep = [{"notes": 10 * step, "bits_per_note": 30.0 if step < 5 else 4.0} for step in range(1, 101)]
    for line in drawn(log, steep).iter(f"{SVG}polyline"):
        for point in line.get("points").split():
            x, y = map(float, point.split(","))
            assert LEFT <= x <= WIDTH - RIGHT
            assert TOP <= y <= HEIGHT - BOTTOM


@pytest.mark.parametrize("entries", [0, 1])
def test_the_plot_of_a_run_that_has_only_begun_is_whole(entries):
    drawn([{"notes": 0, "bits_per_note": {"songs": 9.0}}][:entries], [])
    drawn([{"notes": 0, "bits_per_note": {}}][:entries], curve_of(1).rows())


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e9))
def test_axes_have_a_few_round_numbers(low, width):
    found = ticks(low, low + width)
    assert 2 <= len(found) <= 8


def test_counts_of_notes_are_short():
    assert [counted(value) for value in (0, 500, 2000, 2.5e6, 1e9)] == ["0", "500", "2 k", "2.5 M", "1 G"]
