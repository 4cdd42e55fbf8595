"""DrawVelocity: a line drawn across the lane sets the velocities that it passes; Shift makes it straight."""

from __future__ import annotations

import numpy as np

from studio.edit.operations.velocity import set_velocities
from studio.ui.lanes.stems import velocity_at
from studio.ui.roll.context import RollContext


class DrawVelocity:
    """Freehand it remembers the last height at every note it passed; when notes are selected, only they change."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, x: float, y: float, lane_height: int) -> None:
        self._press = self._last = (self._tick(x), velocity_at(y, lane_height))
        self._drawn: dict[int, int] = {}
        self.line: tuple[tuple[float, int], tuple[float, int]] | None = None
        """The straight line that is being drawn, as two (tick, velocity), for the lane to show."""
        self._sweep(self._press, self._press)

    def _tick(self, x: float) -> float:
        return max(0.0, float(self._context.viewport.tick(x)))

    def update(self, x: float, y: float, lane_height: int, *, straight: bool = False) -> None:
        here = (self._tick(x), velocity_at(y, lane_height))
        if straight:
            self._drawn = {}
            self._sweep(self._press, here)
            self.line = (self._press, here)
        else:
            self._sweep(self._last, here)
            self.line = None
        self._last = here
        self._context.statusText.emit(f"Velocity {here[1]}")

    def _sweep(self, first: tuple[float, int], last: tuple[float, int]) -> None:
        """Give the notes that start between two places the velocities of the line between them."""
        context, table = self._context, self._context.notes
        (low, low_velocity), (high, high_velocity) = sorted((first, last))
        reach = 3 / context.viewport.px_per_tick
        found = table.starting(int(low - reach), int(high + reach) + 1)
        ids, start = table.id[found], table.start[found]
        if context.document.selection.ids:
            chosen = context.is_selected(ids)
            ids, start = ids[chosen], start[chosen]
        velocity = np.full(len(ids), high_velocity) if high - low < 1 else np.rint(
            np.interp(start, (low, high), (low_velocity, high_velocity)))  # fmt: skip
        self._drawn.update(zip(ids.tolist(), velocity.astype(int).tolist(), strict=True))

    def shown(self) -> dict[int, int]:
        """Velocities by note id as they would be."""
        return self._drawn

    def end(self) -> None:
        document = self._context.document
        edited = set_velocities(document.score, document.selection, self._drawn)
        document.commit("Draw velocities", edited.score, selection=document.selection)
