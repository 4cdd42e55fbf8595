"""Starting a spawned child process that shares a pipe with this one, and ending it for certain."""

from __future__ import annotations

import multiprocessing
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

CLOSE_S = 2.0
"""A child that does not end by itself within this time is killed."""


def spawn(target: Callable[..., None], *arguments: Any, name: str) -> tuple[BaseProcess, Connection]:
    """Start `target(connection, *arguments)` in a fresh interpreter; returns the process and our end of the pipe.

    `target` must be importable by name. The child ends when `connection` raises EOFError: our end is closed,
    or this process is gone.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *arguments), name=name, daemon=True)
    try:
        with _without_main():
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def end(process: BaseProcess, deadline_s: float = CLOSE_S) -> None:
    """Wait for a child that was told to end; kill it after `deadline_s`."""
    process.join(deadline_s)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the program's main module while a child is spawned.

    Spawn would run it again in the child, which needs nothing of it: a start-up of seconds in place of
    a fraction of one, and endless recursion for a script without the usual guard.
    """
    main = sys.modules.get("__main__")
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        if main is None:
            del sys.modules["__main__"]
        else:
            sys.modules["__main__"] = main
