"""Stems: one per note at its start, as high as its velocity; where they are and which one the mouse means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.ui.roll.context import RollContext

REACH_PX = 6
"""How far to the side of a stem a press still takes it."""
CROWD = 3000
"""More stems than this are thinned to one a pixel for painting."""
HEADROOM_PX = 8
"""Room above velocity 127 for the head of its stem."""


@dataclass(frozen=True)
class Stems:
    """Visible notes of the current track: rows of its table, x of the stems, and velocities; shape (n,)."""

    rows: NDArray[np.int64]
    x: NDArray[np.int64]
    velocity: NDArray[np.int64]
    selected: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)


def visible_stems(context: RollContext) -> Stems:
    """The stems of the notes that start in sight, selected ones last, so that they are drawn on top."""
    view, table = context.viewport, context.notes
    margin = REACH_PX / view.px_per_tick
    found = table.starting(int(view.left_tick - margin), int(view.right_tick + margin) + 1)
    rows = np.arange(found.start, found.stop)
    selected = context.is_selected(table.id[rows])
    order = np.argsort(selected, kind="stable")
    rows, selected = rows[order], selected[order]
    x = np.floor(view.x(table.start[rows])).astype(np.int64)
    return Stems(rows, x, table.velocity[rows].astype(np.int64), selected)


def tallest(stems: Stems) -> Stems:
    """Of very many stems only the tallest at each pixel, selected ones before others; the others lie behind it."""
    if len(stems) <= CROWD:
        return stems
    order = np.lexsort((stems.velocity, stems.selected, stems.x))
    last = np.append(np.diff(stems.x[order]) != 0, True)
    kept = np.sort(order[last])
    return Stems(stems.rows[kept], stems.x[kept], stems.velocity[kept], stems.selected[kept])


def height_of(velocity: NDArray[np.int64] | int, lane_height: int) -> NDArray[np.int64]:
    """Pixels from the bottom of the lane to the head of a stem."""
    return np.rint(np.asarray(velocity) / 127 * (lane_height - HEADROOM_PX)).astype(np.int64)


def velocity_at(y: float, lane_height: int) -> int:
    """The velocity (1 to 127) whose head lies at `y` pixels from the top."""
    return min(max(round((lane_height - y) / max(lane_height - HEADROOM_PX, 1) * 127), 1), 127)


def stem_at(stems: Stems, x: float, y: float, lane_height: int) -> int | None:
    """Index into `stems` of the stem that a press means, None beside all of them.

    Of several notes that start together a selected one is meant first, so every note of a chord can be
    reached; then the one whose head is closest.
    """
    near = np.flatnonzero(np.abs(stems.x - x) <= REACH_PX)
    if not len(near):
        return None
    heads = lane_height - height_of(stems.velocity[near], lane_height)
    distance = np.abs(stems.x[near] - x) * 0.5 + np.abs(heads - y) + np.where(stems.selected[near], 0, 10_000)
    return int(near[int(np.argmin(distance))])
