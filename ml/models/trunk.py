"""What a trunk is: a causal map from event vectors to event vectors, also one step at a time."""

from __future__ import annotations

from typing import Any, Protocol

from torch import Tensor

State = Any
"""A trunk's own memory of what it has read; batch rows are independent."""


class Trunk(Protocol):
    """Shapes: vectors (batch, events, width), places (batch, events, 3) as in `ml.tensors.sequence.EventRow`."""

    def __call__(self, vectors: Tensor, places: Tensor) -> Tensor:
        """Output (batch, events, width); output i depends on events 0 to i only."""

    def prefill(self, vectors: Tensor, places: Tensor, capacity: int) -> tuple[Tensor, State]:
        """Read a prompt of one row (1, events, width) at once; room for `capacity` events in all.

        Returns the last output (1, width) and the state.
        """

    def repeat(self, state: State, rows: int) -> State:
        """The state of one row copied for `rows` rows."""

    def step(self, vectors: Tensor, places: Tensor, state: State) -> Tensor:
        """Read one event per row: vectors (rows, width), places (rows, 3) -> (rows, width); changes `state`."""
