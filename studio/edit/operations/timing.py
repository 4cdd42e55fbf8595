"""Where notes lie in time: quantise, humanise, reverse and stretch."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ml.music import NoteTable, Score
from studio.edit.edited import Edited, with_notes
from studio.edit.grid import Grid
from studio.edit.operations.notes import LAST_TICK
from studio.edit.selection import Selection

STRAIGHT = 0.5
"""Swing that leaves the off-beat in the middle of its pair of grid steps; 2/3 is triplet swing."""


def quantise(
    score: Score,
    selection: Selection,
    grid_ticks: int | Fraction,
    strength: float = 1.0,
    ends: bool = False,
    swing: float = STRAIGHT,
) -> Edited:
    """Pull the selected starts, and with `ends` the ends too, towards the nearest grid line.

    `strength` 1 puts them on the line, 0.5 halves the error (to within a tick). `swing` places every second
    line within its pair of steps (0.5 to 0.75). Lines count from each bar line. Lengths stay unless `ends`;
    a note whose ends meet then keeps one grid step at full strength, and never less than a tick.
    """
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection)
    table, grid = selection.table(score), Grid(grid_ticks, score.time_map)
    start, end = table.start[rows], table.end[rows]
    strength = min(max(strength, 0.0), 1.0)
    start_line = _swung(grid, start, swing)
    new_start = start + np.rint((start_line - start) * strength).astype(np.int64)
    columns = {"start": new_start}
    if ends:
        end_line = np.maximum(_swung(grid, end, swing), start_line + grid.step_ticks)
        new_end = end + np.rint((end_line - end) * strength).astype(np.int64)
        columns["length"] = np.maximum(new_end - new_start, 1)
    return _edited(score, selection, table, rows, columns)


def humanise(
    score: Score,
    selection: Selection,
    seed: int,
    timing_ticks: float = 0.0,
    velocity: float = 0.0,
    length_part: float = 0.0,
) -> Edited:
    """Play the selected notes less exactly; the same seed gives the same result.

    The deviations are normal with these standard deviations, cut at twice that: `timing_ticks` for starts,
    `velocity` in steps of velocity, `length_part` as a part of each note's length.
    """
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection)
    table = selection.table(score)
    # Drawn for all three even where one is off, so that turning one off leaves the others as they were.
    draws = np.clip(np.random.default_rng(seed).standard_normal((3, len(rows))), -2, 2)
    columns: dict[str, Any] = {}
    if timing_ticks > 0:
        columns["start"] = np.maximum(table.start[rows] + np.rint(draws[0] * timing_ticks).astype(np.int64), 0)
    if velocity > 0:
        columns["velocity"] = np.clip(np.rint(table.velocity[rows] + draws[1] * velocity), 1, 127).astype(np.uint8)
    if length_part > 0:
        length = np.rint(table.length[rows] * (1 + draws[2] * length_part)).astype(np.int64)
        columns["length"] = np.maximum(length, 1)
    return _edited(score, selection, table, rows, columns)


def reverse(score: Score, selection: Selection) -> Edited:
    """Play the selected notes backwards within the time they take; twice gives back the original."""
    span = selection.span(score)
    if span is None:
        return Edited(score, selection)
    rows, table = selection.rows(score), selection.table(score)
    return _edited(score, selection, table, rows, {"start": span[0] + span[1] - table.end[rows]})


def stretch(score: Score, selection: Selection, factor: float) -> Edited:
    """Make the selected phrase `factor` times as long from its first start on: 2 is half speed."""
    span = selection.span(score)
    if span is None or factor <= 0:
        return Edited(score, selection)
    rows, table = selection.rows(score), selection.table(score)
    factor = min(factor, (LAST_TICK - span[0]) / max(span[1] - span[0], 1))
    start = span[0] + np.rint((table.start[rows] - span[0]) * factor).astype(np.int64)
    end = span[0] + np.rint((table.end[rows] - span[0]) * factor).astype(np.int64)
    return _edited(score, selection, table, rows, {"start": start, "length": np.maximum(end - start, 1)})


def _swung(grid: Grid, ticks: Any, swing: float) -> Any:
    """The nearest line of each tick, every second one late by what `swing` says."""
    line = np.asarray(grid.nearest(ticks))
    if swing == STRAIGHT:
        return line
    late = round((min(max(swing, 0.5), 0.75) * 2 - 1) * float(grid.ticks))
    return line + grid.parity(ticks) * late


def _edited(score: Score, selection: Selection, table: NoteTable, rows: Any, columns: dict[str, Any]) -> Edited:
    changed = {name: new for name, new in columns.items() if not np.array_equal(new, getattr(table, name)[rows])}
    if not changed:
        return Edited(score, selection)
    return Edited(with_notes(score, selection.track, table.replaced(rows, **changed)), selection)
