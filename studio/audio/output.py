"""Output: the seam between the transport and whatever makes sound; and the silent clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from studio.audio.midi_message import Message, Timed


class Output(Protocol):
    """Plays messages by its own clock. All times are seconds of that clock, which never runs back."""

    jitter_s: float
    """What was due this long before `now_s()`, and scheduled by then, has surely been sent."""

    def now_s(self) -> float:
        """The clock now."""

    def schedule(self, messages: Iterable[Timed]) -> None:
        """Send each message at its time, never before (at once when it has passed). Sorted; equal times keep order."""

    def drop_pending(self) -> None:
        """Forget every scheduled message not yet sent; after the return none of them will be."""

    def send(self, messages: Iterable[Message]) -> None:
        """Send messages at once."""


class SilentOutput:
    """A clock without sound, for machines with no sound device: the playhead still moves."""

    jitter_s = 0.0

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def now_s(self) -> float:
        return self._clock()

    def schedule(self, messages: Iterable[Timed]) -> None:
        """Nothing listens."""

    def drop_pending(self) -> None:
        """Nothing is kept."""

    def send(self, messages: Iterable[Message]) -> None:
        """Nothing listens."""
