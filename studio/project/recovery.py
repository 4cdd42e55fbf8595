"""Finding the work of a program that died, and bringing it back."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ml.music import Score
from studio.project import checked
from studio.project.atomic import write_atomically
from studio.project.files import Disk, FileSystem
from studio.project.journal_file import HISTORY_STEPS
from studio.project.journal_format import SUFFIX, Line
from studio.project.journal_reader import JournalInUse, JournalReader
from studio.project.troubles import Damaged, UnreadableJournal, reason, shown

MAX_ATTEMPTS = 2
"""After so many recoveries that did not live to see an edit, recovering is more likely to do harm."""

MAX_DECODED_NOTES = 12_000_000
"""Notes of all history steps together; beyond that older steps are left out."""


@dataclass(frozen=True, slots=True)
class Recoverable:
    """Unsaved work that a dead program left. `steps` counts the edits after the last save.

    `attempts` counts recoveries after which the program died before the next edit.
    """

    path: Path
    name: str
    origin_path: Path | None
    when: datetime
    steps: int
    attempts: int

    @property
    def keeps_crashing(self) -> bool:
        """Start without it and say so; the file stays until the user discards it."""
        return self.attempts >= MAX_ATTEMPTS


@dataclass(frozen=True, slots=True)
class RecoveredStep:
    """A state of the piece; `extras` are what was handed to the journal with it."""

    label: str
    score: Score
    extras: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecoveredRecord:
    """What was kept under a name beside the steps. `score` is None when it had none, or when that is damaged."""

    name: str
    value: Mapping[str, Any]
    score: Score | None


@dataclass(frozen=True)
class Recovered:
    """What came back: the piece as it was before the first of `steps`, and each edit from there.

    `base_saved` says that the base is also what the project file holds.
    """

    source: Recoverable
    base: Score
    base_saved: bool
    steps: tuple[RecoveredStep, ...]
    base_extras: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    records: tuple[RecoveredRecord, ...] = ()
    """The latest record of each name, in the order in which the names were first written."""

    @property
    def score(self) -> Score:
        """The piece after the last edit."""
        return self.steps[-1].score if self.steps else self.base

    @property
    def extras(self) -> Mapping[str, Any]:
        """What was handed to the journal with the last edit."""
        return self.steps[-1].extras if self.steps else self.base_extras

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the edits, oldest first."""
        return tuple(step.label for step in self.steps)


def find_recoverable(folder: Path, files: FileSystem | None = None) -> list[Recoverable]:
    """Unsaved work in the journal folder, newest first. Journals of running programs are not touched.

    Journals whose work was all saved are removed on the way.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            with JournalReader(path) as journal:
                entry = _entry(path, journal)
                damaged = journal.damaged
        except (OSError, Damaged):
            continue  # in use, not a file, or not readable now: left alone
        if entry is not None:
            found.append(entry)
        elif not damaged:
            with contextlib.suppress(OSError):
                remove_journal(path, files or Disk())
    return sorted(found, key=lambda entry: entry.when, reverse=True)


def recover(recoverable: Recoverable, files: FileSystem | None = None) -> Recovered:
    """Bring the work back, as much of it as is whole. The journal stays where it is.

    The attempt is counted on disk first, so that work which crashes the program is found out. Hand the
    result to `Journal.begin_recovered`. Raises UnreadableJournal.
    """
    files = files or Disk()
    with contextlib.suppress(OSError):  # a folder that cannot be written must not stand in the way
        write_atomically(attempts_path(recoverable.path), b"%d\n" % (_counted(recoverable.path) + 1), files)
    try:
        with JournalReader(recoverable.path) as journal:
            return _decoded(recoverable, journal)
    except JournalInUse:
        raise UnreadableJournal(f'"{recoverable.name}" is being recovered in another Continuo window.') from None
    except FileNotFoundError:
        raise UnreadableJournal(f'The recovery file of "{recoverable.name}" is not there any more.') from None
    except OSError as error:
        raise UnreadableJournal(
            f'The recovery file of "{recoverable.name}" could not be read: {reason(error)}.'
        ) from error


def discard_recoverable(recoverable: Recoverable, files: FileSystem | None = None) -> None:
    """The user does not want the work back: remove its journal, unless a running program uses it."""
    with contextlib.suppress(OSError):
        with JournalReader(recoverable.path):
            pass
        remove_journal(recoverable.path, files or Disk())


def attempts_path(journal: Path) -> Path:
    """The small file beside a journal that counts attempts to recover it."""
    return journal.with_suffix(".attempts")


def remove_journal(path: Path, files: FileSystem) -> None:
    """Remove a journal and its counter; raises OSError."""
    files.remove(path)
    files.remove(attempts_path(path))


def _entry(path: Path, journal: JournalReader) -> Recoverable | None:
    """What a journal offers, None if all of it was saved."""
    unsaved = _unsaved(journal)
    if not unsaved and not _unsaved_records(journal):
        return None
    heading = _heading(journal)
    name, origin = heading.name, heading.origin
    if journal.saved:
        with contextlib.suppress(Damaged):
            name, origin = _name_and_origin(journal.value(journal.saved[-1]))
    attempts = _counted(path)
    if len(journal.steps) - 1 <= heading.recovered_steps:
        attempts += heading.attempts
    # A base that was never saved is offered for itself, and is no edit.
    edits = len(unsaved) - (bool(unsaved) and unsaved[0] is journal.steps[0])
    return Recoverable(path, name, origin, _time_of(journal), edits, attempts)


def _unsaved(journal: JournalReader) -> list[Line]:
    """The steps after the last save; the first line of all among them if the base was never saved."""
    saved = _last_saved(journal)
    return [line for line in journal.steps if int(line.key) > saved]


def _unsaved_records(journal: JournalReader) -> bool:
    """Whether anything beside the steps was kept since the last save; without a step there is no piece for it."""
    return bool(journal.steps) and max((n for n, _ in journal.records.values()), default=-1) > _last_saved(journal)


def _last_saved(journal: JournalReader) -> int:
    """The number up to which all is safe elsewhere."""
    saved = max((int(line.key) for line in journal.saved), default=-1)
    if journal.steps and _heading(journal).base_saved:
        saved = max(saved, int(journal.steps[0].key))
    return saved


@dataclass(frozen=True, slots=True)
class _Heading:
    name: str = ""
    origin: Path | None = None
    base_saved: bool = False
    attempts: int = 0
    recovered_steps: int = 0


def _heading(journal: JournalReader) -> _Heading:
    """What the journal says of itself; when that is lost, nothing counts as saved."""
    if journal.heading is None:
        return _Heading()
    try:
        value = journal.value(journal.heading)
        return _Heading(
            *_name_and_origin(value),
            checked.boolean(value.get("base_saved"), "the mark of the base"),
            checked.integer(value.get("attempts"), "the count of attempts", 0, 1_000_000),
            checked.integer(value.get("recovered_steps"), "the count of steps", 0, 1_000_000),
        )
    except Damaged:
        return _Heading()


def _name_and_origin(value: dict[str, object]) -> tuple[str, Path | None]:
    origin = value.get("origin")
    where = None if origin is None else Path(checked.text(origin, "the place of the file"))
    return checked.text(value.get("name"), "the name"), where


def _time_of(journal: JournalReader) -> datetime:
    """When the last step was made, by the clock of that time; when that is lost, when the file was written."""
    try:
        return datetime.fromtimestamp(float(journal.value(journal.steps[-1])["at"]), UTC)
    except (Damaged, KeyError, TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(journal.modified_s, UTC)


def _counted(journal: Path) -> int:
    """Attempts so far, from the counter beside the journal."""
    try:
        text = Disk().read(attempts_path(journal), 16)
        return min(int(text), 1_000_000) if text.strip().isdigit() else 0
    except OSError:
        return 0


def _decoded(recoverable: Recoverable, journal: JournalReader) -> Recovered:
    """Decode from the last step backwards, so that what is damaged or too much costs the oldest steps first."""
    unsaved = _unsaved(journal)
    first = len(journal.steps) - len(unsaved)
    lines = journal.steps[max(first - 1, 0) :][-HISTORY_STEPS - 1 :]  # the base before the first unsaved step too
    states: list[RecoveredStep] = []
    lost = 0
    base_reached = False
    for line in reversed(lines):
        if states and journal.notes_decoded > MAX_DECODED_NOTES:
            break
        try:
            states.append(RecoveredStep(_label(journal, line), journal.score(line), _extras(journal, line)))
            base_reached = line is lines[0]
        except Damaged:
            lost += 1
    if not states:
        raise UnreadableJournal(
            f'The recovery file of "{recoverable.name}" is too damaged to recover anything. '
            f'It is kept as "{shown(recoverable.path)}" in {recoverable.path.parent}.'
        )
    base, *steps = reversed(states)
    lost += journal.damaged
    records = _records(journal)
    warnings = ("Some edits could not be recovered because the recovery file is damaged: check the piece.",)
    base_saved = base_reached and lines[0] not in unsaved
    return Recovered(recoverable, base.score, base_saved, tuple(steps), base.extras, warnings if lost else (), records)


def _records(journal: JournalReader) -> tuple[RecoveredRecord, ...]:
    """What was kept beside the steps; a score that is damaged, or one too many, is left out of its record."""
    found: list[RecoveredRecord] = []
    for name, (_, line) in journal.records.items():
        try:
            value = journal.value(line)
        except Damaged:
            continue
        score: Score | None = None
        if journal.notes_decoded <= MAX_DECODED_NOTES:
            with contextlib.suppress(Damaged):
                score = journal.score_of_record(value)
        found.append(RecoveredRecord(name, value, score))
    return tuple(found)


def _extras(journal: JournalReader, line: Line) -> dict[str, Any]:
    try:
        return journal.extras(line)
    except Damaged:
        return {}  # the music matters more


def _label(journal: JournalReader, line: Line) -> str:
    label = journal.value(line).get("label")
    return label if isinstance(label, str) else ""
