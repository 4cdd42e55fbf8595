"""From nothing to a painted window that plays a file: whole processes, torch not among what they loaded."""

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
PIECE = ROOT / "resources" / "examples" / "blues-bass.mid"


def benchmark(smoke: bool) -> list[Row]:
    """The middle one of several starts. The first, which warms the disk cache and compiles, is left out."""
    with tempfile.TemporaryDirectory() as bytecode:
        starts = [one_start(Path(bytecode)) for _ in range(2 if smoke else 6)][1:]
    screen = "" if os.environ.get("DISPLAY") else ", drawn in memory"
    rows: list[Row] = []
    for key, name, hold in (
        ("window_s", "cold start to the painted window", "<= 2"),
        ("playing_s", "cold start to the playing file", "<= 2"),
        ("first_bar_s", "first bar, asked before any model is in memory", ""),
    ):
        times = [start[key] for start in starts]
        note = f"median of {len(times)}, slowest {max(times):.2f}{screen}"
        rows.append({"name": name, "value": statistics.median(times), "unit": "s", "hold": hold, "note": note})
    with_torch = sum("torch" in start["loaded"] for start in starts)
    rows.append(
        {"name": "starts that loaded torch by then", "value": with_torch, "unit": "", "hold": "<= 0", "note": ""}
    )
    return rows


def one_start(bytecode: Path) -> dict[str, Any]:
    """Times in seconds from before the process was made; raises RuntimeError if it did not come up.

    Python keeps what it compiled in `bytecode`, as it does on a user's disk, whatever this process was told of that.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CONTINUO_HOME": home, "PYTHONPYCACHEPREFIX": str(bytecode)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if not environment.get("DISPLAY"):
            environment["QT_QPA_PLATFORM"] = "offscreen"
        command = [sys.executable, "-m", "tests.perf.startup_probe", str(time.monotonic()), str(PIECE)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"the program did not come up: {done.stderr}")
    # The last line, because libraries of the player process may talk first.
    return dict(json.loads(done.stdout.splitlines()[-1]))
