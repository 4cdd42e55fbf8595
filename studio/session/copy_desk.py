"""CopyDesk: has finished takes checked for copies on a thread of its own, so that nobody waits for the index."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from ml.requests import Take
from studio.session.takes import TakesBoard, TakeSlot

if TYPE_CHECKING:
    from studio.session.copy_check import CopyCheck
    from studio.session.copy_report import CopyReport


class CopyDesk:
    """`check` and `show` belong to the thread that made it; the thread that checks begins with the first take.

    `on_news` is called on that thread when a report can be fetched. `make_check` is called with the first take, so
    that what a check needs is not imported before the window is up.
    """

    def __init__(self, make_check: Callable[[], CopyCheck]) -> None:
        self._make_check = make_check
        self._asked: queue.SimpleQueue[tuple[TakeSlot, Take] | None] = queue.SimpleQueue()
        self._answered: queue.SimpleQueue[tuple[TakeSlot, Take, CopyReport]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self.on_news: Callable[[], None] = lambda: None

    @cached_property
    def _check(self) -> CopyCheck:
        return self._make_check()

    def check(self, slot: TakeSlot) -> None:
        """Have a complete take checked; others are left alone."""
        if slot.take is None or self._closed.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="copy check", daemon=True)
            self._thread.start()
        self._asked.put((slot, slot.take))

    def show(self, board: TakesBoard) -> bool:
        """Put the reports that have come since the last call on the board; whether there were any. Never waits."""
        shown = False
        while True:
            try:
                slot, take, report = self._answered.get_nowait()
            except queue.Empty:
                return shown
            if slot.take is take:  # else it was rewritten meanwhile, and is being checked again
                board.show_copy(slot, report)
                shown = True

    def report(self, take: Take) -> CopyReport:
        """The report of a take now, on the calling thread: for the command line and scripts."""
        return self._check.report(take)

    def close(self) -> None:
        """Check no more takes; waits for the one in hand."""
        self._closed.set()
        self._asked.put(None)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None and not self._closed.is_set():
            slot, take = asked
            self._answered.put((slot, take, self._check.report(take)))
            self.on_news()
