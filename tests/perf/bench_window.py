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
    return tick_row(found, "window tick while generating, p99")


def ticks_while_comparing(for_s: float) -> list[Row]:
    """The same with four models x four takes of four bars in the comparison view; also when takes could be heard."""
    with tempfile.TemporaryDirectory() as home:
        found = run("window_ticks", home, str(for_s), "compare")
    rows = tick_row(found, "window tick while comparing 4 x 4 takes, p99")
    for name, key, hold in (("first bar playable", "first_s", "<= 1"), ("all takes complete", "all_s", "<= 15")):
        if times_s := sorted(found[key])[1 if len(found[key]) > 1 else 0 :]:
            note = f"4 models x 4 takes, {len(times_s)} requests, best {times_s[0]:.2f}, worst {times_s[-1]:.2f}"
            middle = statistics.median(times_s)
            rows.append(Row(name=f"comparison: {name}", value=middle, unit="s", hold=hold, note=note))
    if painted := found["painted"]:
        note = f"of {len(painted)} requests, all cells together"
        rows.append(Row(name="comparison: cells painted", value=statistics.median(painted), unit="times", hold="",
                        note=note))  # fmt: skip
    memory = Row(name="comparison: memory of the window", value=found["memory_mb"], unit="MB", hold="<= 1200", note="")
    return [*rows, memory]


def tick_row(found: dict[str, Any], name: str) -> list[Row]:
    late_ms = sorted(found["late_ms"])
    if not late_ms:
        return []
    asked = f"{found['requests']} requests to {' and '.join(found['models'])}"
    note = f"{len(late_ms)} ticks, {asked}, median {statistics.median(late_ms):.1f}, worst {late_ms[-1]:.0f} ms"
    p99 = late_ms[int(0.99 * (len(late_ms) - 1))]
    return [Row(name=name, value=p99, unit="ms late", hold="<= 20", note=note)]


def benchmark(smoke: bool) -> list[Row]:
    for_s = SMOKE_S if smoke else GENERATE_S
    return [*ticks_while_generating(for_s), *ticks_while_comparing(for_s)]
