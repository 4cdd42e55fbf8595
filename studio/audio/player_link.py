"""PlayerLink: one player process and the two threads that keep its pipe from blocking anybody."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable

from studio.audio.child_process import CLOSE_S, end, spawn
from studio.audio.messages import Alive, Command, PlayerMessage, PlayerOptions, Position, Quit
from studio.audio.player_process import run_player


class PlayerLink:
    """Starts a player process, sends it commands without ever waiting, and keeps what it reports.

    Of positions only the latest is kept, so that an app that is busy for a while finds no backlog.
    """

    def __init__(self, options: PlayerOptions, on_report: Callable[[], None] | None = None) -> None:
        self._process, self._connection = spawn(run_player, options, name="continuo-player")
        self._on_report = on_report
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._reports: deque[PlayerMessage | Alive] = deque()
        self._position: Position | None = None
        self._sent = 0
        self._lock = threading.Lock()
        self._gone = threading.Event()
        self._threads = [
            threading.Thread(target=self._send_all, name="player-send", daemon=True),
            threading.Thread(target=self._receive_all, name="player-receive", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def gone(self) -> bool:
        """Whether the process has died or closed its end."""
        return self._gone.is_set()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def send(self, command: Command) -> int:
        """Hand over a command; returns how many that makes, for comparing with `Position.obeyed`."""
        self._sent += 1
        self._commands.put(command)
        return self._sent

    def take_reports(self) -> list[PlayerMessage | Alive]:
        """What has come since the last call, oldest first; the latest position last."""
        with self._lock:
            reports = list(self._reports)
            self._reports.clear()
            if self._position is not None:
                reports.append(self._position)
                self._position = None
        return reports

    def close(self, deadline_s: float = CLOSE_S) -> None:
        """End the process, politely for `deadline_s`, and both threads."""
        self._commands.put(Quit())
        self._commands.put(None)
        end(self._process, deadline_s)
        for thread in self._threads:
            thread.join()
        self._connection.close()

    def _send_all(self) -> None:
        try:
            while (command := self._commands.get()) is not None:
                self._connection.send(command)
        except OSError:
            return  # the process is gone; `gone` tells

    def _receive_all(self) -> None:
        try:
            while True:
                report = self._connection.recv()
                with self._lock:
                    if isinstance(report, Position):
                        self._position = report
                    else:
                        self._reports.append(report)
                if self._on_report:
                    self._on_report()
        except (EOFError, OSError):
            self._gone.set()
        if self._on_report:
            self._on_report()
