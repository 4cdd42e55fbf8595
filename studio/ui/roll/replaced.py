"""Notes of the song that the takes showing would replace, and the song without those that must not be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.music import LOCKED, NoteTable, Score
from studio.ui.roll.takes import TakeLayer


def replaced_by(
    layers: Sequence[TakeLayer], track: int, table: NoteTable, rows: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which of these notes of a track would go if one of these takes were accepted, shape (rows,)."""
    gone = np.zeros(len(rows), bool)
    free = table.flags[rows] & LOCKED == 0
    for region, kept in {(layer.region, layer.kept) for layer in layers if layer.track == track}:
        if region is not None:
            start = table.start[rows]
            stays = np.isin(table.id[rows], np.fromiter(kept, np.int64, len(kept)))
            gone |= (start >= region[0]) & (start < region[1]) & free & ~stays
    return gone


def uncovered(score: Score, layers: Sequence[TakeLayer]) -> Score:
    """The song without the notes that layers which cover would replace; the song itself where none does."""
    covering = [layer for layer in layers if layer.covers]
    tracks = list(score.tracks)
    for number in {layer.track for layer in covering if layer.track < len(tracks)}:
        table = tracks[number].notes
        hidden = replaced_by(covering, number, table, np.arange(len(table)))
        tracks[number] = tracks[number].with_notes(table.without(hidden))
    return replace(score, tracks=tuple(tracks)) if covering else score
