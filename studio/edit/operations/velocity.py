"""How loud notes are: setting, shifting, scaling and ramping velocities (1 to 127)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.music import Score
from studio.edit.edited import Edited, with_notes
from studio.edit.selection import Selection


def set_velocity(score: Score, selection: Selection, velocity: int) -> Edited:
    """Give all selected notes one velocity."""
    rows = selection.rows(score)
    return _with_velocities(score, selection, rows, np.full(len(rows), velocity))


def set_velocities(score: Score, selection: Selection, velocities: Mapping[int, int]) -> Edited:
    """Give each note of the selection's track that is named by id its own velocity; what is selected stays."""
    table = selection.table(score)
    rows = table.rows_of(velocities)
    return _with_velocities(score, selection, rows, [velocities[int(i)] for i in table.id[rows]])


def change_velocity(score: Score, selection: Selection, d_velocity: int) -> Edited:
    """Make the selected notes louder or softer by as much each; one that meets 1 or 127 stops there alone."""
    rows = selection.rows(score)
    before = selection.table(score).velocity[rows].astype(np.int64)
    return _with_velocities(score, selection, rows, before + d_velocity)


def scale_velocity(score: Score, selection: Selection, factor: float) -> Edited:
    """Multiply the velocities of the selected notes; a factor of 1.1 is a tenth louder."""
    rows = selection.rows(score)
    before = selection.table(score).velocity[rows].astype(np.float64)
    return _with_velocities(score, selection, rows, np.rint(before * factor))


def ramp_velocity(score: Score, selection: Selection, first: int, last: int) -> Edited:
    """A crescendo or decrescendo: `first` at the earliest selected start, `last` at the latest, straight between."""
    rows = selection.rows(score)
    start = selection.table(score).start[rows]
    if not len(rows) or start[-1] == start[0]:
        return set_velocity(score, selection, first)
    return _with_velocities(score, selection, rows, np.rint(np.interp(start, (start[0], start[-1]), (first, last))))


def _with_velocities(score: Score, selection: Selection, rows: NDArray[np.int64], velocity: ArrayLike) -> Edited:
    if not len(rows):
        return Edited(score, selection)
    table = selection.table(score).replaced(rows, velocity=np.clip(velocity, 1, 127).astype(np.uint8))
    return Edited(with_notes(score, selection.track, table), selection)
