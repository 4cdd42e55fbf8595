"""Where bar, beat and grid lines lie: vectorised over bars, so that a far zoom stays cheap."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ml.music import TimeMap

MIN_GAP_PX = 7
"""Lines closer together than this are left out, the finest kind first."""

Ticks = NDArray[np.int64]


@dataclass(frozen=True)
class GridLines:
    """Ticks of the visible lines. `bars` may hold only every 2nd, 4th, ... bar; `numbers` are theirs, from 1."""

    bars: Ticks
    numbers: Ticks
    beats: Ticks
    steps: Ticks


def grid_lines(
    time_map: TimeMap, start_tick: int, end_tick: int, grid_step: int | Fraction, px_per_tick: float
) -> GridLines:
    """The lines in [start_tick, end_tick) that are at least `MIN_GAP_PX` apart. Grids start anew at every bar.

    `grid_step` is the distance of two grid lines in ticks, see `studio.edit.grid.Grid`.
    """
    bars: list[Ticks] = []
    numbers: list[Ticks] = []
    beats: list[Ticks] = []
    steps: list[Ticks] = []
    metres = time_map.metres
    for metre, following in zip(metres, (*metres[1:], None), strict=True):
        low = max(metre.tick, start_tick)
        high = end_tick if following is None else min(following.tick, end_tick)
        if low >= high:
            continue
        bar_ticks = time_map.bar_ticks(metre)
        first = time_map.bar_at(metre.tick)
        index = np.arange((low - metre.tick) // bar_ticks, (high - 1 - metre.tick) // bar_ticks + 1, dtype=np.int64)
        every = 1
        while bar_ticks * every * px_per_tick < MIN_GAP_PX:
            every *= 2
        kept = index[((index + first) % every == 0) & (metre.tick + index * bar_ticks >= low)]
        ticks = metre.tick + index * bar_ticks
        bars.append(metre.tick + kept * bar_ticks)
        numbers.append(kept + first + 1)
        beat_ticks = max(1, time_map.ticks_per_quarter * 4 // metre.denominator)
        for spacing, found in ((Fraction(beat_ticks), beats), (Fraction(grid_step), steps)):
            if spacing < bar_ticks and float(spacing) * px_per_tick >= MIN_GAP_PX:
                within = np.arange(1, int((bar_ticks - 1) / spacing) + 1) * float(spacing)
                lines = (ticks[:, None] + np.floor(within + 0.5).astype(np.int64)).ravel()
                found.append(lines[(lines >= low) & (lines < high)])
    return GridLines(*(_joined(parts) for parts in (bars, numbers, beats, steps)))


def _joined(parts: list[Ticks]) -> Ticks:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
