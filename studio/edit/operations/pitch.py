"""Transposing by semitones or by the steps of a key, and turning a melody upside down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.music import Key, Scale, Score
from studio.edit.edited import Edited, with_notes
from studio.edit.operations.notes import move_notes
from studio.edit.selection import Selection


def transpose(score: Score, selection: Selection, semitones: int) -> Edited:
    """Move the selected notes in pitch only; the group stops as one at pitch 0 and 127."""
    return move_notes(score, selection, 0, semitones)


def transpose_in_key(score: Score, selection: Selection, key: Key, steps: int) -> Edited:
    """Move the selected notes by steps of a key's scale; fewer steps when the group would leave the pitches.

    A note outside the scale keeps its distance from the scale note below it. MINOR, which permits two
    sixths and sevenths, steps through natural minor, so that seven steps are an octave.
    """
    rows = selection.rows(score)
    if not len(rows) or not steps:
        return Edited(score, selection)
    table = selection.table(score)
    ladder = _ladder(key)
    degree, above = _on_ladder(ladder, table.pitch[rows].astype(np.int64))
    direction = 1 if steps > 0 else -1
    for count in range(abs(steps), 0, -1):
        pitch = ladder[np.clip(degree + direction * count, 0, len(ladder) - 1)] + above
        if pitch.min() >= 0 and pitch.max() <= 127:
            return Edited(with_notes(score, selection.track, table.replaced(rows, pitch=pitch)), selection)
    return Edited(score, selection)


def fit_to_key(score: Score, selection: Selection, key: Key) -> Edited:
    """Move each selected note that is outside the key to the closest pitch in it, the lower of two as close."""
    rows = selection.rows(score)
    table = selection.table(score)
    allowed = np.flatnonzero(key.pitch_mask())
    if not len(rows):
        return Edited(score, selection)
    pitch = table.pitch[rows].astype(np.int64)
    fitted = allowed[np.abs(pitch[:, None] - allowed[None, :]).argmin(axis=1)]
    if np.array_equal(fitted, pitch):
        return Edited(score, selection)
    return Edited(with_notes(score, selection.track, table.replaced(rows, pitch=fitted)), selection)


def invert(score: Score, selection: Selection) -> Edited:
    """Mirror the selected notes in pitch between their lowest and highest; twice gives back the original."""
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection)
    table = selection.table(score)
    pitch = table.pitch[rows].astype(np.int64)
    mirrored = int(pitch.min()) + int(pitch.max()) - pitch
    return Edited(with_notes(score, selection.track, table.replaced(rows, pitch=mirrored)), selection)


def _ladder(key: Key) -> NDArray[np.int64]:
    """The pitches of a key from three octaves below pitch 0 to three above 127, ascending."""
    stepped = replace(key, scale=Scale.NATURAL_MINOR) if key.scale is Scale.MINOR else key
    pitches = np.arange(-36, 164)
    return pitches[np.isin(pitches % 12, list(stepped.pitch_classes))]


def _on_ladder(ladder: NDArray[np.int64], pitch: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rung at or below each pitch, and how many semitones the pitch lies above it."""
    degree = np.searchsorted(ladder, pitch, "right") - 1
    return degree, pitch - ladder[degree]
