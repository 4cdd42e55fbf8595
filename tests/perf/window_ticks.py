"""Plays and lets all models generate, for bench_window: says how late the window's 5 ms timer came meanwhile."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from ml.requests import Verb
from studio import app
from studio.project import AppFolders

TICK_MS = 5
BARS = 16


class Ticks:
    """Counts ticks only while notes are coming in; asks again whenever all models have answered."""

    def __init__(self, running: app.Running) -> None:
        self._studio = running.studio
        self._models = running.studio.shelf.standard()
        self._last_s = 0.0
        self.late_ms: list[float] = []
        self.requests = 0

    def tick(self) -> None:
        now_s = time.perf_counter()
        takes = self._studio.takes
        if self._last_s and takes.running and any(slot.notes for slot in takes.slots):
            self.late_ms.append(1000 * (now_s - self._last_s) - TICK_MS)
        self._last_s = now_s
        if self._models and not takes.running:
            self._studio.reject()
            self._studio.wishes = replace(self._studio.wishes, bars=BARS)
            self._studio.ask(Verb.CONTINUE)
            self.requests += 1


def main() -> None:
    application = QApplication(["continuo"])
    running = app.start(AppFolders.of_user(), None)
    app.warm_up(running)
    running.studio.transport.play(0)
    ticks = Ticks(running)
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(ticks.tick)
    timer.start(TICK_MS)
    QTimer.singleShot(round(1000 * float(sys.argv[1])), lambda: application.exit(0))
    application.exec()
    timer.stop()
    models = [card.id for card in running.studio.shelf.standard()]
    print(json.dumps({"late_ms": ticks.late_ms, "requests": ticks.requests, "models": models}), flush=True)
    running.studio.reject()
    running.close()


if __name__ == "__main__":
    main()
