"""Clicks on the beats of a tempo and metre map, and for counting in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ml.music import TimeMap

ACCENT_KEY, BEAT_KEY = 76, 77
"""General MIDI wood blocks, high and low."""
CLICK_S = 0.05
MIN_BEAT_S = 0.05
"""Beats and bars that follow faster are not clicked: a hostile metre could ask for thousands a second."""


@dataclass(frozen=True, slots=True)
class Click:
    """One click at `at_s` seconds of the piece; `accent` on the first beat of a bar."""

    at_s: float
    accent: bool

    def note(self, volume: int) -> tuple[int, int]:
        """Key and velocity of the click at a volume of 0 to 127."""
        return (ACCENT_KEY, max(volume, 1)) if self.accent else (BEAT_KEY, max(volume * 3 // 4, 1))


def clicks_between(time_map: TimeMap, start_s: float, end_s: float) -> Iterator[Click]:
    """The clicks in [start_s, end_s) of the piece: each beat of the metre, as its denominator counts.

    Whether a beat is clicked depends on its bar alone, so that windows side by side miss and repeat nothing.
    """
    start_tick = max(0, int(time_map.tick(max(start_s, 0.0))) - 1)
    bar = time_map.bar_at(start_tick)
    while (bar_s := time_map.seconds(time_map.bar_start(bar))) < end_s:
        first_tick, next_tick = time_map.bar_start(bar), time_map.bar_start(bar + 1)
        length_s = time_map.seconds(next_tick) - bar_s
        if length_s < MIN_BEAT_S:
            bar = max(bar + 1, time_map.bar_at(int(time_map.tick(bar_s + MIN_BEAT_S / 2))))
            continue
        step = _beat_ticks(time_map, first_tick)
        if length_s * step / (next_tick - first_tick) < MIN_BEAT_S:
            step = next_tick - first_tick
        skipped = max(0, (start_tick - first_tick) // step)
        for tick in range(first_tick + skipped * step, next_tick, step):
            at_s = time_map.seconds(tick)
            if at_s >= end_s:
                return
            if at_s >= start_s:
                yield Click(at_s, accent=tick == first_tick)
        bar += 1


def count_in(time_map: TimeMap, position_s: float, bars: int) -> tuple[float, list[Click]]:
    """How long a count-in of `bars` bars before `position_s` lasts, and its clicks from 0 s on.

    It goes at the tempo and in the metre of that place, and in step with its bar: starting in the middle
    of a bar, the part of the bar before it is counted too.
    """
    tick = max(0, round(time_map.tick(max(position_s, 0.0))))
    metre = time_map.metre_at(tick)
    beat_ticks = _beat_ticks(time_map, tick)
    second_per_tick = time_map.seconds(tick + 1) - time_map.seconds(tick)
    into_bar = tick - time_map.bar_start(time_map.bar_at(tick))
    total_ticks = bars * time_map.bar_ticks(metre) + into_bar
    if beat_ticks * second_per_tick < MIN_BEAT_S:
        return 0.0, []
    clicks = [
        Click(beat * beat_ticks * second_per_tick, accent=beat % metre.numerator == 0)
        for beat in range(-(-total_ticks // beat_ticks))
    ]
    return total_ticks * second_per_tick, clicks


def _beat_ticks(time_map: TimeMap, tick: int) -> int:
    return max(1, time_map.ticks_per_quarter * 4 // time_map.metre_at(tick).denominator)
