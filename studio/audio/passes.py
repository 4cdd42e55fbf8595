"""Passes: the stretches of a piece that follow each other on the output's clock, and when another plan takes over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from ml.music import TimeMap
from studio.audio.metronome import Click
from studio.audio.plan import PlaybackPlan


class SwitchWhen(Enum):
    """When another plan takes over while playing: at once, at the next bar line, or when the loop comes round."""

    NOW = "now"
    BAR = "bar"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan that takes over when `song_s` is reached, None for the loop point, or else when the loop comes round."""

    plan: PlaybackPlan
    serial: int
    song_s: float | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch of the piece to repeat, in seconds."""

    start_s: float
    end_s: float

    def moved(self, before: TimeMap, after: TimeMap) -> Loop:
        """The same musical stretch in seconds of another time map."""
        return Loop(moved(self.start_s, before, after), moved(self.end_s, before, after))


@dataclass(eq=False, slots=True)
class Pass:
    """From `out_s` of the output's clock on, the piece is heard from `song_s` to `song_end_s`.

    `wraps` says that the loop follows, `joins` that another plan goes on in the middle of the piece; a pass that does
    neither and has an end stops playback there.
    `count_in` holds clicks by the output's clock, before `out_s`. `begun` says that the receiver's state at
    the start was handed out; what was due by `sent_s` of the output was sent before. `next_note`,
    `next_control` and `next_count_in` are the first rows of the plan and of the count-in not yet handed
    out, `next_click_s` the place in the piece from which to click.
    """

    out_s: float
    song_s: float
    song_end_s: float
    wraps: bool
    plan: PlaybackPlan
    serial: int
    joins: bool = False
    count_in: tuple[Click, ...] = ()
    begun: bool = False
    sent_s: float = -math.inf
    next_note: int = 0
    next_control: int = 0
    next_click_s: float = 0.0
    next_count_in: int = 0

    @property
    def out_end_s(self) -> float:
        return self.out_s + (self.song_end_s - self.song_s) if math.isfinite(self.song_end_s) else math.inf

    def out_at(self, song_s: float) -> float:
        """The output's time at which a place of the piece is heard in this pass."""
        return self.out_s + (song_s - self.song_s)

    def song_at(self, out_s: float) -> float:
        """The place of the piece heard at a time of the output, within the pass."""
        return min(max(self.song_s + (out_s - self.out_s), self.song_s), self.song_end_s)


def moved(song_s: float, before: TimeMap, after: TimeMap) -> float:
    """The same musical place, counted in quarters, in seconds of another time map."""
    if before == after:
        return song_s
    return float(after.seconds(before.tick(song_s) * after.ticks_per_quarter / before.ticks_per_quarter))
