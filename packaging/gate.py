"""What packaging/test does: set up, then every step of the gate, each also when an earlier one failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from set_up import ROOT, set_up
from system_libraries import SetUpFailed

# import-linter has no module to run; its script in .venv would break when the checkout is moved.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", ("-m", "ruff", "format", "--check")),
    ("lint", ("-m", "ruff", "check")),
    ("layers", ("-c", LINT_IMPORTS, "--no-logo")),
    ("types", ("-m", "mypy")),
    ("tests", ("-m", "pytest")),
    ("benchmarks, smoke run", ("-m", "tests.perf", "--smoke")),
)


def run_step(python: Path, arguments: tuple[str, ...]) -> tuple[int, str]:
    """Run Python in the checkout, passing its output on; returns the exit code and the last line of output."""
    # Qt draws into memory, so the tests need no display and steal no focus.
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    command = [str(python), *arguments]
    last_line = ""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last_line = line.strip() or last_line
    return process.returncode, last_line


def main() -> int:
    try:
        python = set_up("test")
    except SetUpFailed as trouble:
        print(trouble, file=sys.stderr)
        return 1
    rows: list[str] = []
    failed: list[str] = []
    for name, arguments in STEPS:
        print(f"\n=== {name}", flush=True)
        started_s = time.monotonic()
        code, last_line = run_step(python, arguments)
        rows.append(
            f"{'passed' if code == 0 else 'FAILED':7} {time.monotonic() - started_s:6.1f} s  {name}: {last_line}"
        )
        if code != 0:
            failed.append(name)
    print("\n=== the gate", *rows, sep="\n")
    print(f"The gate failed: {', '.join(failed)}." if failed else "The gate passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
