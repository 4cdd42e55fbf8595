"""Ticks, seconds and bar:beat under tempo and metre changes: the one place that converts time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT_US_PER_QUARTER = 500_000
MAX_US_PER_QUARTER = 0xFFFFFF
MAX_TICKS_PER_QUARTER = 0x7FFF
"""What the header of a MIDI file can state."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """From `tick` on, a quarter lasts `us_per_quarter` microseconds (1 to 2**24 - 1)."""

    tick: int
    us_per_quarter: int

    @property
    def qpm(self) -> float:
        """Quarters per minute."""
        return 60e6 / self.us_per_quarter

    @staticmethod
    def of_qpm(tick: int, qpm: float) -> Tempo:
        return Tempo(tick, min(max(round(60e6 / max(qpm, 1.0)), 1), MAX_US_PER_QUARTER))


@dataclass(frozen=True, slots=True)
class Metre:
    """From `tick` on, a bar has `numerator` beats of a 1/`denominator` note (a power of two)."""

    tick: int
    numerator: int
    denominator: int

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True)
class BarBeat:
    """A place in the music as musicians count: bar and beat from 1, then ticks into the beat."""

    bar: int
    beat: int
    tick: int

    def __str__(self) -> str:
        return f"{self.bar}:{self.beat}:{self.tick:03d}"


@dataclass(frozen=True)
class TimeMap:
    """Tempo and metre of a whole piece. Both lists are made to start at tick 0 and to be sorted.

    A metre change that falls inside a bar ends that bar early, as MIDI files do it.
    `ticks_per_second` is set for files with SMPTE division: tempo then has no effect on seconds.
    """

    ticks_per_quarter: int = 960
    tempos: tuple[Tempo, ...] = ()
    metres: tuple[Metre, ...] = ()
    ticks_per_second: float | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.ticks_per_quarter <= MAX_TICKS_PER_QUARTER:
            raise ValueError(f"ticks per quarter must be 1 to {MAX_TICKS_PER_QUARTER}, not {self.ticks_per_quarter}")
        if self.ticks_per_second is not None and not 0 < self.ticks_per_second < math.inf:
            raise ValueError(f"ticks per second must be positive, not {self.ticks_per_second}")
        tempos = {t.tick: t for t in self.tempos if t.us_per_quarter > 0 and t.tick >= 0}
        tempos.setdefault(0, Tempo(0, DEFAULT_US_PER_QUARTER))
        metres = {m.tick: m for m in self.metres if m.numerator > 0 and m.denominator > 0 and m.tick >= 0}
        metres.setdefault(0, Metre(0, 4, 4))
        object.__setattr__(self, "tempos", tuple(tempos[t] for t in sorted(tempos)))
        object.__setattr__(self, "metres", tuple(metres[t] for t in sorted(metres)))

    # --- seconds

    @cached_property
    def _tempo_segments(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Start tick, start second and seconds per tick of each tempo segment, shape (segments,)."""
        if self.ticks_per_second is not None:
            return np.zeros(1), np.zeros(1), np.array([1.0 / self.ticks_per_second])
        ticks = np.array([t.tick for t in self.tempos], np.float64)
        rate = np.array([t.us_per_quarter for t in self.tempos], np.float64) / (1e6 * self.ticks_per_quarter)
        seconds = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * rate[:-1])])
        return ticks, seconds, rate

    def seconds(self, tick: Any) -> Any:
        """Seconds from the start of the piece to `tick` (scalar or array)."""
        ticks, seconds, rate = self._tempo_segments
        at = np.asarray(tick, np.float64)
        segment = np.maximum(np.searchsorted(ticks, at, "right") - 1, 0)
        result = seconds[segment] + (at - ticks[segment]) * rate[segment]
        return float(result) if result.ndim == 0 else result

    def tick(self, seconds: Any) -> Any:
        """The (fractional) tick at `seconds` from the start; the inverse of `seconds`."""
        ticks, starts, rate = self._tempo_segments
        at = np.asarray(seconds, np.float64)
        segment = np.maximum(np.searchsorted(starts, at, "right") - 1, 0)
        result = ticks[segment] + (at - starts[segment]) / rate[segment]
        return float(result) if result.ndim == 0 else result

    def tempo_at(self, tick: int) -> Tempo:
        return self.tempos[max(0, int(np.searchsorted([t.tick for t in self.tempos], tick, "right")) - 1)]

    # --- bars

    def bar_ticks(self, metre: Metre) -> int:
        """Length of a full bar of `metre` in ticks, at least 1."""
        return max(1, self.ticks_per_quarter * 4 * metre.numerator // metre.denominator)

    @cached_property
    def _metre_segments(self) -> tuple[list[int], list[int]]:
        """Start tick and first bar (from 0) of each metre segment."""
        ticks, bars = [0], [0]
        for before, metre in zip(self.metres, self.metres[1:], strict=False):
            ticks.append(metre.tick)
            bars.append(bars[-1] + math.ceil((metre.tick - before.tick) / self.bar_ticks(before)))
        return ticks, bars

    def _segment_at(self, tick: int) -> int:
        return max(0, int(np.searchsorted(self._metre_segments[0], tick, "right")) - 1)

    def metre_at(self, tick: int) -> Metre:
        return self.metres[self._segment_at(tick)]

    def bar_at(self, tick: int) -> int:
        """Number of the bar (from 0) that holds `tick`; negative ticks count on in the first metre."""
        segment = self._segment_at(tick)
        start, bar = self._metre_segments[0][segment], self._metre_segments[1][segment]
        return bar + (tick - start) // self.bar_ticks(self.metres[segment])

    def bar_start(self, bar: int) -> int:
        """Tick at which bar number `bar` (from 0) starts."""
        ticks, bars = self._metre_segments
        segment = max(0, int(np.searchsorted(bars, bar, "right")) - 1)
        return ticks[segment] + (bar - bars[segment]) * self.bar_ticks(self.metres[segment])

    def bar_lines(self, start_tick: int, end_tick: int) -> list[int]:
        """Ticks of the bar lines in [start_tick, end_tick)."""
        bar = self.bar_at(max(0, start_tick))
        lines: list[int] = []
        while (line := self.bar_start(bar)) < end_tick:
            if line >= start_tick:
                lines.append(line)
            bar += 1
        return lines

    def ceil_bar(self, tick: int) -> int:
        """The first bar line at or after `tick`."""
        bar = self.bar_at(tick)
        return tick if self.bar_start(bar) == tick else self.bar_start(bar + 1)

    def bar_beat(self, tick: int) -> BarBeat:
        bar = self.bar_at(tick)
        metre = self.metre_at(tick)
        beat_ticks = max(1, self.ticks_per_quarter * 4 // metre.denominator)
        beat, rest = divmod(tick - self.bar_start(bar), beat_ticks)
        return BarBeat(bar + 1, beat + 1, rest)

    # --- changing it

    def with_tempo(self, tempo: Tempo) -> TimeMap:
        """The map with `tempo` set at its tick, replacing one that stood there."""
        kept = tuple(t for t in self.tempos if t.tick != tempo.tick)
        return TimeMap(self.ticks_per_quarter, (*kept, tempo), self.metres, self.ticks_per_second)

    def with_metre(self, metre: Metre) -> TimeMap:
        """The map with `metre` set at its tick, replacing one that stood there."""
        kept = tuple(m for m in self.metres if m.tick != metre.tick)
        return TimeMap(self.ticks_per_quarter, self.tempos, (*kept, metre), self.ticks_per_second)
