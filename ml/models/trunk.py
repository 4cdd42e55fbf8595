"""What a trunk is: a causal map from event vectors to event vectors. Single steps are in `ml.models.decoding`."""

from __future__ import annotations

from typing import Any, Protocol

from torch import Tensor

State = Any
"""A trunk's own memory of what it has read: PromptState of the Transformer; of recurrent trunks (layers, 1, hidden),
an LSTM's cells after its outputs."""


class Trunk(Protocol):
    """Shapes: vectors (batch, events, width), places (batch, events, 3) as in `ml.tensors.sequence.EventRow`."""

    def __call__(self, vectors: Tensor, places: Tensor) -> Tensor:
        """Output (batch, events, width); output i depends on events 0 to i only."""

    def prefill(self, vectors: Tensor, places: Tensor) -> tuple[Tensor, State]:
        """Read a prompt of one row (1, events, width) at once: the last output (1, width), and what is remembered."""

    def extend(self, vectors: Tensor, places: Tensor, state: State) -> Tensor:
        """Read further events in several rows that each go on from what `prefill` left, all at once.

        Shapes as of a call, with any batch; `state` stays as it is.
        """
