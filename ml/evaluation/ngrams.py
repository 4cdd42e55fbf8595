"""Unigram and bigram floors on the same events as the models.

Each field is given the same field of the note before and one field more (onset: the place in the bar; part: the
onset; pitch: the part; length: the onset); the bigram smooths by adding alpha to every count, alpha chosen on
validation. END belongs to the onset field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from ml.tensors import vocabulary as v
from ml.tensors.event_features import COLUMN
from ml.tensors.sequence import TARGET, EventRow
from ml.training.validation import Bits

SIZES = {"onset": v.DELTAS + 1, "part": v.PARTS, "pitch": v.PITCHES, "length": len(v.LENGTHS), "velocity": v.VELOCITIES}
ALPHAS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)

Event = tuple[str, tuple[int, ...], int]
"""Field, context, value."""


def events(row: EventRow) -> Iterator[Event]:
    """Every field of every asked note, and END, with its bigram context."""
    targets, features = row.targets, row.features
    for index in np.flatnonzero((targets[:, 0] >= 0) & (targets[:, TARGET["end_allowed"]] > 0)):
        target, before = targets[index], features[index]
        onset, part = int(target[0]), int(target[1])
        yield "onset", (int(before[COLUMN["delta"]]), int(target[TARGET["cursor_position"]])), onset
        if onset == v.END:
            continue
        yield "part", (int(before[COLUMN["part"]]), onset), part
        yield "pitch", (int(before[COLUMN["pitch"]]), part), int(target[TARGET["pitch"]])
        yield "length", (int(before[COLUMN["length"]]), onset), int(target[TARGET["length"]])
        if target[TARGET["velocity"]] >= 0:
            yield "velocity", (int(before[COLUMN["velocity"]]), onset), int(target[TARGET["velocity"]])


class NGram:
    """Counts of fields, with (`bigram`) or without context."""

    def __init__(self, rows: Iterable[EventRow], bigram: bool) -> None:
        self.bigram = bigram
        self.counts: Counter[Event] = Counter()
        self.totals: Counter[tuple[str, tuple[int, ...]]] = Counter()
        for row in rows:
            for field, context, value in events(row):
                context = context if bigram else ()
                self.counts[field, context, value] += 1
                self.totals[field, context] += 1

    def bits(self, rows: Iterable[EventRow], alpha: float) -> Bits:
        """Bits of the asked notes of `rows`."""
        found = Bits()
        for row in rows:
            for field, context, value in events(row):
                context = context if self.bigram else ()
                share = (self.counts[field, context, value] + alpha) / (
                    self.totals[field, context] + alpha * SIZES[field]
                )
                found.fields[field] -= float(np.log2(share))
                found.notes += field == "part"
        return found

    def best_alpha(self, rows: list[EventRow]) -> float:
        """The alpha with the fewest bits on `rows` (validation)."""
        return min(ALPHAS, key=lambda alpha: self.bits(rows, alpha).per_note)
