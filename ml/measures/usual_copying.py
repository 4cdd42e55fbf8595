"""UsualCopying: how long a run people's own held-out music shares with the training pieces, by kind and length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ml.measures.note_runs import Array

DRUMS, ONE_VOICE, SEVERAL_VOICES = "drums", "one voice", "several voices"
"""Kinds of which every line of notes is one; styles are kinds besides."""
SEVERAL_SHARE = 0.1
"""From this share of notes that begin together with the one before, a line has several voices."""
PARTS = (1, 2, 4, 8, 16)
"""Of so many parts that are looked up together each has to be the more unusual: else one of many always would be."""
MOST_KINDS, MOST_LENGTHS = 100, 100


@dataclass(frozen=True, slots=True)
class UsualRuns:
    """For passages of so many `lengths` notes (ascending) the longest usual run in notes, at the same pitches and at
    any, for each of PARTS; `passages` is from how many of each length that is known."""

    lengths: tuple[int, ...]
    exact: tuple[tuple[int, ...], ...]
    transposed: tuple[tuple[int, ...], ...]
    passages: tuple[int, ...]

    def longest(self, notes: int, exact: bool, parts: int) -> float:
        """The longest usual run of a passage of so many notes, one of so many parts: between the measured lengths by
        the logarithm, beyond them as at the nearest."""
        row = min(int(np.searchsorted(PARTS, parts)), len(PARTS) - 1)
        runs = (self.exact if exact else self.transposed)[row]
        return float(np.interp(np.log2(max(notes, 1)), np.log2(self.lengths), runs))


@dataclass(frozen=True, slots=True)
class UsualCopying:
    """Of the passages of a kind that people wrote, the share `quantile` shares no longer run than its UsualRuns say,
    in any of their parts."""

    quantile: float
    kinds: Mapping[str, UsualRuns]

    def longest(self, kind: str, notes: int, exact: bool, parts: int = 1) -> float:
        """The longest usual run; infinite for a kind that was not measured, so that nothing is called unusual."""
        return self.kinds[kind].longest(notes, exact, parts) if kind in self.kinds else float("inf")

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        kinds = {kind: {name: list(v) for name, v in asdict(runs).items()} for kind, runs in self.kinds.items()}
        return {"quantile": self.quantile, "kinds": kinds}

    @staticmethod
    def from_data(data: Any) -> UsualCopying:
        """What `as_data` gave; raises ValueError, KeyError, TypeError or AttributeError for anything else."""
        quantile, kinds = float(data["quantile"]), data["kinds"]
        if not 0 < quantile < 1 or not isinstance(kinds, dict) or len(kinds) > MOST_KINDS:
            raise ValueError("this is no calibration")
        return UsualCopying(quantile, {kind: _usual_runs(columns) for kind, columns in kinds.items()})


def _usual_runs(data: Any) -> UsualRuns:
    lengths, passages = tuple(data["lengths"]), tuple(data["passages"])
    exact, transposed = (tuple(map(tuple, data[name])) for name in ("exact", "transposed"))
    columns = (lengths, passages, *exact, *transposed)
    fits = 0 < len(lengths) <= MOST_LENGTHS and len({len(column) for column in columns}) == 1
    fits = fits and len(exact) == len(transposed) == len(PARTS)
    fits = fits and all(type(number) is int and 0 <= number < 1 << 31 for column in columns for number in column)
    if not fits or lengths[0] < 1 or any(later <= earlier for earlier, later in pairwise(lengths)):
        raise ValueError("this is no calibration")
    return UsualRuns(lengths, exact, transposed, passages)


def upper_rows(line: Array, onset: Array) -> Array:
    """Of notes sorted by line, onset and pitch the rows of those that none tops: in a line of several voices the melody
    is sought through the chords below it."""
    last = np.ones(len(onset), bool)
    last[:-1] = (line[1:] != line[:-1]) | (onset[1:] != onset[:-1])
    return np.flatnonzero(last)


def kind_of(onset: Array, drums: bool) -> str:
    """The kind of a line with these onsets, in order."""
    if drums:
        return DRUMS
    together = float(np.mean(np.diff(onset) == 0)) if len(onset) > 1 else 0.0
    return SEVERAL_VOICES if together >= SEVERAL_SHARE else ONE_VOICE
