"""Waiting for a player process: polls as the window does, with a deadline and without sleeping blindly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from studio.audio import Player, PlayerMessage, PlayerOptions

DEADLINE_S = 60.0


class Listener:
    """A started player and everything it said."""

    def __init__(self, options: PlayerOptions, clock: Callable[[], float] = time.perf_counter) -> None:
        self._woken = threading.Event()
        self.player = Player(options, on_report=self._woken.set, clock=clock)
        self.said: list[PlayerMessage] = []
        self.player.start()

    def until(self, found: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
        """Poll until something holds."""
        end_s = time.monotonic() + deadline_s
        while not found():
            assert time.monotonic() < end_s, f"waited in vain; heard: {self.said[-5:]}"
            self._woken.wait(0.05)
            self._woken.clear()
            self.said += self.player.poll()

    def next_report(self) -> None:
        """Wait until another report has come in, and leave it there."""
        self._woken.clear()
        assert self._woken.wait(DEADLINE_S)

    def heard(self, kind: type) -> Callable[[], bool]:
        """Whether a message of this kind has come since now."""
        start = len(self.said)
        return lambda: any(isinstance(message, kind) for message in self.said[start:])

    def of(self, kind: type) -> list[PlayerMessage]:
        return [message for message in self.said if isinstance(message, kind)]
