"""Copying: what of some music stands literally in other music, and whether notes only repeat what was said before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.measures.note_runs import Hashes, NoteRuns, covered

Onset = tuple[int, int, int]
"""Track, start in ticks, MIDI pitch."""

SHORT, LONG = 8, 16
"""Lengths of the runs, in notes, whose share is counted."""


@dataclass(frozen=True, slots=True)
class Copying:
    """How much of some lines stands in a library. A run is equal in pitches and times between onsets, or, in the
    transposed figures, in intervals and times.

    `longest`: notes of the longest run that both have, 0 for less than eight. `share_8`, `share_16`: share of all runs
    of so many notes that the library has; NaN without any. `notes` is how many were looked at.
    """

    notes: int
    longest: int
    longest_transposed: int
    share_8: float
    share_16: float
    share_8_transposed: float
    share_16_transposed: float


class Library:
    """The parts of a large corpus that share a run of eight notes, at any pitch, with the lines asked about.

    Corpora are added one after the other; only what may matter of each is kept.
    """

    def __init__(self, asked: Iterable[NoteRuns]) -> None:
        self._wanted = np.unique(np.concatenate([no_hashes(), *(runs.windows(SHORT, True)[0] for runs in asked)]))
        self._kept: list[NoteRuns] = []

    def add(self, corpus: NoteRuns) -> None:
        """Look a corpus through and keep the runs that are asked about."""
        hashes, first = corpus.windows(SHORT, True)
        rows = covered(first[among(hashes, self._wanted)], SHORT, len(corpus))
        if rows.any():
            self._kept.append(corpus.only(rows))

    def copying(self, runs: NoteRuns) -> Copying:
        """How much of these lines, which must be among those asked about, the library has."""
        shares = [self._share(runs, notes, transposed) for transposed in (False, True) for notes in (SHORT, LONG)]
        return Copying(len(runs), self._longest(runs, False), self._longest(runs, True), *shares)

    def _found(self, runs: NoteRuns, notes: int, transposed: bool) -> Hashes:
        """Hashes of the library's runs of so many notes that stand in `runs` too, sorted."""
        wanted = np.unique(runs.windows(notes, transposed)[0])
        known = (kept.windows(notes, transposed)[0] for kept in self._kept)
        return np.unique(np.concatenate([no_hashes(), *(hashes[among(hashes, wanted)] for hashes in known)]))

    def _share(self, runs: NoteRuns, notes: int, transposed: bool) -> float:
        hashes, _ = runs.windows(notes, transposed)
        found = among(hashes, self._found(runs, notes, transposed))
        return float(found.mean()) if len(found) else float("nan")

    def _longest(self, runs: NoteRuns, transposed: bool) -> int:
        """By bisection: who shares a run of n notes shares one of n - 1."""
        low = SHORT - 1
        high = int(np.unique(runs.line, return_counts=True)[1].max(initial=0))
        while low < high:
            middle = (low + high + 1) // 2
            if len(self._found(runs, middle, transposed)):
                low = middle
            else:
                high = middle - 1
        return low if low >= SHORT else 0


def no_hashes() -> Hashes:
    return np.zeros(0, np.uint64)


def among(hashes: Hashes, ordered: Hashes) -> NDArray[np.bool_]:
    """Which hashes occur in a sorted array."""
    if not len(ordered):
        return np.zeros(len(hashes), bool)
    place = np.minimum(np.searchsorted(ordered, hashes), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[place] == hashes
    return found


def repeated_share(given: Iterable[Onset], asked: Iterable[Onset], shifts: Iterable[int]) -> float:
    """The largest share of asked onsets, over all `shifts` (ticks), that lie on a given one of their track and pitch.

    1 is a literal repetition; 0 for no asked onsets.
    """
    known, wanted = set(given), list(asked)
    found = (sum((track, start - shift, pitch) in known for track, start, pitch in wanted) for shift in shifts)
    return max(found, default=0) / max(len(wanted), 1)
