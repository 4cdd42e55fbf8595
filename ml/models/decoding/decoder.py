"""Decoder: a trained network as it writes notes; reads the prompt at once, then one note of every take a step."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ml.models.decoding.attention import TransformerSteps
from ml.models.decoding.head import HeadWeights, NoteWriter
from ml.models.decoding.layers import Floats, RmsNorm, array
from ml.models.decoding.recurrent import RecurrentSteps
from ml.models.event_model import EventModel
from ml.models.gru import GruTrunk
from ml.models.lstm import LstmTrunk
from ml.models.rnn import RnnTrunk
from ml.models.transformer import TransformerTrunk
from ml.tensors.sequence import EventRow


class TrunkSteps(Protocol):
    """A trunk, step by step; rows are independent of each other."""

    def begin(self, state: Any, rows: int, capacity: int) -> Any:
        """`rows` copies of what `Trunk.prefill` left of one row, with room for `capacity` events in all."""

    def step(self, vectors: Floats, places: Floats, state: Any) -> Floats:
        """Read one event per row: vectors (rows, width), places (rows, 3) -> (rows, width); changes `state`."""


class Decoder:
    """Copies of the weights of `model` as they are now: training it further does not reach them."""

    def __init__(self, model: EventModel) -> None:
        self.model = model
        width = model.config.width
        self.embedding = array(model.embedding.table.weight)
        self.offsets: NDArray[np.int64] = model.embedding.offsets.cpu().numpy()
        self.trunk = steps_of(model.trunk, width)
        self.norm, self.gain = RmsNorm(width, model.norm), array(model.norm.weight)
        self.head = HeadWeights(model.head)

    def read(self, row: EventRow, takes: int, capacity: int) -> Reading:
        """Read a prompt for `takes` takes that go on from it, with room for `capacity` events in all."""
        return Reading(self, row, takes, capacity)


def steps_of(trunk: nn.Module, width: int) -> TrunkSteps:
    if isinstance(trunk, TransformerTrunk):
        return TransformerSteps(trunk, width)
    assert isinstance(trunk, RnnTrunk | LstmTrunk | GruTrunk)
    return RecurrentSteps(trunk)


class Reading:
    """What the takes have read so far. `head` writes the fields of their next notes from `state`; `output` is the
    trunk's after the last event, (takes, width)."""

    @torch.inference_mode()
    def __init__(self, decoder: Decoder, row: EventRow, takes: int, capacity: int) -> None:
        self._decoder = decoder
        model = decoder.model
        device = model.norm.weight.device
        vectors = model.embedding(torch.from_numpy(row.features)[None].to(device))
        output, state = model.reader.prefill(vectors, torch.from_numpy(row.places)[None].to(device))
        self._trunk_state = decoder.trunk.begin(state, takes, capacity)
        self.output = np.repeat(array(output), takes, axis=0)
        self.head = NoteWriter(decoder.head, row.tonic, row.minor, row.asked, row.instruments)

    def state(self) -> Floats:
        """What the head starts from, (takes, width); the caller's to change."""
        state = self._decoder.norm(self.output)
        state *= self._decoder.gain
        return state

    def step(self, features: NDArray[np.int64], places: Floats) -> None:
        """Read one event of each take: features (takes, columns), places (takes, 3)."""
        rows = self._decoder.embedding.take(features + self._decoder.offsets, axis=0)
        self.output = self._decoder.trunk.step(np.add.reduce(rows, axis=1), places, self._trunk_state)
