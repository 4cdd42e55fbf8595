"""The table of benchmarks says which promises hold."""

from __future__ import annotations

import pytest

from tests.perf.rows import completed, table, verdict


@pytest.mark.parametrize(
    ("value", "hold", "says"),
    [
        (3.9, "<= 4", "yes"),
        (4.1, "<= 4", "NO"),
        (4.1, 4, "NO"),
        (900, ">= 500", "yes"),
        (1, "< 1", "NO"),
        (7, None, ""),
    ],
)
def test_a_promise_is_kept_or_broken(value: float, hold: str | int | None, says: str) -> None:
    assert verdict(completed({"name": "frame", "value": value, "hold": hold})) == says


def test_the_table_lines_up_and_shows_what_a_benchmark_left_out_as_nothing() -> None:
    rows = [
        completed({"name": "frame, 2,000 notes visible", "value": 1.23456, "unit": "ms", "hold": "<= 4"}),
        completed({"name": "load", "value": 120, "note": "seconds would be odd"}),
    ]
    lines = table(rows).splitlines()
    assert lines[1] == "frame, 2,000 notes visible  1.235  ms    <= 4  yes"
    assert lines[0].index("value") + len("value") == lines[2].index("120") + len("120")
    assert lines[2].endswith("seconds would be odd")
