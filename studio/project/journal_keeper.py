"""What the journal thread holds and does: the latest steps, the file they go to, and a new file when that fails."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studio.project.files import FileSystem
from studio.project.journal_file import HISTORY_STEPS, Heading, JournalFile, Record, Step
from studio.project.recovery import remove_journal
from studio.project.troubles import reason

RENEW_BYTES = 64 << 20
"""A journal larger than this is written anew, with the steps that are still kept."""


class JournalKeeper:
    """Follows one piece at a time. `problem` is a sentence while the disk refuses. For one thread.

    Steps are kept in memory too (they share their notes with the document's history), so that a new file can
    take the place of one that failed or grew too large. No file is removed before its successor is on disk.
    """

    def __init__(self, folder: Path, files: FileSystem, renew_bytes: int = RENEW_BYTES) -> None:
        self.problem: str | None = None
        self._folder = folder
        self._files = files
        self._renew_bytes = renew_bytes
        self._heading: Heading | None = None
        self._steps: deque[Step] = deque()
        self._records: dict[str, Record] = {}
        self._saved_number = 0
        self._file: JournalFile | None = None
        self._first_size_bytes = 0
        self._outdated: list[Path] = []
        self._skipped: str | None = None

    def begin(
        self, heading: Heading, steps: Sequence[Step], replaces: Path | None, records: Sequence[Record] = ()
    ) -> None:
        """Follow another piece: its base, the steps since, its records; `replaces` is the journal these came from."""
        self.end(forget=self._all_saved())
        self._heading = heading
        self._steps = deque(steps)
        self._records = {record.name: record for record in records}
        self._saved_number = steps[0].number if heading.base_saved else -1
        if replaces is not None:
            self._outdated.append(replaces)

    def append(self, step: Step) -> None:
        """Add a step; nothing happens while no piece is followed."""
        if self._heading is None:
            return
        if self._file is not None and not self._added(self._file, step):
            return
        self._steps.append(step)
        self._heading = replace(self._heading, attempts=0)
        while len(self._steps) > HISTORY_STEPS + 1:
            self._steps.popleft()

    def keep(self, record: Record) -> None:
        """Add a record, or put it in the place of the one of its name; nothing happens while no piece is followed."""
        if self._heading is None or (self._file is not None and not self._added(self._file, record)):
            return
        self._records[record.name] = record
        self._heading = replace(self._heading, attempts=0)

    def mark_saved(self, number: int, name: str | None, origin_path: Path | None, at_s: float) -> None:
        """All steps up to `number` are safe elsewhere."""
        if self._heading is None:
            return
        self._saved_number = max(self._saved_number, number)
        self._heading = replace(
            self._heading,
            name=self._heading.name if name is None else name,
            origin_path=self._heading.origin_path if origin_path is None else origin_path,
        )
        if self._file is not None:
            self._file.add_saved(number, self._heading.name, self._heading.origin_path, at_s)

    def end(self, forget: bool) -> None:
        """Follow nothing; remove the journal if nobody needs it any more."""
        if self._file is not None:
            self._file.close()
            self._outdated.append(self._file.path)
            self._file = None
        if forget:
            self._remove_outdated()
        self._outdated.clear()
        self._heading = None
        self._steps.clear()
        self._records.clear()
        self.problem = self._skipped = None

    def write(self) -> bool:
        """Bring everything to the disk; on failure set `problem` and return False."""
        try:
            if self._heading is not None:
                if self._file is None or self._file.size_bytes > max(self._renew_bytes, 4 * self._first_size_bytes):
                    self._renew(self._heading)
                else:
                    self._file.commit()
        except (OSError, MemoryError) as error:
            self._give_up_file()
            why = reason(error) if isinstance(error, OSError) else "there is not enough memory"
            self.problem = (
                f"Your edits cannot be kept for recovery: {why}. Save the piece now; the place is {self._folder}."
            )
            return False
        self.problem, self._skipped = self._skipped, None
        return self.problem is None

    def _all_saved(self) -> bool:
        newest = [record.number for record in self._records.values()]
        return not self._steps or max(self._steps[-1].number, *newest, 0) <= self._saved_number

    def _renew(self, heading: Heading) -> None:
        """Write heading and all kept steps to a new file, then remove those it takes the place of."""
        base, last = self._steps[0], self._steps[-1]
        new = JournalFile(self._folder, self._files, os.getpid(), last.at_s)
        try:
            new.add_heading(replace(heading, base_saved=self._saved_number >= base.number), base.at_s)
            self._steps = deque(step for step in self._steps if self._added(new, step))
            self._records = {name: record for name, record in self._records.items() if self._added(new, record)}
            if self._saved_number > base.number:
                new.add_saved(self._saved_number, heading.name, heading.origin_path, last.at_s)
            new.commit()
        except BaseException:
            new.close()
            with contextlib.suppress(OSError):
                self._files.remove(new.path)
            raise
        self._give_up_file()
        self._file, self._first_size_bytes = new, new.size_bytes
        self._remove_outdated()

    def _added(self, file: JournalFile, part: Step | Record) -> bool:
        """Whether the part could be put into words; one that could not must not cost those after it."""
        try:
            file.add_step(part) if isinstance(part, Step) else file.add_record(part)
        except Exception as error:  # whatever it is, the thread has to live on
            name = part.label if isinstance(part, Step) else "A take"
            self._skipped = f'"{name}" could not be kept for recovery ({error}): save the piece now.'
            return False
        return True

    def _give_up_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._outdated.append(self._file.path)
            self._file = None

    def _remove_outdated(self) -> None:
        for path in self._outdated:
            with contextlib.suppress(OSError):
                remove_journal(path, self._files)
        self._outdated.clear()
