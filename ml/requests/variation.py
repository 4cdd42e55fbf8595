"""How much Vary changes: which notes of a region are written anew and which stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.music import LOCKED, MUTED, NoteTable, Score
from ml.music.beats import TOLERANCE, beat_ticks, on_strong_beat, ticks_to_nearest
from ml.requests.request import RefusedRequest, Region

LEAST_NOTES, LEAST_SHARE = 2, 0.1
"""The smallest amount changes so many notes, or this share of them if that is more."""
STRONG, BEAT, OFF_BEAT = 1.0, 2.0, 4.0
"""How readily a note is changed by where it starts; one longer than a quarter half as readily."""

Floats = NDArray[np.float64]


def varied_region(
    score: Score, region: Region, amount: float, seed: int, chosen: frozenset[tuple[int, int]] | None = None
) -> Region:
    """The region with those notes kept that Vary leaves alone, so that about `amount` (0 to 1) of the others change.

    Only `chosen` notes (track, id) change, None: all; locked and muted ones never do. Which ones is drawn with the
    seed, without replacement, by weight: ornaments before structure, so notes on strong beats and long notes stay
    longest. Raises RefusedRequest when nothing may change.
    """
    kept: set[tuple[int, int]] = set(region.kept)
    free: list[tuple[int, int]] = []
    weights: list[float] = []
    for track in region.tracks:
        table = score.tracks[track].notes
        table = table.take(table.starting(region.start_tick, region.end_tick))
        for note_id, flags, weight in zip(table.id.tolist(), table.flags.tolist(), _weights(score, table), strict=True):
            note = (track, note_id)
            if flags & (LOCKED | MUTED) or note in region.kept or (chosen is not None and note not in chosen):
                kept.add(note)
            else:
                free.append(note)
                weights.append(weight)
    if not free:
        raise RefusedRequest("There are no notes to vary there: select some that are not locked or muted.")
    least = min(max(LEAST_NOTES, round(LEAST_SHARE * len(free))), len(free))
    changed = max(least, round(len(free) * min(max(amount, 0.0), 1.0)))
    # The largest of log(weight) + Gumbel noise are a weighted draw without replacement (Efraimidis and Spirakis).
    order = np.argsort(-(np.log(weights) + np.random.default_rng(seed).gumbel(size=len(free))))
    kept.update(free[index] for index in order[changed:].tolist())
    return replace(region, kept=frozenset(kept))


def _weights(score: Score, table: NoteTable) -> list[float]:
    """How readily each note is changed, shape (notes,)."""
    if not len(table):
        return []
    time_map, slack = score.time_map, score.ticks_per_quarter // TOLERANCE
    beats = beat_ticks(time_map, int(table.start[0]), int(table.start[-1]) + slack + 1, strong=False)
    weights: Floats = np.where(ticks_to_nearest(beats, table.start) <= slack, BEAT, OFF_BEAT)
    weights = np.where(on_strong_beat(time_map, table.start), STRONG, weights)
    found: list[float] = np.where(table.length > score.ticks_per_quarter, weights / 2, weights).tolist()
    return found
