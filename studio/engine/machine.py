"""What decides how fast models write here: the processor and the threads that they get."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def spare_threads() -> int:
    """Cores less one, at least 1: torch on every core starves the window and collapses on a busy machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def machine_text(cpu_facts: Path = Path("/proc/cpuinfo")) -> str:
    """Processor, threads, and versions of the program and of torch: a speed holds for all of these together."""
    versions = "; ".join(f"{package} {_version(package)}" for package in ("continuo", "torch"))
    threads = spare_threads()
    return f"{_processor(cpu_facts)}; {threads} thread{'s' * (threads > 1)}; {versions}"


def _processor(cpu_facts: Path) -> str:
    """The processor's name; Linux tells it only in a file."""
    try:
        for line in cpu_facts.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # another system, which `platform` asks by itself
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    # Imports a good part of the standard library, which no start needs.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "of this checkout"
