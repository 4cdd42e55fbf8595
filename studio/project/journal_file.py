"""One journal on disk while it is being written: each part once by hash, then the step that names them."""

from __future__ import annotations

import contextlib
import errno
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ml.music import NoteTable, Score, Track, TrackEvent
from studio.project import journal_format as fmt
from studio.project.atomic import NO_FOLDER_SYNC
from studio.project.checked import write_json
from studio.project.files import FileSystem, write_all
from studio.project.lock import try_lock
from studio.project.note_codec import encode_events, encode_notes, events_hash, notes_hash
from studio.project.note_delta import difference
from studio.project.score_codec import encode_song, encode_track

HISTORY_STEPS = 200
"""How many of the latest edits a journal can bring back one by one."""

LONGEST_CHAIN = 50
"""Differences built on one another before a table is written whole again."""


@dataclass(frozen=True, slots=True)
class Step:
    """A state of the piece after a named edit. `number` grows; `at_s` is the time in seconds since 1970.

    `extras` are JSON values that belong to the piece and are no music, such as the origin of accepted takes.
    """

    number: int
    label: str
    score: Score
    at_s: float
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """Something beside the music that is kept under a name until another one takes its place: a request, a take.

    `value` is an object of JSON values; a `score` that belongs to it is stored by its parts, as those of steps are.
    `name` holds no space. `number` is counted together with those of steps.
    """

    number: int
    name: str
    value: Mapping[str, Any]
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a journal says of itself. `attempts` counts failed recoveries of the first `recovered_steps` steps."""

    name: str
    origin_path: Path | None
    base_saved: bool
    attempts: int = 0
    recovered_steps: int = 0


class JournalFile:
    """Lines are collected by `add_...` and go to the disk with `commit`. For one thread.

    After any error the file is to be given up: `close` it, and start another one.
    """

    def __init__(self, folder: Path, files: FileSystem, pid: int, now_s: float) -> None:
        """Make a new file in `folder`, locked for this process; raises OSError."""
        self.path, self._descriptor = _create_locked(folder, files, pid, now_s)
        self.size_bytes = 0
        self._files = files
        self._pending: list[bytes] = []
        self._chain: dict[str, int] = {}  # hash of a stored table -> how many differences it is built on
        self._parts: set[tuple[str, str]] = set()
        self._last: Step | None = None
        self._track_keys: dict[int, str] = {}  # id() of the tracks and tables of `_last`, which keeps them alive
        self._table_keys: dict[int, str] = {}

    def add_heading(self, heading: Heading, at_s: float) -> None:
        value = {
            "format": fmt.FORMAT,
            "version": fmt.VERSION,
            "name": heading.name,
            "origin": None if heading.origin_path is None else str(heading.origin_path),
            "base_saved": heading.base_saved,
            "attempts": heading.attempts,
            "recovered_steps": heading.recovered_steps,
            "at": at_s,
        }
        self._pending.append(fmt.line(fmt.HEADER, "-", value))

    def add_step(self, step: Step) -> None:
        """Collect the parts of the step that are not stored yet, and the step."""
        before = self._last.score.tracks if self._last else ()
        track_keys: dict[int, str] = {}
        table_keys: dict[int, str] = {}
        rows = []
        for index, track in enumerate(step.score.tracks):
            key = self._track_keys.get(id(track))
            if key is None:
                base = before[index].notes if index < len(before) else None
                notes = self._table_keys.get(id(track.notes)) or self._put_notes(track.notes, base)
                key = self._put(fmt.TRACK, encode_track(track, notes, self._put_events(track.events)))
                table_keys[id(track.notes)] = notes
            else:
                table_keys[id(track.notes)] = self._table_keys[id(track.notes)]
            track_keys[id(track)] = key
            rows.append(key)
        song = {**encode_song(step.score), "conductor": self._put_events(step.score.conductor)}
        value = {
            "label": step.label,
            "at": step.at_s,
            "song": self._put(fmt.SONG, song),
            "tracks": rows,
            "extras": self._put(fmt.EXTRAS, dict(step.extras)),
        }
        self._pending.append(fmt.line(fmt.STEP, str(step.number), value))
        self._last, self._track_keys, self._table_keys = step, track_keys, table_keys

    def add_record(self, record: Record) -> None:
        """Collect the parts of the record's score that are not stored yet, and the record."""
        value = dict(record.value)
        if (score := record.score) is not None:
            before = self._last.score.tracks if self._last else ()
            rows = []
            for index, track in enumerate(score.tracks):
                base = before[index].notes if index < len(before) else None
                rows.append(self._track_keys.get(id(track)) or self._put_track(track, base))
            song = {**encode_song(score), "conductor": self._put_events(score.conductor)}
            value |= {"song": self._put(fmt.SONG, song), "on": rows}
        self._pending.append(fmt.line(fmt.RECORD, f"{record.number}.{record.name}", value))

    def add_saved(self, number: int, name: str, origin_path: Path | None, at_s: float) -> None:
        """Collect a mark: the piece was saved as it stood after step `number`."""
        value = {"name": name, "origin": None if origin_path is None else str(origin_path), "at": at_s}
        self._pending.append(fmt.line(fmt.SAVED, str(number), value))

    def commit(self) -> None:
        """Return when all that was collected lies on the disk; raises OSError."""
        data = b"".join(self._pending)
        if data:
            write_all(self._files, self._descriptor, data)
            self._files.sync(self._descriptor)
        self._pending.clear()
        self.size_bytes += len(data)

    def close(self) -> None:
        """Let the file and its lock go."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._files.close(self._descriptor)
            self._descriptor = -1

    # --- parts

    def _put(self, kind: str, value: dict[str, Any]) -> str:
        key = blake2b(write_json(value), digest_size=16).hexdigest()
        if (kind, key) not in self._parts:
            self._pending.append(fmt.line(kind, key, value))
            self._parts.add((kind, key))
        return key

    def _put_track(self, track: Track, base: NoteTable | None) -> str:
        notes = self._table_keys.get(id(track.notes)) or self._put_notes(track.notes, base)
        return self._put(fmt.TRACK, encode_track(track, notes, self._put_events(track.events)))

    def _put_events(self, events: Sequence[TrackEvent]) -> str:
        key = events_hash(events)
        if (fmt.EVENTS, key) not in self._parts:
            self._pending.append(fmt.line(fmt.EVENTS, key, encode_events(events)))
            self._parts.add((fmt.EVENTS, key))
        return key

    def _put_notes(self, table: NoteTable, base: NoteTable | None) -> str:
        """Store the table as the difference to `base` where that is short, else whole."""
        key = notes_hash(table)
        if key in self._chain:
            return key
        base_key = None if base is None else self._table_keys.get(id(base))
        chain = LONGEST_CHAIN if base_key is None else self._chain[base_key]
        if base is not None and chain < LONGEST_CHAIN:
            delta = difference(base, table)
            if 4 * len(delta) < len(table):
                value = {"base": base_key, "gone": delta.gone.tolist(), "rows": encode_notes(delta.rows)}
                self._pending.append(fmt.line(fmt.DELTA, key, value))
                self._chain[key] = chain + 1
                return key
        self._pending.append(fmt.line(fmt.NOTES, key, encode_notes(table)))
        self._chain[key] = 0
        return key


def _create_locked(folder: Path, files: FileSystem, pid: int, now_s: float) -> tuple[Path, int]:
    """A new journal, its name on the disk, locked for this process."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now_s))
    for _ in range(5):
        path = folder / f"{stamp}-{pid}-{secrets.token_hex(4)}{fmt.SUFFIX}"
        descriptor = files.create(path, 0o600)
        try:
            # Another program that looks for lost work may take an empty file for litter before it is locked.
            if try_lock(descriptor) and path.exists():
                _sync_folder(folder, files)
                return path, descriptor
        except BaseException:
            files.close(descriptor)
            raise
        files.close(descriptor)
    raise BlockingIOError(errno.EAGAIN, "another program takes each new file away")


def _sync_folder(folder: Path, files: FileSystem) -> None:
    try:
        files.sync_folder(folder)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
