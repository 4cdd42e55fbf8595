"""Viewport: which ticks and pitches the roll shows, and where they lie in pixels. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

PITCHES = 128
MIN_ROW_PX, MAX_ROW_PX = 4, 44
MIN_PX_PER_QUARTER, MAX_PX_PER_QUARTER = 0.5, 2400.0


@dataclass(frozen=True, slots=True)
class Viewport:
    """Pixels are logical pixels of the note area, x to the right, y downwards, pitch 127 on top.

    `left_tick` is the tick at x = 0, `top_px` how far pitch 127 is scrolled off upwards; `row_px` is a
    whole number, so that all rows are equally high.
    """

    left_tick: float = 0.0
    px_per_tick: float = 0.1
    top_px: int = 0
    row_px: int = 16
    width: int = 800
    height: int = 400

    # --- mapping (scalars or numpy arrays)

    def x(self, tick: Any) -> Any:
        return (tick - self.left_tick) * self.px_per_tick

    def tick(self, x: Any) -> Any:
        """The fractional tick at `x`."""
        return x / self.px_per_tick + self.left_tick

    def y(self, pitch: Any) -> Any:
        """Upper edge of the row of `pitch`."""
        return (PITCHES - 1 - pitch) * self.row_px - self.top_px

    def pitch(self, y: float) -> int:
        """The pitch whose row holds `y`, clamped to 0 to 127."""
        row = int((y + self.top_px) // self.row_px)
        return min(max(PITCHES - 1 - row, 0), PITCHES - 1)

    @property
    def right_tick(self) -> float:
        """The tick at the right edge."""
        return self.tick(self.width)

    @property
    def highest_pitch(self) -> int:
        return self.pitch(0)

    @property
    def lowest_pitch(self) -> int:
        return self.pitch(self.height - 1)

    # --- moving it (each returns a new viewport, kept inside the piece)

    def clamped(self) -> Viewport:
        """This viewport with no tick before 0 and no row outside 0 to 127 shown, where that is possible."""
        lowest_top = max(0, PITCHES * self.row_px - self.height)
        return replace(self, left_tick=max(0.0, self.left_tick), top_px=min(max(self.top_px, 0), lowest_top))

    def resized(self, width: int, height: int) -> Viewport:
        """The same place in a note area of another size, keeping the pitch in the middle."""
        top = self.top_px + (self.height - height) // 2
        return replace(self, width=max(1, width), height=max(1, height), top_px=top).clamped()

    def scrolled(self, dx_px: float, dy_px: float) -> Viewport:
        """Moved by pixels: positive `dx_px` shows later music, positive `dy_px` lower pitches."""
        left = self.left_tick + dx_px / self.px_per_tick
        return replace(self, left_tick=left, top_px=round(self.top_px + dy_px)).clamped()

    def time_zoomed(self, factor: float, x: float, ticks_per_quarter: int) -> Viewport:
        """Zoomed in time (factor > 1 is closer) with the tick at `x` staying where it is."""
        low, high = MIN_PX_PER_QUARTER / ticks_per_quarter, MAX_PX_PER_QUARTER / ticks_per_quarter
        scale = min(max(self.px_per_tick * factor, low), high)
        return replace(self, px_per_tick=scale, left_tick=self.tick(x) - x / scale).clamped()

    def pitch_zoomed(self, steps: int, y: float) -> Viewport:
        """Rows `steps` notches higher (or lower when negative) with the pitch at `y` staying where it is."""
        row = self.row_px
        for _ in range(abs(steps)):
            row = row + max(1, row // 8) if steps > 0 else row - max(1, row // 9)
        row = min(max(row, MIN_ROW_PX), MAX_ROW_PX)
        top = (y + self.top_px) / self.row_px * row - y
        return replace(self, row_px=row, top_px=round(top)).clamped()

    def showing(self, start_tick: float, end_tick: float, ticks_per_quarter: int) -> Viewport:
        """Zoomed and scrolled in time so that the range fills the width with a little room around it."""
        span = max(end_tick - start_tick, ticks_per_quarter / 4)
        low, high = MIN_PX_PER_QUARTER / ticks_per_quarter, MAX_PX_PER_QUARTER / ticks_per_quarter
        scale = min(max(self.width / (span * 1.04), low), high)
        room = max(0.0, self.width / scale - span) / 2 if span * 1.04 >= end_tick else span * 0.02
        return replace(self, px_per_tick=scale, left_tick=start_tick - min(room, span * 0.02)).clamped()

    def showing_pitches(self, lowest: int, highest: int, zoom: bool = True) -> Viewport:
        """Scrolled, and with `zoom` also scaled between 8 and 24 px, so that the pitches lie in the middle."""
        rows = highest - lowest + 1
        row = min(max(self.height // (rows + 4), 8), 24) if zoom else self.row_px
        middle = (PITCHES - 1 - (lowest + highest) / 2 + 0.5) * row
        return replace(self, row_px=row, top_px=round(middle - self.height / 2)).clamped()

    def revealing(self, tick: float) -> Viewport:
        """Paged so that `tick` is in sight; the same viewport when it is already."""
        if self.left_tick <= tick < self.right_tick:
            return self
        margin = min(24.0, self.width / 8)
        return replace(self, left_tick=tick - margin / self.px_per_tick).clamped()
