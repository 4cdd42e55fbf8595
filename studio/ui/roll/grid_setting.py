"""GridSetting: the grid that the user chose, or one that follows the zoom, and how snapping treats it."""

from __future__ import annotations

from dataclasses import dataclass

from ml.music import TimeMap
from studio.edit.grid import GRID_CHOICES, Grid, GridChoice, Snap, grid_choice

DEFAULT_CHOICE = grid_choice("1/16")
ADAPTIVE_GAP_PX = 14
"""The adaptive grid is the finest straight one whose lines are at least this far apart."""


@dataclass(frozen=True, slots=True)
class GridSetting:
    """`choice` None adapts the grid to the zoom. `snap` OFF turns snapping off; the lines stay."""

    choice: GridChoice | None = DEFAULT_CHOICE
    snap: Snap = Snap.OFFSET

    def current(self, ticks_per_quarter: int, px_per_tick: float) -> GridChoice:
        """The choice in force at this zoom."""
        if self.choice is not None:
            return self.choice
        straight = [choice for choice in GRID_CHOICES if " " not in choice.label]
        wide = [c for c in straight if float(c.whole) * 4 * ticks_per_quarter * px_per_tick >= ADAPTIVE_GAP_PX]
        return min(wide or straight[:1], key=lambda choice: choice.whole)

    def grid(self, time_map: TimeMap, px_per_tick: float) -> Grid:
        return self.current(time_map.ticks_per_quarter, px_per_tick).grid(time_map)
