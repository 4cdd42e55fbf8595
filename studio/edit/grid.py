"""Grids: where notes snap to, the choices a user has, and how a drag keeps a note's own offset."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.music import TimeMap

Ticks = NDArray[np.int64]


class Snap(Enum):
    """What a grid does to a place: OFF nothing; OFFSET keeps how far a note lay off the grid; LINES does not."""

    OFF = "off"
    OFFSET = "keep offset"
    LINES = "to lines"


@dataclass(frozen=True)
class Grid:
    """Lines every `ticks` (a Fraction where they do not divide evenly), counted anew from each bar line.

    So the grid fits any metre, and a bar line is always a line. Without a time map lines are counted from
    tick 0. Every method takes a tick or an array of ticks. Ticks before 0 are taken as 0.
    """

    ticks: int | Fraction
    time_map: TimeMap | None = None

    def __post_init__(self) -> None:
        if self.ticks <= 0:
            raise ValueError(f"a grid needs lines at least a fraction of a tick apart, not {self.ticks}")

    @property
    def step_ticks(self) -> int:
        """The distance of two lines as a length for notes: whole ticks, at least 1."""
        return max(1, round(self.ticks))

    @overload
    def floor(self, tick: int) -> int: ...
    @overload
    def floor(self, tick: ArrayLike) -> Ticks | int: ...
    def floor(self, tick: ArrayLike) -> Ticks | int:
        """The last line at or before."""
        return _like(tick, self._around(tick)[0])

    @overload
    def ceil(self, tick: int) -> int: ...
    @overload
    def ceil(self, tick: ArrayLike) -> Ticks | int: ...
    def ceil(self, tick: ArrayLike) -> Ticks | int:
        """The first line at or after."""
        low, high, _ = self._around(tick)
        return _like(tick, np.where(low == np.maximum(np.asarray(tick, np.int64), 0), low, high))

    @overload
    def nearest(self, tick: int) -> int: ...
    @overload
    def nearest(self, tick: ArrayLike) -> Ticks | int: ...
    def nearest(self, tick: ArrayLike) -> Ticks | int:
        """The closest line; the later one of two that are equally close."""
        low, high, _ = self._around(tick)
        at = np.maximum(np.asarray(tick, np.int64), 0)
        return _like(tick, np.where(at - low < high - at, low, high))

    def next(self, tick: int) -> int:
        """The first line after `tick`."""
        return int(self._around(tick)[1])

    def previous(self, tick: int) -> int:
        """The last line before `tick`; 0 at the start of the song."""
        return self.floor(max(tick - 1, 0))

    def lines(self, start_tick: int, end_tick: int) -> Ticks:
        """The lines in [start_tick, end_tick), ascending; shape (lines,). The same that `nearest` snaps to."""
        start = self.ceil(max(start_tick, 0))
        if end_tick <= start:
            return np.zeros(0, np.int64)
        bars = [0] if self.time_map is None else [self.time_map.bar_start(self.time_map.bar_at(start))]
        if self.time_map is not None:
            bars += [line for line in self.time_map.bar_lines(start, end_tick) if line > bars[0]]
        parts = []
        for bar, bar_end in zip(bars, [*bars[1:], end_tick], strict=True):
            steps = np.arange(int((bar_end - bar) // self.ticks) + 2, dtype=np.int64)
            places = bar + self._place(steps)
            parts.append(places[(places >= start) & (places < bar_end)])
        return np.unique(np.concatenate(parts))

    def parity(self, tick: ArrayLike) -> NDArray[np.int64]:
        """0 where the nearest line is an even one of its bar (on the beat), 1 where it is an odd one."""
        nearest = np.asarray(self.nearest(np.asarray(tick, np.int64)))
        return self._around(nearest)[2] % 2

    def _place(self, steps: Ticks) -> Ticks:
        """Ticks from the bar line to line number `steps`."""
        step = Fraction(self.ticks)
        return (2 * steps * step.numerator + step.denominator) // (2 * step.denominator)

    def _around(self, tick: ArrayLike) -> tuple[Ticks, Ticks, Ticks]:
        """The last line at or before each tick, the next line after that, and the number of the former."""
        at = np.maximum(np.asarray(tick, np.int64), 0)
        bar, bar_end = _bars_around(self.time_map, at)
        step = Fraction(self.ticks)
        into = at - bar
        # With a fractional step the places of lines are rounded: the division may be off by one.
        number = into * step.denominator // step.numerator + 1
        while np.any(late := self._place(number) > into):
            number = number - late
        low = bar + self._place(number)
        return low, np.minimum(np.maximum(bar + self._place(number + 1), low + 1), bar_end), number


def _bars_around(time_map: TimeMap | None, at: Ticks) -> tuple[Ticks, Ticks]:
    """Start of the bar that holds each tick, and start of the next one; without a time map one endless bar."""
    if time_map is None:
        return np.zeros_like(at), np.full_like(at, np.iinfo(np.int64).max)
    starts = np.array([metre.tick for metre in time_map.metres], np.int64)
    ends = np.append(starts[1:], np.iinfo(np.int64).max)
    lengths = np.array([time_map.bar_ticks(metre) for metre in time_map.metres], np.int64)
    segment = np.maximum(np.searchsorted(starts, at, "right") - 1, 0)
    bar = at - (at - starts[segment]) % lengths[segment]
    return bar, np.minimum(bar + lengths[segment], ends[segment])


def _like(asked: ArrayLike, result: Ticks) -> Ticks | int:
    return int(result) if np.ndim(asked) == 0 else result


def snap(grid: Grid, tick: int, mode: Snap = Snap.LINES) -> int:
    """Where a click or a playhead at `tick` goes: the closest line, or `tick` itself when snap is off."""
    return max(tick, 0) if mode is Snap.OFF else grid.nearest(tick)


def snapped_move(grid: Grid, origin_tick: int, d_ticks: int, mode: Snap = Snap.OFFSET) -> int:
    """How far a note that lay at `origin_tick` moves when the mouse went `d_ticks`.

    OFFSET moves by whole grid steps, so a note that was a little late stays a little late; LINES puts the
    note on a line; OFF follows the mouse.
    """
    if mode is Snap.OFF:
        return d_ticks
    base = grid.floor(origin_tick) if mode is Snap.OFFSET else origin_tick
    if mode is Snap.OFFSET and abs(d_ticks) * 2 < grid.ticks:
        return 0
    return grid.nearest(base + d_ticks) - base


@dataclass(frozen=True, slots=True)
class GridChoice:
    """A grid as musicians name it. `whole` is its step as a part of a whole note."""

    label: str
    whole: Fraction

    def ticks(self, ticks_per_quarter: int) -> int:
        """The step in whole ticks, at least 1, for note lengths and nudges."""
        return max(1, round(self.whole * 4 * ticks_per_quarter))

    def grid(self, time_map: TimeMap) -> Grid:
        """The grid over a piece, exact also where the step is no whole number of ticks."""
        return Grid(max(self.whole * 4 * time_map.ticks_per_quarter, Fraction(1)), time_map)


def _choices() -> tuple[GridChoice, ...]:
    sizes = (1, 2, 4, 8, 16, 32, 64)
    straight = [GridChoice(f"1/{size}", Fraction(1, size)) for size in sizes]
    triplet = [GridChoice(f"1/{size} triplet", Fraction(2, 3 * size)) for size in sizes[1:]]
    dotted = [GridChoice(f"1/{size} dotted", Fraction(3, 2 * size)) for size in sizes[1:]]
    return (*straight, *triplet, *dotted)


GRID_CHOICES = _choices()
"""1/1 to 1/64 straight, then triplets, then dotted, each from coarse to fine."""


def grid_choice(label: str) -> GridChoice:
    """The choice with this label; raises KeyError when there is none."""
    return {choice.label: choice for choice in GRID_CHOICES}[label]
