"""The window: how late its events come while models generate."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.perf.rows import Row

ROOT = Path(__file__).resolve().parents[2]
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
    return ticks_while_generating(SMOKE_S if smoke else GENERATE_S)
