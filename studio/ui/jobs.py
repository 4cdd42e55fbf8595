"""FileJobs: loading and rendering on one thread of their own, with progress, cancel, and the answer on the window's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal


@dataclass(eq=False)
class FileJob:
    """One piece of work. `work` runs on the files thread and is given the job for progress and cancel."""

    title: str
    work: Callable[[FileJob], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    ended: Callable[[], None] = lambda: None
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _progress: Callable[[float], None] = lambda _: None

    def cancel(self) -> None:
        """The answer is not wanted any more; `work` may notice by `cancelled`."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def progress(self, fraction: float) -> None:
        """Tell how much is done, 0 to 1; may be called as often as one likes, on the files thread."""
        self._progress(fraction)


class FileJobs(QObject):
    """Jobs are done one after the other. `progressed` carries (job, fraction) at steps of a hundredth."""

    progressed = Signal(object, float)
    _ended = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._queue: SimpleQueue[FileJob | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open: set[FileJob] = set()
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return bool(self._open)

    def start(self, job: FileJob) -> FileJob:
        """Do the job soon; exactly one of `done`, `failed` is called, or neither when it was cancelled."""
        self._open.add(job)
        job._progress = self._reporter(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="files", daemon=True)
            self._thread.start()
        self._queue.put(job)
        return job

    def close(self) -> None:
        """Cancel everything and wait for the thread."""
        for job in self._open:
            job.cancel()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(5.0)
            self._thread = None

    def _reporter(self, job: FileJob) -> Callable[[float], None]:
        told = -1

        def report(fraction: float) -> None:
            nonlocal told
            percent = int(fraction * 100)
            if percent != told:
                told = percent
                self.progressed.emit(job, fraction)

        return report

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            result: Any = None
            error: Exception | None = None
            try:
                if not job.cancelled():
                    result = job.work(job)
            except Exception as raised:
                error = raised
            self._ended.emit(job, result, error)

    def _on_ended(self, job: FileJob, result: Any, error: Exception | None) -> None:
        self._open.discard(job)
        job.ended()
        if job.cancelled():
            return
        if error is not None:
            job.failed(error)
        else:
            job.done(result)
