"""Winnowing: few fingerprints of many runs of notes, chosen so that equal stretches choose equal ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ml.measures.note_runs import Array, Hashes, NoteRuns, mixed


@dataclass(frozen=True)
class Fingerprints:
    """Chosen runs of lines, in the order of the lines; columns of shape (fingerprints,).

    `hash` is the same at any pitch; `line`, `row` and `pitch` are those of the run's first note. `head`, `tail` and
    `turn` are what `NoteRuns.sums` says of its first and last note.
    """

    hash: Hashes
    line: Array
    row: Array
    pitch: Array
    head: Hashes
    tail: Hashes
    turn: Hashes

    def __len__(self) -> int:
        return len(self.hash)

    def only(self, which: NDArray[np.bool_]) -> Fingerprints:
        return Fingerprints(*(getattr(self, field.name)[which] for field in fields(self)))

    @staticmethod
    def joined(parts: Sequence[Fingerprints]) -> Fingerprints:
        """The fingerprints of several groups of lines; no line is in two of them."""
        return Fingerprints(
            *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Fingerprints))
        )

    def links(self) -> Hashes:
        """For each fingerprint a hash of all notes from its first to the last of the next one of its line; that of a
        line's last fingerprint is 0."""
        links = np.zeros(len(self), np.uint64)
        follows = self.line[1:] == self.line[:-1]
        links[:-1][follows] = mixed((self.tail[1:] - self.head[:-1]) * self.turn[:-1])[follows]
        return links


@dataclass(frozen=True, slots=True)
class Winnowing:
    """Of each `window` neighbouring runs of `notes` notes, the one with the smallest hash is a fingerprint, of equal
    ones the last (Schleimer, Wilkerson, Aiken, "Winnowing: local algorithms for document fingerprinting", 2003).

    What is chosen depends on the window's notes alone, so two lines that share `guaranteed` notes or more share a
    fingerprint of them; of random runs a share of 2 / (window + 1) is chosen.
    """

    notes: int
    window: int

    @property
    def guaranteed(self) -> int:
        """Notes from which on a shared run always shares a fingerprint."""
        return self.notes + self.window - 1

    def fingerprints(self, runs: NoteRuns) -> Fingerprints:
        """The fingerprints of some lines; lines of fewer than `guaranteed` notes have none."""
        hashes, first = runs.windows(self.notes, True)
        chosen = self._chosen(hashes, runs.line[first])
        row = first[chosen]
        total, turn = runs.sums()
        return Fingerprints(
            hashes[chosen], runs.line[row], row, runs.pitch[row], total[row], total[row + self.notes - 1], turn[row]
        )

    def _chosen(self, hashes: Hashes, line: Array) -> Array:
        """Which of the runs with these hashes, of these lines, are fingerprints: ascending indices."""
        count = len(hashes) - self.window + 1
        if count <= 0:
            return np.zeros(0, np.int64)
        smallest, place = hashes[:count].copy(), np.arange(count)
        for step in range(1, self.window):
            other = hashes[step : step + count]
            better = other <= smallest
            np.copyto(smallest, other, where=better)
            np.copyto(place, np.arange(step, step + count), where=better)
        return np.unique(place[line[:count] == line[self.window - 1 :]])
