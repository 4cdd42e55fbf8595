"""The recovery journal of a running program: a thread that writes each committed step to disk at once."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.music import Score
from studio.project.files import Disk, FileSystem
from studio.project.journal_file import Heading, Record, Step
from studio.project.journal_keeper import JournalKeeper
from studio.project.recovery import Recovered


@dataclass(frozen=True)
class _Begin:
    ticket: int
    heading: Heading
    steps: tuple[Step, ...]
    replaces: Path | None = None
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class _Append:
    ticket: int
    step: Step


@dataclass(frozen=True)
class _Keep:
    ticket: int
    record: Record


@dataclass(frozen=True)
class _Saved:
    ticket: int
    number: int
    name: str | None
    origin_path: Path | None
    at_s: float


@dataclass(frozen=True)
class _End:
    """Let go of the present journal; `forget` says that nobody needs it any more."""

    ticket: int
    forget: bool
    stop: bool


_Command = _Begin | _Append | _Keep | _Saved | _End


class Journal:
    """Keeps one piece recoverable. Calls return at once with a ticket; the work is done on a thread of its own.

    A ticket up to `acknowledged` is safe on disk. While the disk refuses, `problem` is a sentence, nothing is
    lost from memory, and writing is tried again with each new step and every few seconds.
    """

    def __init__(
        self,
        folder: Path,
        *,
        files: FileSystem | None = None,
        clock: Callable[[], float] = time.time,
        retry_s: float = 5.0,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        """`clock` gives seconds since 1970; `on_change` is called on the journal's thread after each write and
        each failure."""
        self.folder = folder
        self.problem: str | None = None
        self.acknowledged = 0
        self._keeper = JournalKeeper(folder, files or Disk())
        self._clock = clock
        self._retry_s = retry_s
        self._on_change = on_change
        self._calls = threading.Lock()
        self._tickets = 0
        self._queue: queue.SimpleQueue[_Command] = queue.SimpleQueue()
        self._done = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    # --- for the owner of the document

    def begin(
        self, name: str, score: Score, origin_path: Path | None = None, extras: Mapping[str, Any] | None = None
    ) -> int:
        """Follow another piece from now on; `score` is as it was opened, or empty when new.

        `extras` here and in `append` is an object of JSON values that comes back with the step.

        The journal of the piece before is removed if all of it was saved, and kept for recovery if not: call
        `discard` first when the user chose to drop it.
        """
        with self._calls:
            base = Step(self._next(), "", score, self._clock(), extras or {})
            return self._put(_Begin(base.number, Heading(name, origin_path, base_saved=True), (base,)))

    def begin_recovered(self, recovered: Recovered) -> int:
        """Follow a recovered piece; its old journal goes as soon as all of it is in the new one."""
        source = recovered.source
        with self._calls:
            steps = [Step(self._next(), "", recovered.base, self._clock(), recovered.base_extras)]
            steps += [
                Step(self._next(), step.label, step.score, self._clock(), step.extras) for step in recovered.steps
            ]
            heading = Heading(
                source.name, source.origin_path, recovered.base_saved, source.attempts + 1, len(recovered.steps)
            )
            records = [Record(self._next(), kept.name, kept.value, kept.score) for kept in recovered.records]
            last = records[-1].number if records else steps[-1].number
            return self._put(_Begin(last, heading, tuple(steps), source.path, tuple(records)))

    def append(self, label: str, score: Score, extras: Mapping[str, Any] | None = None) -> int:
        """Write the state after an edit, an undo or a redo."""
        with self._calls:
            ticket = self._next()
            return self._put(_Append(ticket, Step(ticket, label, score, self._clock(), extras or {})))

    def keep(self, name: str, value: Mapping[str, Any], score: Score | None = None) -> int:
        """Write something that belongs to the piece beside its music and its steps, such as a take.

        It takes the place of what was kept under this name (which holds no space). `value` is an object of JSON
        values without the fields "song" and "on"; `score` comes back with it.
        """
        with self._calls:
            ticket = self._next()
            return self._put(_Keep(ticket, Record(ticket, name, value, score)))

    def mark_saved(self, ticket: int | None = None, name: str | None = None, origin_path: Path | None = None) -> int:
        """The piece as of `ticket` (None: now) is safe in a file of its own; name and path if they are new."""
        with self._calls:
            number = self._tickets if ticket is None else ticket
            return self._put(_Saved(self._next(), number, name, origin_path, self._clock()))

    def discard(self) -> int:
        """The user drops the piece: remove its journal. Nothing is followed until the next `begin`."""
        with self._calls:
            return self._put(_End(self._next(), forget=True, stop=False))

    def wait_for(self, ticket: int, timeout_s: float = 10.0) -> bool:
        """Block until `ticket` is acknowledged; False when time is up first."""
        with self._done:
            return self._done.wait_for(lambda: self.acknowledged >= ticket, timeout_s)

    def close(self, clean: bool = True, timeout_s: float = 10.0) -> None:
        """Write what is waiting and end the thread. `clean`: the user saved or dropped the piece, forget it."""
        with self._calls:
            if self._closed:
                return
            if self._thread is not None:
                self._put(_End(self._next(), forget=clean, stop=True))
            self._closed = True
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _next(self) -> int:
        self._tickets += 1
        return self._tickets

    def _put(self, command: _Command) -> int:
        if self._closed:
            raise RuntimeError("the journal is closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._queue.put(command)
        return command.ticket

    # --- on the thread

    def _run(self) -> None:
        newest = 0
        stopped = False
        while not stopped:
            for command in self._waiting():
                # What was collected for this piece goes to the disk before another one is followed.
                if isinstance(command, (_Begin, _End)):
                    self._keeper.write()
                self._apply(command)
                newest = command.ticket
                stopped = isinstance(command, _End) and command.stop
            written = self._keeper.write()
            with self._done:
                self.problem = self._keeper.problem
                if written:
                    self.acknowledged = newest
                self._done.notify_all()
            if self._on_change is not None:
                self._on_change()

    def _waiting(self) -> list[_Command]:
        """All commands that wait, at least one; none when it is time to try the disk again."""
        try:
            commands = [self._queue.get(timeout=self._retry_s if self.problem else None)]
        except queue.Empty:
            return []
        with contextlib.suppress(queue.Empty):
            while True:
                commands.append(self._queue.get_nowait())
        return commands

    def _apply(self, command: _Command) -> None:
        match command:
            case _Begin():
                self._keeper.begin(command.heading, command.steps, command.replaces, command.records)
            case _Append():
                self._keeper.append(command.step)
            case _Keep():
                self._keeper.keep(command.record)
            case _Saved():
                self._keeper.mark_saved(command.number, command.name, command.origin_path, command.at_s)
            case _End():
                self._keeper.end(command.forget)
