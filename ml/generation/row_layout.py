"""Which bars and notes fit into one row: what lies ahead first, then the past and the future share what is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.tensors.bar_grid import BarGrid

Array = NDArray[np.int64]
Bools = NDArray[np.bool_]

AHEAD_SHARE, FUTURE_SHARE = 0.6, 1 / 3
"""Most of the room that given notes of the region may take; what the future gets of the rest where all want more."""
PAST_BARS, FUTURE_BARS = 128, 64
"""Rows reach so far; the models have met no longer ones."""


@dataclass(frozen=True)
class Layout:
    """`first_bar`, `end_bar`, `given_end_bar` as in `Window`; `rows` (notes,) are shown; `cut`: notes of bars that
    the row covers are left out."""

    first_bar: int
    end_bar: int
    given_end_bar: int
    rows: Bools
    cut: bool


def lay_out(
    onset: Array, own: Bools, told: Array, grid: BarGrid, lowest: int, here: int, end_bar: int, future: bool, room: int
) -> Layout:  # fmt: skip
    """Choose for at most `room` events.

    `onset` (notes,) ascending, of given and written notes; `own` marks notes of asked parts; `told` (events,) are the
    onsets of chords and kept rhythm. The row begins at bar `lowest` or later; `here` is the bar where the music goes
    on; what is asked ends at `end_bar`. `future`: notes after it are given.
    """
    told = np.sort(told)

    def count(first: int, last: int) -> int:
        edges = (grid.start(first), grid.start(last))
        return int(np.diff(np.searchsorted(onset, edges))[0] + np.diff(np.searchsorted(told, edges))[0])

    rows = np.ones(len(onset), bool)
    horizon = furthest(lambda bar: count(here, bar), here, end_bar, int(room * AHEAD_SHARE))
    cut = horizon == here
    if cut:
        horizon = here + 1
        inside = slice(*np.searchsorted(onset, (grid.start(here), grid.start(horizon))).tolist())
        rows[inside] = thinned(own[inside], int(room * AHEAD_SHARE))
        left = room - int(rows[inside].sum())
    else:
        left = room - count(here, horizon)
    earliest = max(lowest, here - PAST_BARS)
    given_end = horizon
    if future and horizon == end_bar:
        for_future = max(int(left * FUTURE_SHARE), left - count(earliest, here))
        given_end = furthest(lambda bar: count(end_bar, bar), end_bar, end_bar + FUTURE_BARS, for_future)
        left -= count(end_bar, given_end)
    first = here - furthest(lambda back: count(here - back, here), 0, max(here - earliest, 0), left)
    if first == here and here > earliest and left > 0:
        # Not even one bar fits: its last notes do.
        last_note = int(np.searchsorted(onset, grid.start(here)))
        rows[: max(last_note - left, 0)] = False
        first, cut = here - 1, True
    return Layout(first, horizon, given_end, rows, cut)


def furthest(count: Callable[[int], int], low: int, high: int, most: int) -> int:
    """The largest n in [low, high] with count(n) <= most, by bisection; `low` where there is none."""
    while low < high:
        middle = (low + high + 1) // 2
        if count(middle) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def thinned(own: Bools, most: int) -> Bools:
    """At most so many notes of one bar: the last own ones, and others spread evenly."""
    shown = np.zeros(len(own), bool)
    shown[np.flatnonzero(own)[-most:]] = True
    room = most - int(shown.sum())
    others = np.flatnonzero(~own)
    if room > 0 and len(others):
        shown[others[np.unique(np.linspace(0, len(others) - 1, min(room, len(others))).astype(np.int64))]] = True
    return shown
