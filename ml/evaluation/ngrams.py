"""Unigram and bigram floors on the same events as the models.

Each field is given the same field of the note before and one field more (onset: the place in the bar; part: the
onset; pitch: the part; length: the onset); the bigram smooths by adding alpha to every count, alpha chosen on
validation. END belongs to the onset field.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.note_bits import NoteBits, asked_events, total
from ml.tensors import vocabulary as v
from ml.tensors.event_features import COLUMN
from ml.tensors.sequence import TARGET, EventRow
from ml.training.validation import Bits

Array = NDArray[np.int64]
Floats = NDArray[np.float64]

SIZES = {"onset": v.DELTAS + 1, "part": v.PARTS, "pitch": v.PITCHES, "length": len(v.LENGTHS), "velocity": v.VELOCITIES}
CONTEXTS = 512
"""More than any field of a context has values."""
ALPHAS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True)
class Events:
    """What one field says at the asked events of a row: `at` which of them, its `context` (a number), its `value`."""

    at: Array
    context: Array
    value: Array


def events(row: EventRow) -> dict[str, Events]:
    """Every field of every asked note, and END, with its bigram context."""
    asked = asked_events(row)
    target, before = row.targets[asked].T, row.features[asked].T
    onset, part = target[TARGET["onset"]], target[TARGET["part"]]
    second = {
        "onset": target[TARGET["cursor_position"]], "part": onset, "pitch": part, "length": onset, "velocity": onset,
    }  # fmt: skip
    found = {}
    for name in v.FIELDS:
        value = target[TARGET[name]]
        at = np.flatnonzero((value >= 0) & ((onset != v.END) | (name == "onset")))
        first = before[COLUMN["delta" if name == "onset" else name]]
        found[name] = Events(at, context(first[at], second[name][at]), value[at])
    return found


def context(first: Array, second: Array) -> Array:
    """Two fields as one number."""
    return first.astype(np.int64) * CONTEXTS + second


class NGram:
    """Counts of fields, with (`bigram`) or without context."""

    def __init__(self, rows: Iterable[EventRow], bigram: bool) -> None:
        self.bigram = bigram
        seen: dict[str, list[Array]] = {name: [np.zeros(0, np.int64)] for name in v.FIELDS}
        for row in rows:
            for name, field in events(row).items():
                seen[name].append(self._keys(name, field.context, field.value))
        self._keys_of: dict[str, Array] = {}
        self._sums: dict[str, Array] = {}
        for name, keys in seen.items():
            self._keys_of[name], counts = np.unique(np.concatenate(keys), return_counts=True)
            self._sums[name] = np.concatenate([[0], np.cumsum(counts)])

    def _keys(self, field: str, context: Array, value: Array) -> Array:
        return (context if self.bigram else np.zeros_like(context)) * SIZES[field] + value

    def _between(self, field: str, low: Array, high: Array) -> Array:
        """How often keys in [low, high) were seen."""
        keys, sums = self._keys_of[field], self._sums[field]
        counts: Array = sums[np.searchsorted(keys, high)] - sums[np.searchsorted(keys, low)]
        return counts

    def chances(self, field: str, context: int, alpha: float) -> Floats:
        """The probability of every value in a context, (SIZES[field],)."""
        low = int(self._keys(field, np.array([context]), np.array([0]))[0])
        keys = np.arange(low, low + SIZES[field])
        counts = self._between(field, keys, keys + 1) + alpha
        chances: Floats = counts / counts.sum()
        return chances

    def note_bits(self, row: EventRow, alpha: float) -> NoteBits:
        """Bits of the asked notes of a row."""
        asked = len(asked_events(row))
        bits = np.zeros((len(v.FIELDS), asked))
        found = events(row)
        for index, (name, field) in enumerate(found.items()):
            key = self._keys(name, field.context, field.value)
            first = self._keys(name, field.context, np.zeros_like(field.value))
            count, seen = self._between(name, key, key + 1), self._between(name, first, first + SIZES[name])
            bits[index, field.at] = -np.log2((count + alpha) / (seen + alpha * SIZES[name]))
        end = np.ones(asked, bool)
        end[found["part"].at] = False
        return NoteBits(bits[:, ~end], float(bits[0, end].sum()))

    def bits(self, rows: Iterable[EventRow], alpha: float) -> Bits:
        """Bits of the asked notes of `rows`."""
        return total(self.note_bits(row, alpha) for row in rows)

    def best_alpha(self, rows: list[EventRow]) -> float:
        """The alpha with the fewest bits on `rows` (validation)."""
        return min(ALPHAS, key=lambda alpha: self.bits(rows, alpha).per_note)
