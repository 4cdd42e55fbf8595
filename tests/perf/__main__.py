"""Run every benchmark: python -m tests.perf [--smoke] [--json FILE] [NAME ...]. Prints one table with the machine.

A benchmark is a file tests/perf/bench_*.py with `benchmark(smoke: bool) -> list[Row]`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.perf.rows import Row, completed, table, verdict

HERE = Path(__file__).parent
LIMIT_S = 1800


def machine() -> dict[str, Any]:
    """What the numbers were measured on, and how busy it was (processes ready to run, over 1, 5, 15 minutes)."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else [],
    }


def run(name: str, smoke: bool) -> list[Row] | None:
    """The rows of one benchmark, None if it failed (its error is on the screen)."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "tests.perf.one", name, str(result), *(["--smoke"] if smoke else [])]
        try:
            code = subprocess.run(command, cwd=HERE.parent.parent, timeout=LIMIT_S).returncode
        except subprocess.TimeoutExpired:
            print(f"{name} took longer than {LIMIT_S} s", file=sys.stderr)
            return None
        return [completed(row) for row in json.loads(result.read_text())] if code == 0 else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.perf", description="Measure Continuo on this machine.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run, such as startup; all if none")
    parser.add_argument("--smoke", action="store_true", help="small sizes: only to see that everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write machine and rows to this file")
    options = parser.parse_args()
    there = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := [name for name in options.names if name not in there]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(there)}")
    on = machine()
    rows: list[Row] = []
    failed: list[str] = []
    for name in options.names or there:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        got = run(f"bench_{name}", options.smoke)
        if got is None:
            failed.append(name)
        else:
            rows += got
    on["load_after"] = machine()["load"]
    print(f"{on['processor']}, {on['cores']} cores, {on['system']}, Python {on['python']}")
    print(
        f"load before {on['load']}, after {on['load_after']}" + (", SMOKE RUN: the numbers say nothing" * options.smoke)
    )
    print(table(rows))
    if options.json:
        report = {"machine": on, "smoke": options.smoke, "rows": [{**row, "holds": verdict(row)} for row in rows]}
        options.json.write_text(json.dumps(report, indent=2))
    print(f"failed: {', '.join(failed)}" if failed else f"{len(rows)} numbers measured, no benchmark failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
