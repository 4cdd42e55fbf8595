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
from typing import Any

from tests.perf.rows import Row

ROOT = Path(__file__).resolve().parents[2]
STARTS, SMOKE_STARTS = 5, 1
GENERATE_S, SMOKE_S = 30.0, 4.0
LIMIT_S = 300


def run(program: str, home: str, *arguments: str) -> dict[str, Any]:
    """What a program of this folder prints last, as JSON; in a process and with a home of its own."""
    environment = {**os.environ, "CONTINUO_HOME": home}
    if not environment.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", f"tests.perf.{program}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, timeout=LIMIT_S)
    done.check_returncode()
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def cold_start(starts: int) -> Row:
    """From starting the interpreter until the window with the sketch is painted."""
    took_s = []
    torch = False
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as home:
            begun_s = time.time()
            found = run("window_start", home)
            took_s.append(found["at"] - begun_s)
            torch = torch or found["torch"]
    note = f"median of {starts}, slowest {max(took_s):.2f} s, torch {'LOADED' if torch else 'not loaded'}"
    return Row(
        name="window up with the sketch, cold", value=statistics.median(took_s), unit="s", hold="<= 2", note=note
    )


def ticks_while_generating(for_s: float) -> list[Row]:
    """How late a 5 ms timer of the window comes while all models write and the song plays; nothing without models."""
    with tempfile.TemporaryDirectory() as home:
        found = run("window_ticks", home, str(for_s))
    late_ms = sorted(found["late_ms"])
    if not late_ms:
        return []
    asked = f"{found['requests']} requests to {' and '.join(found['models'])}"
    note = f"{len(late_ms)} ticks, {asked}, median {statistics.median(late_ms):.1f}, worst {late_ms[-1]:.0f} ms"
    p99 = late_ms[int(0.99 * (len(late_ms) - 1))]
    return [Row(name="window tick while generating, p99", value=p99, unit="ms late", hold="<= 20", note=note)]


def benchmark(smoke: bool) -> list[Row]:
    return [cold_start(SMOKE_STARTS if smoke else STARTS), *ticks_while_generating(SMOKE_S if smoke else GENERATE_S)]
