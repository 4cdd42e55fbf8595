"""Batches made ahead by processes of their own, for accelerators that learn faster than one core can lay out rows."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from queue import Empty
from types import TracebackType
from typing import Any

import torch

from ml.training.batches import Batch, RowSource

POOLS_AHEAD = 2
"""Pools of batches that each process may be ahead: enough to hide a slow one, little memory."""
LOOK_S = 1.0
"""How often a process that has given nothing yet is looked after."""

MakeSource = Callable[[int], RowSource]
"""Makes the source of one process from its number; must be picklable."""
Columns = dict[str, Any]
State = dict[str, Any]


class ReaderEnded(ValueError):
    """A process ended by itself; the text is one plain sentence."""


class ReadingAhead:
    """Endless batches from several sources, a pool from each in turn; the same again after `restore`.

    The order does not depend on how fast the processes are. Use as a context manager: leaving it ends them.
    """

    def __init__(self, make_source: MakeSource, processes: int) -> None:
        if processes < 1:
            raise ValueError(f"processes must be 1 or more, not {processes}.")
        self.make_source = make_source
        self.turn = self.position = 0
        self.starts: list[State | None] = [None] * processes
        self.workers: list[BaseProcess] = []
        self.queues: list[Queue[Any]] = []

    def __enter__(self) -> ReadingAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def batches(self, batch_events: int) -> Iterator[Batch]:
        """Batches of at most `batch_events` padded events; raises what a source raises."""
        self._begin(batch_events)
        while True:
            before, after, pool = self._next_pool()
            self.starts[self.turn] = before
            for columns in pool[self.position :]:
                self.position += 1
                yield unpacked(columns)
            self.position = 0
            self.starts[self.turn] = after
            self.turn = (self.turn + 1) % len(self.starts)

    def state(self) -> dict[str, Any]:
        """Where the sources stand, for JSON."""
        return {"turn": self.turn, "position": self.position, "sources": self.starts}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a `state`. Raises ValueError for one of another number of processes or other corpora."""
        if len(state["sources"]) != len(self.starts):
            raise ValueError("the state belongs to another number of processes")
        own = self.make_source(0).state()["data"]
        if any(start is not None and start["data"] != own for start in state["sources"]):
            raise ValueError("the state belongs to other corpora")
        self.turn, self.position, self.starts = int(state["turn"]), int(state["position"]), list(state["sources"])

    def close(self) -> None:
        """End the processes."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.join()
        for queue in self.queues:
            queue.close()
            queue.cancel_join_thread()
        self.workers, self.queues = [], []

    def _begin(self, batch_events: int) -> None:
        self.close()
        context = multiprocessing.get_context("spawn")
        for number, start in enumerate(self.starts):
            queue: Queue[Any] = context.Queue(POOLS_AHEAD)
            worker = context.Process(
                target=fill, args=(queue, self.make_source, number, batch_events, start), daemon=True
            )
            with deaf_to_ctrl_c():
                worker.start()
            self.workers.append(worker)
            self.queues.append(queue)

    def _next_pool(self) -> tuple[State, State, list[Columns]]:
        found = None
        while found is None:
            alive = self.workers[self.turn].is_alive()
            with suppress(Empty):
                found = self.queues[self.turn].get(timeout=LOOK_S)
            if found is None and not alive:
                raise ReaderEnded(
                    "A process that lays out batches has ended: the machine may be short of memory. "
                    "The same command goes on from the last checkpoint; give fewer --readers."
                )
        if isinstance(found, Exception):
            raise found
        before, after, pool = found
        return before, after, pool


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Processes started inside do not hear Ctrl-C, which reaches all of a terminal: the one that trains still wants
    the batch of its step, and ends them then."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def fill(queue: Queue[Any], make_source: MakeSource, number: int, batch_events: int, start: State | None) -> None:
    """Put pool after pool into the queue, each with the states before and after it; an error ends it."""
    torch.set_num_threads(1)
    try:
        source = make_source(number)
        if start is not None:
            source.restore(start)
        before = source.state()
        while True:
            pool = [packed(batch) for batch in source.pool(batch_events)]
            after = source.state_after_pool()
            queue.put((before, after, pool))
            before = after
    except Exception as error:
        queue.put(error)


def packed(batch: Batch) -> Columns:
    """The batch as arrays, which travel between processes without shared memory."""
    columns = {field.name: getattr(batch, field.name) for field in fields(batch)}
    return {name: value.numpy() if isinstance(value, torch.Tensor) else value for name, value in columns.items()}


def unpacked(columns: Columns) -> Batch:
    tensors: Columns = {n: value if isinstance(value, int) else torch.from_numpy(value) for n, value in columns.items()}
    return Batch(**tensors)
