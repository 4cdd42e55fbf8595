"""What every test gets: Qt in memory, a home of its own, and a check that nothing is left running."""

from __future__ import annotations

import os

# Before Qt and torch are imported: no window on anybody's screen, no thread pool that takes all cores.
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

MANY_OBJECTS = 20_000
PATIENCE_S = 20.0
"""How long things that a test has told to end may take to do so."""


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's folders (settings, journal, own models) in a fresh place, so that tests do not meet."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CONTINUO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves threads, child processes or running Qt timers behind."""
    set_aside_old_objects()
    looks: tuple[Callable[[], dict[Any, str]], ...] = (running_threads, child_processes, running_timers)
    before = [set(look()) for look in looks]
    yield
    left = left_over(looks, before)
    deadline_s = time.monotonic() + PATIENCE_S
    while left and time.monotonic() < deadline_s:
        process_qt_deletions()
        gc.collect()
        threading.Event().wait(0.02)
        left = left_over(looks, before)
    if left:
        pytest.fail(f"left running: {', '.join(left)}", pytrace=False)


def left_over(looks: tuple[Callable[[], dict[Any, str]], ...], before: list[set[Any]]) -> list[str]:
    return [what for look, old in zip(looks, before, strict=True) for key, what in look().items() if key not in old]


def running_threads() -> dict[Any, str]:
    """Python threads by id, daemons too."""
    return {thread.ident: f"thread {thread.name}" for thread in threading.enumerate()}


def child_processes() -> dict[Any, str]:
    """Living children of this process by id, without Python's own tracker of shared resources (Linux only)."""
    found: dict[Any, str] = {}
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in read_or_nothing(children).split():
            command = read_or_nothing(Path("/proc") / pid / "cmdline").replace("\0", " ").strip()
            ended = "State:\tZ" in (status := read_or_nothing(Path("/proc") / pid / "status")) or not status
            # The command line alone does not tell: a child that has only just begun has none yet either.
            if not ended and "multiprocessing.resource_tracker" not in command:
                found[int(pid)] = f"process {pid} {command[:120]}"
    return found


def read_or_nothing(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def running_timers() -> dict[Any, str]:
    """Qt timers that still run, if the test used Qt at all."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None or core.QCoreApplication.instance() is None:
        return {}
    shiboken = sys.modules["shiboken6"]
    # By type: isinstance asks objects for their __class__, and some of torch answer with a warning.
    timers = (thing for thing in gc.get_objects() if issubclass(type(thing), core.QTimer))
    return {
        id(timer): f"QTimer {timer.objectName() or timer.parent()!r}"
        for timer in timers
        if shiboken.isValid(timer) and timer.isActive()
    }


def set_aside_old_objects() -> None:
    """Keep the search for timers short: modules and earlier tests leave hundreds of thousands of objects."""
    if len(gc.get_objects()) > MANY_OBJECTS:
        gc.collect()
        gc.freeze()


def process_qt_deletions() -> None:
    """Let Qt carry out deleteLater, which only an event loop does otherwise."""
    core = sys.modules.get("PySide6.QtCore")
    application = core.QCoreApplication.instance() if core is not None else None
    if application is not None:
        application.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
        application.processEvents()
