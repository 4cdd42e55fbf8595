"""Ctrl-C, a closed terminal and requests to end: at once while nothing is at stake, else after the step in hand."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Stopped(KeyboardInterrupt):
    """The user or the system asked the program to end; `exit_code` is what shells expect then."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


class Interruption:
    """While entered, signals to end raise Stopped; inside `held` they are remembered in `number` instead.

    Python hands signals to its main thread only: elsewhere nothing is caught.
    """

    def __init__(self) -> None:
        self.number = 0
        self._held = False
        self._before: dict[int, Any] = {}

    @property
    def requested(self) -> bool:
        """Whether a signal waits to be obeyed."""
        return bool(self.number)

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._arrived) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        if not self._held:
            raise Stopped(number)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Signals wait; who holds them looks at `requested` and comes to an end."""
        before, self._held = self._held, True
        try:
            yield
        finally:
            self._held = before

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Inside `held`: signals raise Stopped again, also one that came before."""
        before, self._held = self._held, False
        try:
            if self.number:
                raise Stopped(self.number)
            yield
        finally:
            self._held = before
