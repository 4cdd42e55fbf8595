"""Returns: which notes of a piece belong to a theme that has been heard in it before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.measures.note_runs import Array, NoteRuns, covered

THEME_NOTES = 8


@dataclass(frozen=True)
class Returns:
    """Masks over the notes of a piece, each (notes,): part of a literal return, or of one at another pitch only."""

    literal: NDArray[np.bool_]
    transposed: NDArray[np.bool_]


def returns(part: Array, onset: Array, pitch: Array, length: Array, notes: int = THEME_NOTES) -> Returns:
    """Notes inside a run of at least `notes` of one part that repeats a run of any part of the piece.

    Runs are equal in pitches (or intervals), times between onsets and lengths (but for the last note's). The earlier
    one must have had its last onset before the later one begins, so that a pattern that runs on and a unison in
    another part are none.
    """
    order = np.lexsort((pitch, onset, part))
    runs = NoteRuns.in_order(part[order], onset[order], pitch[order], length[order])
    masks = []
    for transposed in (False, True):
        hashes, first = runs.windows(notes, transposed)
        masks.append(np.zeros(len(order), bool))
        masks[-1][order] = covered(first[heard_before(hashes, first, onset[order], notes)], notes, len(order))
    literal, either = masks
    return Returns(literal, either & ~literal)


def heard_before(hashes: NDArray[np.uint64], first: Array, onset: Array, notes: int) -> NDArray[np.bool_]:
    """For each run whether an equal one had its last onset before it began; `onset` of every note, in order of rows."""
    _, group = np.unique(hashes, return_inverse=True)
    earliest = np.full(int(group.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(earliest, group, onset[first + notes - 1])
    before: NDArray[np.bool_] = earliest[group] < onset[first]
    return before
