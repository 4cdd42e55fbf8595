"""Bits of every single asked note of held-out pieces, under models and under floors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ml.models.event_model import EventModel
from ml.tensors.sequence import TARGET, EventRow
from ml.tensors.vocabulary import END, FIELDS
from ml.training.batches import batches_of
from ml.training.validation import Bits

Floats = NDArray[np.float64]

BATCH_EVENTS = 8192


@dataclass(frozen=True)
class NoteBits:
    """Bits of the asked notes of one or more rows, in their order: `fields` (FIELDS, notes); `end` of their ENDs."""

    fields: Floats
    end: float

    @property
    def per_note(self) -> Floats:
        """Bits of each note without velocity, (notes,); END is not in them."""
        melodic: Floats = self.fields[: FIELDS.index("velocity")].sum(axis=0)
        return melodic


def joined(parts: Iterable[NoteBits]) -> NoteBits:
    """Rows of one piece, one after the other."""
    rows = list(parts)
    return NoteBits(
        np.concatenate([np.zeros((len(FIELDS), 0)), *(row.fields for row in rows)], axis=1),
        sum(row.end for row in rows),
    )


def total(parts: Iterable[NoteBits]) -> Bits:
    """The sum by field; END is counted in the onset, and not as a note."""
    everything = joined(parts)
    sums = dict(zip(FIELDS, everything.fields.sum(axis=1).tolist(), strict=True))
    sums["onset"] += everything.end
    return Bits(everything.fields.shape[1], sums)


def asked_events(row: EventRow) -> NDArray[np.int64]:
    """The events at which the asked notes and END are predicted, in order; own past is left out."""
    targets = row.targets
    return np.flatnonzero((targets[:, 0] >= 0) & (targets[:, TARGET["end_allowed"]] > 0))


@torch.inference_mode()
def model_note_bits(model: EventModel, rows: list[EventRow]) -> list[NoteBits]:
    """Bits of the asked notes of each row, in the order of `rows`."""
    # The batches hold the rows sorted by length; equal lengths keep their order.
    order = iter(sorted(range(len(rows)), key=lambda index: len(rows[index])))
    device = next(model.parameters()).device
    found: dict[int, NoteBits] = {}
    for batch in batches_of(rows, BATCH_EVENTS):
        losses, where = model.losses(*batch.inputs(device))
        bits = np.stack([losses[name].double().cpu().numpy() for name in FIELDS]) / math.log(2)
        at = where.cpu().numpy()
        targets = batch.targets.numpy()[at[:, 0], at[:, 1]]
        counted, end = targets[:, TARGET["end_allowed"]] > 0, targets[:, 0] == END
        for place in range(len(batch.features)):
            mine = counted & (at[:, 0] == place)
            found[next(order)] = NoteBits(bits[:, mine & ~end], float(bits[0, mine & end].sum()))
    return [found[index] for index in range(len(rows))]
