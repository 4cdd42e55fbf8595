"""ExternalOutput: messages to a MIDI port at their time, from a thread that does nothing else."""

from __future__ import annotations

import contextlib
import heapq
import os
import threading
from collections.abc import Callable, Iterable

from studio.audio.channel_map import ChannelMap
from studio.audio.midi_message import Message, Timed
from studio.audio.ports import MidiPort, PortTrouble
from studio.audio.slots import CHANNELS
from studio.audio.transport import panic_messages

PATIENCE_S = 1.0
"""How long a port may take to answer before closing goes on without it."""


class ExternalOutput:
    """An Output (see `output`) to an external port, by a clock that is given. Close it when done."""

    jitter_s = 0.0

    def __init__(self, port: MidiPort, clock: Callable[[], float]) -> None:
        self._port = port
        self._clock = clock
        self._channels = ChannelMap()
        self._pending: list[tuple[float, int, Message]] = []
        self._order = 0
        self._latest_s = 0.0
        self._wake = threading.Condition()
        self._closing = self._closed = False
        self._trouble: str | None = None
        self._send(panic_messages(range(CHANNELS)))
        self._thread = threading.Thread(target=self._run, name="midi-out", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """One sentence once the port has failed; nothing is sent any more then."""
        return self._trouble

    def now_s(self) -> float:
        with self._wake:
            self._latest_s = max(self._latest_s, self._clock())
            return self._latest_s

    def schedule(self, messages: Iterable[Timed]) -> None:
        with self._wake:
            for at_s, message in messages:
                self._order += 1
                heapq.heappush(self._pending, (at_s, self._order, message))
            self._wake.notify()

    def drop_pending(self) -> None:
        with self._wake:
            # The thread may be late: what is due counts as sent, so send it.
            self._send_due()
            self._pending.clear()

    def send(self, messages: Iterable[Message]) -> None:
        with self._wake:
            self._send(messages)

    def close(self) -> None:
        """End what sounds, then close the port. Returns within two seconds even if the port hangs."""
        self._closing = True
        if not self._wake.acquire(timeout=PATIENCE_S):  # the thread has it, and waits for the port
            return
        try:
            self._pending.clear()
            self._wake.notify()
        finally:
            self._wake.release()
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        if hasattr(os, "sched_setscheduler"):
            # Where the user has the right: the worst lateness on a busy machine falls from 40 to 4 ms.
            with contextlib.suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        with self._wake:
            while not self._closing:
                if not self._pending:
                    self._wake.wait()
                elif (wait_s := self._pending[0][0] - self.now_s()) > 0:
                    self._wake.wait(wait_s)
                else:
                    self._send_due()
            self._write(self._channels.sounding())
            self._send(panic_messages(range(CHANNELS)))
            self._closed = True
            self._port.close()

    def _send_due(self) -> None:
        now_s = self.now_s()
        while self._pending and self._pending[0][0] <= now_s:
            self._send([heapq.heappop(self._pending)[2]])

    def _send(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._write(self._channels.translate(message))

    def _write(self, parts: Iterable[bytes]) -> None:
        if self._trouble is not None or self._closed:
            return
        try:
            for data in parts:
                self._port.send(data)
        except PortTrouble as error:
            self._trouble = str(error)
