"""A journal that a program left behind, read as untrusted data: whatever is whole counts, line by line."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from ml.music import NoteTable, Score, Track, TrackEvent
from studio.project import checked
from studio.project import journal_format as fmt
from studio.project.files import NotAFile
from studio.project.journal_format import Line
from studio.project.lock import try_lock
from studio.project.note_codec import (
    BOUNDS,
    MAX_EVENTS,
    MAX_NOTES,
    decode_events,
    decode_notes,
    notes_hash,
)
from studio.project.note_delta import NoteDelta, applied
from studio.project.score_codec import MAX_TRACKS, decode_song, decode_track
from studio.project.troubles import Damaged

Part = TypeVar("Part")

MAX_CHAIN = 1000
"""Differences on differences; real journals have far fewer, a damaged one could go in a circle."""


class JournalInUse(OSError):
    """A running program holds the journal."""


class JournalReader:
    """Holds the journal open and locked; use it in a `with` statement.

    `steps` and `saved` are in the order of the file; `damaged` counts broken lines.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError: JournalInUse for a journal that is being written, NotAFile for a pipe or folder."""
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        self._file = os.fdopen(descriptor, "rb")
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotAFile(f"{path} is not a regular file")
            if not try_lock(descriptor):
                raise JournalInUse(f"{path} is in use")
            self.modified_s = os.fstat(descriptor).st_mtime
            self.heading: Line | None = None
            self.steps: list[Line] = []
            self.saved: list[Line] = []
            self.records: dict[str, tuple[int, Line]] = {}
            """The last record of each name, with its number."""
            self.damaged = 0
            self._parts: dict[tuple[str, str], Line] = {}
            self._decoded: dict[tuple[str, str], Any] = {}
            self.notes_decoded = 0
            self._scan()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def _scan(self) -> None:
        for found in fmt.whole_lines(self._file):
            if found is None:
                self.damaged += 1
            elif found.kind == fmt.HEADER:
                self.heading = self.heading or found
            elif found.kind in (fmt.STEP, fmt.SAVED):
                if found.key.isdecimal() and len(found.key) < 19:
                    (self.steps if found.kind == fmt.STEP else self.saved).append(found)
            elif found.kind == fmt.RECORD:
                number, _, name = found.key.partition(".")
                if number.isdecimal() and len(number) < 19:
                    self.records[name] = (int(number), found)
            else:
                self._parts.setdefault((found.kind, found.key), found)

    def value(self, line: Line) -> dict[str, Any]:
        """The JSON object of a line; raises Damaged."""
        self._file.seek(line.offset)
        return checked.mapping(checked.parse_json(self._file.read(line.length)), f"a line of kind {line.kind}")

    def score(self, step: Line) -> Score:
        """The piece after a step; what steps share is decoded once and shared. Raises Damaged."""
        value = self.value(step)
        return self._score(value.get("tracks"), value.get("song"))

    def score_of_record(self, value: dict[str, Any]) -> Score | None:
        """The score that belongs to a record with this value, None when it has none. Raises Damaged."""
        return None if "on" not in value else self._score(value["on"], value.get("song"))

    def _score(self, rows: Any, song_key: Any) -> Score:
        keys = checked.sequence(rows, "the list of tracks", MAX_TRACKS)
        tracks = tuple(self._part(fmt.TRACK, key, self._track) for key in keys)
        song = self._part(fmt.SONG, song_key, lambda found: found)
        return decode_song(song, tracks, self._part(fmt.EVENTS, song.get("conductor"), self._events))

    def extras(self, step: Line) -> dict[str, Any]:
        """What belongs to the piece beside its music. Raises Damaged."""
        return self._part(fmt.EXTRAS, self.value(step).get("extras"), lambda found: found)

    def _part(self, kind: str, key: Any, decode: Callable[[dict[str, Any]], Part]) -> Part:
        found = self._parts.get((kind, key)) if isinstance(key, str) else None
        if found is None:
            raise Damaged(f"a part of kind {kind} is missing")
        if (kind, key) not in self._decoded:
            self._decoded[kind, key] = decode(self.value(found))
        part: Part = self._decoded[kind, key]
        return part

    def _track(self, value: dict[str, Any]) -> Track:
        notes = self._notes(value.get("notes"))
        return decode_track(value, "a track", notes, self._part(fmt.EVENTS, value.get("events"), self._events))

    def _events(self, value: dict[str, Any]) -> tuple[TrackEvent, ...]:
        return decode_events(value, "an event list", MAX_EVENTS)

    def _notes(self, key: Any) -> NoteTable:
        """The table of this hash: the nearest one that is stored whole, and the differences from there on."""
        deltas: list[tuple[str, dict[str, Any]]] = []
        at = key
        while (fmt.NOTES, at) not in self._parts and (fmt.NOTES, at) not in self._decoded:
            line = self._parts.get((fmt.DELTA, at)) if isinstance(at, str) else None
            if line is None or len(deltas) >= MAX_CHAIN:
                raise Damaged("a part of kind notes is missing")
            value = self.value(line)
            deltas.append((at, value))
            at = value.get("base")
            if not isinstance(at, str):
                raise Damaged("a note table has lost its base")
        table = self._decoded.get((fmt.NOTES, at))
        if table is None:
            table = self._kept(at, decode_notes(self.value(self._parts[fmt.NOTES, at]), "a note table", MAX_NOTES))
        for hash_after, value in reversed(deltas):
            gone = checked.integers(value.get("gone"), "a list of ids", *BOUNDS["id"], MAX_NOTES)
            delta = NoteDelta(np.array(gone, np.int32), decode_notes(value.get("rows"), "changed notes", MAX_NOTES))
            table = self._kept(hash_after, applied(table, delta))
        return table

    def _kept(self, key: str, table: NoteTable) -> NoteTable:
        if notes_hash(table) != key:
            raise Damaged("a note table is not what was written")
        self._decoded[fmt.NOTES, key] = table
        self.notes_decoded += len(table)
        return table
