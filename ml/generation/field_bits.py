"""Bits of each field of many notes, read row by row with what was written before them given (teacher forcing)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ml.models.event_model import EventModel
from ml.tensors.event_features import NONE
from ml.tensors.sequence import EventRow
from ml.tensors.vocabulary import FIELDS

Floats = NDArray[np.float64]

BATCH_EVENTS = 1536
"""Events read between two looks at `cancelled`: a fraction of a second, and twice as many are hardly faster each."""


@dataclass(frozen=True)
class Tail:
    """Notes that go on from a prompt: features (notes, columns), places (notes, 3), and the targets (n, TARGETS) of
    what is asked before the first of them and after each, as far as anything is."""

    features: NDArray[np.int64]
    places: NDArray[np.float32]
    targets: NDArray[np.int64]


@torch.inference_mode()
def row_bits(
    network: EventModel, rows: Sequence[tuple[EventRow, NDArray[np.int64]]], cancelled: Callable[[], bool]
) -> list[Floats] | None:
    """Bits (5, n) of what each row asks at its events (n,); None once `cancelled()`.

    Rows of like length are read together, `BATCH_EVENTS` at a time.
    """
    found: dict[int, Floats] = {}
    order = sorted(range(len(rows)), key=lambda index: len(rows[index][0]))
    while order:
        if cancelled():
            return None
        batch = [order.pop()]
        longest = len(rows[batch[0]][0])
        while order and (len(batch) + 1) * longest <= BATCH_EVENTS:
            batch.append(order.pop())
        read = [rows[index][0] for index in batch]
        features = np.tile(NONE, (len(read), longest, 1))
        places = np.zeros((len(read), longest, 3), np.float32)
        for at, row in enumerate(read):
            features[at, : len(row)], places[at, : len(row)] = row.features, row.places
        states = network.states(torch.from_numpy(features), torch.from_numpy(places))
        for at, index in enumerate(batch):
            row, events = rows[index]
            targets = torch.from_numpy(row.targets[events])
            found[index] = note_bits(network, states[at, torch.from_numpy(events)], targets, row)
    return [found[index] for index in range(len(rows))]


@torch.inference_mode()
def tail_bits(
    network: EventModel, row: EventRow, tails: Sequence[Tail], cancelled: Callable[[], bool]
) -> list[Floats] | None:
    """Bits (5, targets) of each of the tails that go on from one row, which is read once; None once `cancelled()`."""
    if cancelled():
        return None
    vectors = network.embedding(torch.from_numpy(row.features)[None])
    output, state = network.reader.prefill(vectors, torch.from_numpy(row.places)[None])
    found: dict[int, Floats] = {}
    order = sorted(range(len(tails)), key=lambda index: len(tails[index].features))
    while order:
        if cancelled():
            return None
        batch = [order.pop()]
        longest = len(tails[batch[0]].features)
        while order and (len(batch) + 1) * (len(row) + longest) <= 8 * BATCH_EVENTS:
            batch.append(order.pop())
        outputs = output[:, None].expand(len(batch), -1, -1)
        if longest:
            features = np.tile(NONE, (len(batch), longest, 1))
            places = np.zeros((len(batch), longest, 3), np.float32)
            for at, index in enumerate(batch):
                tail = tails[index]
                features[at, : len(tail.features)], places[at, : len(tail.places)] = tail.features, tail.places
            read = network.reader.extend(
                network.embedding(torch.from_numpy(features)), torch.from_numpy(places), state
            )  # fmt: skip
            outputs = torch.cat([outputs, read], 1)
        asked = [len(tails[index].targets) for index in batch]
        states = torch.cat([network.norm(outputs[at, :count]) for at, count in enumerate(asked)])
        targets = torch.from_numpy(np.concatenate([tails[index].targets for index in batch]))
        bits = np.split(note_bits(network, states, targets, row), np.cumsum(asked)[:-1], axis=1)
        found.update(zip(batch, bits, strict=True))
    return [found[index] for index in range(len(tails))]


def note_bits(network: EventModel, states: torch.Tensor, targets: torch.Tensor, row: EventRow) -> Floats:
    """Bits (5, n) of notes from states (n, width) and targets (n, TARGETS) of one row."""
    n = len(targets)
    losses = network.note_losses(
        states, targets, torch.full((n,), row.tonic), torch.full((n,), row.minor),
        torch.from_numpy(row.asked).expand(n, -1), torch.from_numpy(row.instruments).expand(n, -1),
    )  # fmt: skip
    bits: Floats = np.stack([losses[name].double().numpy() for name in FIELDS]) / math.log(2)
    return bits
