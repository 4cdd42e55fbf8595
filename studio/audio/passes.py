"""Passes: the stretches of a piece that follow each other on the output's clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studio.audio.metronome import Click
from studio.audio.plan import PlaybackPlan


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch of the piece to repeat, in seconds."""

    start_s: float
    end_s: float


@dataclass(eq=False, slots=True)
class Pass:
    """From `out_s` of the output's clock on, the piece is heard from `song_s` to `song_end_s`.

    `wraps` says that the loop follows; a pass that does not wrap and has an end stops playback there.
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
