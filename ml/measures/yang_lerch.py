"""The features by which Yang and Lerch (2018) compare sets of pieces, for one passage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.measures.passage import Array, Passage

Floats = NDArray[np.float64]

NOTE_LENGTHS = np.array([4, 2, 1, 1 / 2, 1 / 4, 3, 3 / 2, 3 / 4, 3 / 8, 4 / 3, 2 / 3, 1 / 3])
"""Whole to 16th, dotted half to dotted 16th, half to eighth triplet; in quarters."""

FEATURES = (
    "pitch count", "note count", "pitch range", "pitch interval", "inter-onset interval",
    "pitch-class histogram", "note-length histogram", "pitch-class transitions", "note-length transitions",
)  # fmt: skip


def yang_lerch(passage: Passage) -> dict[str, Floats]:
    """The features by name (`FEATURES`), each a vector; of pitched notes only, and zeros without any.

    Pitch count (different pitches), note count, pitch range (semitones), mean size of the interval and mean time (in
    quarters) to the part's next note or onset; shares of 12 pitch classes and of 12 note lengths (the nearest by
    ratio), (12,); shares of the pairs of neighbours in a part by pitch class and by length, (144,). Passages of equal
    length should be compared. Source: On the evaluation of generative models in music, section 3.1; there the
    matrices hold counts and the time is in seconds.
    """
    notes = passage.pitched()
    after = neighbours(notes)
    before = after - 1
    order = np.lexsort((notes.pitch, notes.start, notes.part))
    pitch, start = notes.pitch[order], notes.start[order]
    kind = nearest_length(notes.length[order] / notes.quarter)
    chord_free = after[start[after] > start[before]]
    times = (start[chord_free] - start[chord_free - 1]) / notes.quarter
    return {
        "pitch count": number(len(np.unique(pitch))),
        "note count": number(len(pitch)),
        "pitch range": number(float(np.ptp(pitch)) if len(pitch) else 0),
        "pitch interval": number(np.abs(pitch[after] - pitch[before]).mean() if len(after) else 0),
        "inter-onset interval": number(times.mean() if len(times) else 0),
        "pitch-class histogram": shares(pitch % 12, 12),
        "note-length histogram": shares(kind, 12),
        "pitch-class transitions": shares(pitch[before] % 12 * 12 + pitch[after] % 12, 144),
        "note-length transitions": shares(kind[before] * 12 + kind[after], 144),
    }


def neighbours(notes: Passage) -> Array:
    """Rows, in the order of part, start and pitch, of notes that have one before them in their part."""
    part = np.sort(notes.part)
    return 1 + np.flatnonzero(part[1:] == part[:-1])


def nearest_length(quarters: Floats) -> Array:
    """Index into NOTE_LENGTHS of the nearest by ratio."""
    distance = np.abs(np.log(np.maximum(quarters, 1e-6))[:, None] - np.log(NOTE_LENGTHS))
    kinds: Array = np.argmin(distance, axis=1)
    return kinds


def number(value: float) -> Floats:
    return np.array([value], np.float64)


def shares(values: Array, size: int) -> Floats:
    """Histogram that sums to one; zeros for nothing."""
    counts = np.bincount(values, minlength=size)
    found: Floats = counts / max(len(values), 1)
    return found
