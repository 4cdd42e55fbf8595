"""Pulse: news from worker threads reaches the window through one queued signal, at most 25 times a second."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SHORTEST_GAP_S = 0.04
IDLE_GAP_S = 0.5
"""How often a standing player is asked whether it has anything to tell."""


class Pulse(QObject):
    """Calls `beat` on the window's thread: soon after `wake`, steadily while `lively`, and now and then else."""

    _woken = Signal()

    def __init__(self, beat: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._beat = beat
        self._clock = clock
        self._last_s = clock() - SHORTEST_GAP_S
        self._waiting = False
        self._stopped = False
        self.lively = False
        self._timer = QTimer(self)
        self._timer.setObjectName("pulse")
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_time)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def wake(self) -> None:
        """There is news; may be called on any thread, and costs nothing while a beat is already due."""
        if not self._waiting:
            self._waiting = True
            self._woken.emit()

    def start(self) -> None:
        self._on_time()

    def stop(self) -> None:
        """No more beats."""
        self._stopped = True
        self._timer.stop()

    def hurry(self) -> None:
        """Beat as soon as the gap allows, but never from within: something has begun to move."""
        if not self.lively:
            self.lively = True
            self.wake()

    def _on_woken(self) -> None:
        gap_s = self._last_s + SHORTEST_GAP_S - self._clock()
        if self._stopped:
            return
        if gap_s <= 0:
            self._on_time()
        else:
            self._timer.start(round(gap_s * 1000) + 1)

    def _on_time(self) -> None:
        if self._stopped:
            return
        self._waiting = False
        self._last_s = self._clock()
        try:
            self._beat()
        finally:
            if not self._stopped:
                self._timer.start(round((SHORTEST_GAP_S if self.lively else IDLE_GAP_S) * 1000))
