"""Which notes of an asked track stay as they are, and which are written anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music import LOCKED, MUTED, NoteTable, Score
from ml.requests.request import Region

Bools = NDArray[np.bool_]


def staying(score: Score, region: Region, track: int) -> Bools:
    """Which notes of the track no verb may touch: locked ones and those that the region keeps; shape (notes,)."""
    table = score.tracks[track].notes
    ids = [note_id for index, note_id in region.kept if index == track]
    stays: Bools = ((table.flags & LOCKED) != 0) | np.isin(table.id, np.array(ids, np.int64))
    return stays


def replaced_notes(score: Score, region: Region, track: int) -> NoteTable:
    """The notes of the track that the region's answer replaces, as they are heard: what Vary varies.

    Muted ones are left out, doubled ones count once, a note ends where the next one of its pitch starts and at the
    region's end, and lasts one tick at least.
    """
    table = score.tracks[track].notes
    inside = (table.start >= region.start_tick) & (table.start < region.end_tick)
    heard = (table.flags & MUTED) == 0
    notes = table.take(np.flatnonzero(inside & heard & ~staying(score, region, track))).without_overlaps()
    return notes.replaced(slice(None), length=np.clip(notes.end, notes.start + 1, region.end_tick) - notes.start)


def ringing_notes(score: Score, region: Region, track: int) -> NoteTable:
    """The heard notes of the track that sound or start in the region whatever is written there: those that stay."""
    table = score.tracks[track].notes
    overlaps = (table.start < region.end_tick) & (np.maximum(table.end, table.start + 1) > region.start_tick)
    heard = (table.flags & MUTED) == 0
    return table.take(np.flatnonzero(overlaps & heard & staying(score, region, track)))
