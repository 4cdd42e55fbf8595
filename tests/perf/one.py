"""Run one benchmark file and write its rows as JSON; a process of its own keeps memory and threads apart."""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", help="name of a file in tests/perf without .py, such as bench_startup")
    parser.add_argument("result", type=Path, help="file to write the rows to")
    parser.add_argument("--smoke", action="store_true", help="small sizes: only to see that the benchmark runs")
    options = parser.parse_args()
    rows = importlib.import_module(f"tests.perf.{options.benchmark}").benchmark(options.smoke)
    options.result.write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
