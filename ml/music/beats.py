"""Strong beats and grids: where in a bar the weight lies, in ticks under any metre."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music.time_map import Metre, TimeMap

Ticks = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOLERANCE = 48
"""An onset closer to a beat than this part of a quarter is on it: played music is never exact."""

FAR = 1 << 50


def strong_beats(metre: Metre) -> tuple[int, ...]:
    """Which of the metre's beats (from 0, each 1/denominator) are strong.

    Up to three beats: the first (2/4, 3/4, 3/8), but each where a beat is a half note or longer (2/2, 3/2).
    Multiples of three: each group of three (6/8, 9/8, 12/8, 6/4). Others: the first and the one that begins the
    second half, the longer part first (4/4: beats 1 and 3; 5/4: 1 and 4; 7/8: 1 and 5).
    """
    beats = metre.numerator
    if metre.denominator <= 2:
        return tuple(range(beats))
    if beats <= 3:
        return (0,)
    if beats % 3 == 0:
        return tuple(range(0, beats, 3))
    return (0, (beats + 1) // 2)


def felt_beats(metre: Metre) -> tuple[int, ...]:
    """Where a listener taps, in beats of 1/denominator from 0: groups of three in compound metres, else each beat."""
    compound = metre.denominator >= 8 and metre.numerator % 3 == 0
    return tuple(range(0, metre.numerator, 3 if compound else 1))


def beat_ticks(time_map: TimeMap, start_tick: int, end_tick: int, *, strong: bool) -> Ticks:
    """Ticks of the strong (or else felt) beats in [start_tick, end_tick), ascending; shape (found,)."""
    ticks: list[int] = []
    first = time_map.bar_start(time_map.bar_at(max(start_tick, 0)))
    lines = time_map.bar_lines(first, end_tick)
    for line in lines:
        metre, next_line = time_map.metre_at(line), time_map.bar_start(time_map.bar_at(line) + 1)
        for beat in strong_beats(metre) if strong else felt_beats(metre):
            tick = line + time_map.ticks_per_quarter * 4 * beat // metre.denominator
            if start_tick <= tick < min(end_tick, next_line):
                ticks.append(tick)
    return np.array(sorted(set(ticks)), np.int64)


def on_strong_beat(time_map: TimeMap, ticks: Ticks) -> Bools:
    """Which ticks fall on a strong beat, give or take less than 1/48 of a quarter; shape of `ticks` (n,)."""
    if not len(ticks):
        return np.zeros(0, bool)
    slack = time_map.ticks_per_quarter // TOLERANCE + 1
    beats = beat_ticks(time_map, max(int(ticks.min()) - slack, 0), int(ticks.max()) + slack + 1, strong=True)
    distance = ticks_to_nearest(beats, ticks)
    near: Bools = (distance == 0) | (distance * TOLERANCE < time_map.ticks_per_quarter)
    return near


def ticks_to_nearest(places: Ticks, ticks: Ticks) -> Ticks:
    """How far each tick is from the nearest of the ascending `places`; very far without any. Shape of `ticks` (n,)."""
    if not len(places):
        return np.full(len(ticks), FAR)
    after = np.searchsorted(places, ticks)
    ahead, behind = places[np.minimum(after, len(places) - 1)], places[np.maximum(after - 1, 0)]
    nearest: Ticks = np.minimum(np.abs(ahead - ticks), np.abs(ticks - behind))
    return nearest


def grid_ticks(time_map: TimeMap, divisions: int, start_tick: int, end_tick: int) -> Ticks:
    """Ticks of the grid of `divisions` to a quarter in [start_tick, end_tick), counted from each bar line.

    Places between ticks are rounded to the nearest, halves up. Ascending, shape (found,).
    """
    found: list[Ticks] = []
    first = time_map.bar_start(time_map.bar_at(max(start_tick, 0)))
    for line in time_map.bar_lines(first, end_tick):
        ticks = time_map.bar_start(time_map.bar_at(line) + 1) - line
        count = -(-ticks * divisions // time_map.ticks_per_quarter)
        places = (2 * np.arange(count) * time_map.ticks_per_quarter + divisions) // (2 * divisions)
        found.append(line + places[places < ticks])
    every = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return every[(every >= start_tick) & (every < end_tick)].astype(np.int64)


def on_grid(time_map: TimeMap, ticks: Ticks, divisions: int) -> Bools:
    """Which ticks are those of the grid, exactly; shape of `ticks` (n,)."""
    if not len(ticks):
        return np.zeros(0, bool)
    found: Bools = np.isin(ticks, grid_ticks(time_map, divisions, int(ticks.min()), int(ticks.max()) + 1))
    return found
