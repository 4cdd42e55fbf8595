"""Plays and lets models write, for bench_window: says how late the window's 5 ms timer came meanwhile.

With "compare" as second argument it asks four models for four takes of four bars each, so that the comparison view
is open, and also says when takes could be heard and how much memory was used.
"""

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
from studio.ui.audition.take_cell import TakeCell
from tests.perf.bench_engine import peak_memory_mb

TICK_MS = 5
BARS = 16
COMPARED_MODELS, COMPARED_TAKES, COMPARED_BARS = 4, 4, 4


class Ticks:
    """Counts ticks only while notes are coming in; asks again whenever all models have answered."""

    def __init__(self, running: app.Running, *, compare: bool) -> None:
        self._studio = running.studio
        self._window = running.window
        self._models = running.studio.shelf.standard()
        self._compare = compare
        if compare:
            self._models = running.studio.shelf.answering()[:COMPARED_MODELS]
        self._last_s = self._asked_s = 0.0
        self.late_ms: list[float] = []
        self.requests = 0
        self.first_s: list[float] = []
        self.all_s: list[float] = []
        self.painted: list[int] = []
        self._paints_before = 0

    def tick(self) -> None:
        now_s = time.perf_counter()
        takes = self._studio.takes
        if self._last_s and takes.running and any(slot.notes for slot in takes.slots):
            self.late_ms.append(1000 * (now_s - self._last_s) - TICK_MS)
        self._last_s = now_s
        if takes.running:
            if len(self.first_s) < self.requests and any(slot.playable_notes for slot in takes.slots):
                self.first_s.append(now_s - self._asked_s)
        elif self._models:
            if self.requests and len(self.all_s) < self.requests:
                self.all_s.append(now_s - self._asked_s)
                self.painted.append(self._paints() - self._paints_before)
            self._ask()

    def _ask(self) -> None:
        self._studio.reject()
        wishes = replace(self._studio.wishes, bars=BARS)
        if self._compare:
            models = tuple(card.id for card in self._models)
            wishes = replace(wishes, bars=COMPARED_BARS, takes=COMPARED_TAKES, models=models)
        self._studio.wishes = wishes
        self._studio.ask(Verb.CONTINUE)
        self._asked_s = time.perf_counter()
        self._paints_before = self._paints()
        self.requests += 1

    def _paints(self) -> int:
        """How often cells of the comparison were painted; they go from take to take."""
        return sum(cell.paints for cell in self._window.audition.findChildren(TakeCell))

    def found(self) -> dict[str, object]:
        return {
            "late_ms": self.late_ms,
            "requests": self.requests,
            "models": [card.id for card in self._models],
            "first_s": self.first_s,
            "all_s": self.all_s,
            "painted": self.painted,
            "memory_mb": peak_memory_mb(),
        }


def main() -> None:
    application = QApplication(["continuo"])
    running = app.start(AppFolders.of_user(), None)
    app.warm_up(running)
    running.studio.transport.play(0)
    ticks = Ticks(running, compare="compare" in sys.argv[2:])
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(ticks.tick)
    timer.start(TICK_MS)
    QTimer.singleShot(round(1000 * float(sys.argv[1])), lambda: application.exit(0))
    application.exec()
    timer.stop()
    print(json.dumps(ticks.found()), flush=True)
    running.studio.reject()
    running.close()


if __name__ == "__main__":
    main()
