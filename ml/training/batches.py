"""Rows of like length, padded and stacked as tensors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ml.tensors.event_features import NONE
from ml.tensors.sequence import TARGETS, EventRow
from ml.training.augmentation import Augmentation
from ml.training.cache import CachedCorpus
from ml.training.sources import EmptyCorpus
from ml.training.windows import random_row

POOL_BATCHES = 8
"""Rows of so many batches are drawn together and sorted by length, so that little is padding."""
LONG_SHARE, SHORT_EVENTS = 0.25, 512
"""So many rows use the whole length, so that models learn to read far back; the others are quicker to learn from."""
TRIES = 10_000
"""A corpus that gives no row in so many draws is too dense to be learned from."""


@dataclass(frozen=True)
class Batch:
    """Tensors by the names of `EventModel.losses`; `notes` is how many note targets they hold."""

    features: Tensor
    places: Tensor
    targets: Tensor
    tonic: Tensor
    minor: Tensor
    asked: Tensor
    instruments: Tensor
    notes: int

    def inputs(self, device: torch.device) -> tuple[Tensor, ...]:
        tensors = (
            self.features, self.places, self.targets, self.tonic, self.minor, self.asked, self.instruments,
        )  # fmt: skip
        return tuple(tensor.to(device, non_blocking=True) for tensor in tensors)


def stack(rows: list[EventRow]) -> Batch:
    """Pad rows at their end to the longest and stack them."""
    events = max(len(row) for row in rows)
    features = np.tile(NONE.astype(np.int16), (len(rows), events, 1))
    targets = np.full((len(rows), events, len(TARGETS)), -1, np.int16)
    places = np.zeros((len(rows), events, 3), np.float32)
    for index, row in enumerate(rows):
        features[index, : len(row)] = row.features
        targets[index, : len(row)] = row.targets
        places[index, : len(row)] = row.places
    return Batch(
        torch.from_numpy(features), torch.from_numpy(places), torch.from_numpy(targets),
        torch.tensor([row.tonic for row in rows]), torch.tensor([row.minor for row in rows]),
        torch.from_numpy(np.stack([row.asked for row in rows])),
        torch.from_numpy(np.stack([row.instruments for row in rows])), int((targets[:, :, 0] >= 0).sum()),
    )  # fmt: skip


def batches_of(rows: list[EventRow], batch_events: int) -> list[Batch]:
    """Rows, sorted by length, cut into batches of at most `batch_events` padded events (at least one row)."""
    batches: list[Batch] = []
    group: list[EventRow] = []
    for row in sorted(rows, key=len):
        if group and (len(group) + 1) * len(row) > batch_events:
            batches.append(stack(group))
            group = []
        group.append(row)
    if group:
        batches.append(stack(group))
    return batches


class RowSource:
    """Endless rows from several corpora, each given its share of the notes seen.

    Raises EmptyCorpus for a corpus without training pieces, or without a bar that fits into `max_events`.
    """

    def __init__(
        self, corpora: list[tuple[CachedCorpus, float]], max_events: int, augmentation: Augmentation | None, seed: int
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.max_events = max_events
        self.augmentation = augmentation
        self.corpora = [corpus for corpus, _ in corpora]
        for corpus in self.corpora:
            if not len(corpus.splits["train"]):
                raise EmptyCorpus(f"{corpus.name} has no pieces to learn from: all are held out by its splits.")
        shares = np.array([share for _, share in corpora])
        self.shares = shares / shares.sum()
        self.seen = np.zeros(len(corpora))
        # Long pieces hold more windows; very short ones are not forgotten.
        self.chances = [np.maximum(corpus.sizes[corpus.splits["train"]], 64.0) for corpus in self.corpora]
        self.chances = [chance / chance.sum() for chance in self.chances]
        self.pool_start = self._here()
        self.position = 0

    def row(self) -> EventRow:
        """The next row, from the corpus that is most behind its share."""
        which = int(np.argmax(self.shares * (self.seen.sum() + 1) - self.seen))
        corpus = self.corpora[which]
        for _ in range(TRIES):
            number = int(self.rng.choice(corpus.splits["train"], p=self.chances[which]))
            longest = self.max_events if self.rng.random() < LONG_SHARE else min(SHORT_EVENTS, self.max_events)
            row = random_row(corpus.piece(number), longest, self.augmentation, self.rng)
            if row is not None:
                self.seen[which] += int((row.targets[:, 0] >= 0).sum())
                return row
        raise EmptyCorpus(f"{corpus.name} is too dense: none of its bars fits into a row of {self.max_events} events.")

    def batches(self, batch_events: int) -> Iterator[Batch]:
        """Endless batches in random order of length; goes on where `restore` left off."""
        while True:
            for batch in self.pool(batch_events)[self.position :]:
                self.position += 1
                yield batch
            self.position = 0

    def pool(self, batch_events: int) -> list[Batch]:
        """The next few batches, drawn together; `pool_start` is then the state that they were drawn from."""
        self.pool_start = self._here()
        rows: list[EventRow] = []
        events = 0
        while events < POOL_BATCHES * batch_events:
            rows.append(self.row())
            events += len(rows[-1])
        pool = batches_of(rows, batch_events)
        return [pool[int(index)] for index in self.rng.permutation(len(pool))]

    def _here(self) -> dict[str, Any]:
        return {"random": self.rng.bit_generator.state, "seen": self.seen.tolist()}

    def state(self) -> dict[str, Any]:
        """Where the source stands, for JSON: the pool's starting point and how many of its batches are used."""
        return {**self.pool_start, "position": self.position, "data": [corpus.data_hash for corpus in self.corpora]}

    def state_after_pool(self) -> dict[str, Any]:
        """The state once the pool drawn last is used up."""
        return {**self.state(), **self._here(), "position": 0}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a `state`; the pool is drawn again and its used batches are passed over.

        Raises ValueError for the state of a source with other corpora.
        """
        data = [corpus.data_hash for corpus in self.corpora]
        if state.get("data", data) != data or len(state["seen"]) != len(data):
            raise ValueError("the state belongs to other corpora")
        self.rng.bit_generator.state = state["random"]
        self.seen = np.array(state["seen"])
        self.pool_start = {"random": state["random"], "seen": state["seen"]}
        self.position = int(state["position"])
