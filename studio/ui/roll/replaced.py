"""Notes of the song that the takes showing would replace, and those of them that must not be seen until then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ml.music import LOCKED
from studio.ui.roll.context import RollContext
from studio.ui.roll.takes import TakeLayer


def covered(context: RollContext, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these notes of the current track a blind test hides, shape (rows,)."""
    return replaced_by([layer for layer in context.takes if layer.covers], context, rows)


def replaced_by(layers: Sequence[TakeLayer], context: RollContext, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these notes of the current track would go if one of these takes were accepted, shape (rows,)."""
    table, track = context.notes, context.document.current_track
    gone = np.zeros(len(rows), bool)
    free = table.flags[rows] & LOCKED == 0
    for region, kept in {(layer.region, layer.kept) for layer in layers if layer.track == track}:
        if region is not None:
            start = table.start[rows]
            stays = np.isin(table.id[rows], np.fromiter(kept, np.int64, len(kept)))
            gone |= (start >= region[0]) & (start < region[1]) & free & ~stays
    return gone
