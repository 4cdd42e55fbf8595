"""The window: cold start of the whole process, and how late its events come while models generate."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.perf.rows import Row

ROOT = Path(__file__).resolve().parents[2]
STARTS, SMOKE_STARTS = 5, 1
TICK_MS = 5
GENERATE_S, SMOKE_S = 20.0, 3.0

START = """
import json, sys, time
from PySide6.QtWidgets import QApplication
from studio import app
from studio.project import AppFolders

application = QApplication(["continuo"])
running = app.start(AppFolders.of_user(), None)
while not running.window.windowHandle().isExposed():
    application.processEvents()
running.window.grab()
print(json.dumps({"at": time.time(), "torch": "torch" in sys.modules}))
sys.stdout.flush()
running.close()
"""

TICKS = """
import json, sys, time
from dataclasses import replace
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio import app
from studio.project import AppFolders

limit_s, tick_ms = float(sys.argv[1]), int(sys.argv[2])
application = QApplication(["continuo"])
running = app.start(AppFolders.of_user(), None)
studio = running.studio
models = studio.shelf.models()
late, state = [], {"last": 0.0, "jobs": 0}

def ask():
    if models:
        studio.wishes = replace(studio.wishes, bars=16, takes=4)
        studio.reject()
        studio.continue_()
        state["jobs"] += 1

def tick():
    now = time.perf_counter()
    if state["last"] and studio.takes.running and any(slot.notes for slot in studio.takes.slots):
        late.append(1000 * (now - state["last"]) - tick_ms)
    state["last"] = now
    if models and not studio.takes.running:
        ask()

if models:
    app.warm_up(studio)
    ask()
    studio.transport.play(0)
timer = QTimer(interval=tick_ms)
timer.timeout.connect(tick)
timer.start()
QTimer.singleShot(int(1000 * limit_s), application.quit)
running.window.closeEvent = lambda event: event.accept()
application.exec()
print(json.dumps({"late": late, "jobs": state["jobs"], "models": [card.id for card in models]}))
sys.stdout.flush()
studio.reject()
running.close()
"""


def run(program: str, home: str, *arguments: str) -> dict[str, object]:
    """What a program run in a fresh process prints last, as JSON."""
    environment = {**os.environ, "CONTINUO_HOME": home}
    if not environment.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=300, check=True,
    )  # fmt: skip
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def benchmark(smoke: bool) -> list[Row]:
    """Cold start: from starting the interpreter until the window with the sketch is painted, a fresh home each time."""
    starts = []
    with_torch = False
    for _ in range(SMOKE_STARTS if smoke else STARTS):
        with tempfile.TemporaryDirectory() as home:
            begun = time.time()
            found = run(START, home)
            starts.append(float(str(found["at"])) - begun)
            with_torch = with_torch or bool(found["torch"])
    note = f"median of {len(starts)}, slowest {max(starts):.2f} s, torch {'LOADED' if with_torch else 'not loaded'}"
    rows: list[Row] = [
        {
            "name": "window up with the sketch, cold",
            "value": statistics.median(starts),
            "unit": "s",
            "hold": "<= 2",
            "note": note,
        }
    ]
    with tempfile.TemporaryDirectory() as home:
        ticks = run(TICKS, home, str(SMOKE_S if smoke else GENERATE_S), str(TICK_MS))
    late = sorted(ticks["late"])  # type: ignore[call-overload]
    if late:
        rows.append(
            {
                "name": "window tick while generating, p99",
                "value": late[min(len(late) - 1, int(0.99 * len(late)))],
                "unit": "ms late",
                "hold": "<= 20",
                "note": f"{len(late)} ticks, {ticks['jobs']} requests to {ticks['models']}, worst {late[-1]:.0f} ms",
            }
        )
    return rows
