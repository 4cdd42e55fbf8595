"""Drags on the ruler: the loop in its upper half, the time selection in its lower half."""

from __future__ import annotations

from typing import Protocol

from studio.edit.grid import Snap
from studio.edit.selection import select_starting
from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.gesture import DRAG_PX

EDGE_PX = 5


class RulerDrag(Protocol):
    """From press to release along the ruler; `x` in pixels of the note area."""

    dragged: bool

    def begin(self, x: float) -> None: ...

    def update(self, x: float, *, bypassed: bool = False) -> None: ...

    def cancel(self) -> None: ...


def _snapped(context: RollContext, x: float, bypassed: bool) -> int:
    tick = max(0, round(context.viewport.tick(x)))
    return tick if context.snap(bypassed) is Snap.OFF else context.grid.nearest(tick)


class LoopDrag:
    """Over an edge of the loop it moves that edge, else it draws a new loop."""

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self.dragged = False

    def edge_at(self, x: float) -> int | None:
        """0 or 1 for the left or right edge of the loop under `x`."""
        if self._context.loop is None:
            return None
        places = [abs(float(self._context.viewport.x(tick)) - x) for tick in self._context.loop]
        nearest = 0 if places[0] < places[1] else 1
        return nearest if places[nearest] <= EDGE_PX else None

    def begin(self, x: float) -> None:
        self._before = self._context.loop
        self._press_x = x
        edge = self.edge_at(x)
        fixed = None if edge is None or self._before is None else self._before[1 - edge]
        self._anchor = _snapped(self._context, x, bypassed=False) if fixed is None else fixed

    def update(self, x: float, *, bypassed: bool = False) -> None:
        self.dragged = self.dragged or abs(x - self._press_x) > DRAG_PX
        here = _snapped(self._context, x, bypassed)
        if self.dragged and here != self._anchor:
            self._context.loop = (min(here, self._anchor), max(here, self._anchor))

    def cancel(self) -> None:
        self._context.loop = self._before


class RangeDrag:
    """Marks a stretch of time, and selects the notes of the current track that start in it."""

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self.dragged = False

    def begin(self, x: float) -> None:
        self._before = self._context.time_selection, self._context.document.selection
        self._press_x = x
        self._anchor = _snapped(self._context, x, bypassed=False)

    def update(self, x: float, *, bypassed: bool = False) -> None:
        self.dragged = self.dragged or abs(x - self._press_x) > DRAG_PX
        here = _snapped(self._context, x, bypassed)
        if self.dragged and here != self._anchor:
            ticks = (min(here, self._anchor), max(here, self._anchor))
            self._context.time_selection = ticks
            document = self._context.document
            document.select(select_starting(document.score, document.current_track, *ticks))

    def cancel(self) -> None:
        self._context.time_selection, selection = self._before
        self._context.document.select(selection)
