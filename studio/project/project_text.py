"""ProjectFile, what a project holds, and the text that it is stored as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from ml.music import NoteTable, Score, Track, TrackEvent
from studio.project import checked
from studio.project.checked import parse_json, write_json
from studio.project.note_codec import (
    MAX_EVENTS,
    MAX_NOTES,
    decode_events,
    decode_notes,
    encode_events,
    encode_notes,
    events_hash,
    notes_hash,
)
from studio.project.score_codec import MAX_TRACKS, decode_song, decode_track, encode_song, encode_track
from studio.project.take_records import TreeRecord
from studio.project.tree_section import FIELD as TREE
from studio.project.tree_section import FIELDS as TREE_FIELDS
from studio.project.tree_section import decode_tree, encode_tree, is_newer, tree_lines
from studio.project.troubles import Damaged, UnreadableProject
from studio.project.unknown import unknown_fields, with_unknown

FORMAT = "continuo project"
SCHEMA_VERSION = 1
SUFFIX = ".continuo"
MAX_PROVENANCE = 1_000_000
CHECKSUM_FIELD = b'"checksum":"'


@dataclass(frozen=True)
class ProjectFile:
    """All that a project file holds.

    `view` is the window's own state and `provenance` one object for each accepted take; both are JSON values
    that this package never looks into. `tree` is every request with its takes. `unknown` holds fields that a newer
    program wrote; hand it on when saving. `warnings` are sentences from opening the file and are not saved.
    """

    score: Score
    view: Mapping[str, Any] = field(default_factory=dict)
    provenance: tuple[Mapping[str, Any], ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = field(default=(), compare=False)
    tree: TreeRecord = field(default_factory=TreeRecord)


def encode_project(project: ProjectFile) -> bytes:
    """The file as JSON text with one track, note table or event list per line, and a checksum in its last line."""
    tables: dict[str, NoteTable] = {}
    lists: dict[str, tuple[TrackEvent, ...]] = {}

    def put_events(events: tuple[TrackEvent, ...]) -> str:
        key = events_hash(events)
        lists[key] = events
        return key

    tracks = []
    for track in project.score.tracks:
        key = notes_hash(track.notes)
        tables[key] = track.notes
        tracks.append(encode_track(track, key, put_events(track.events)))
    known = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "song": {**encode_song(project.score), "conductor": put_events(project.score.conductor)},
        "tracks": tracks,
        "view": dict(project.view),
        "provenance": [dict(item) for item in project.provenance],
    }
    if (project.tree or TREE in project.unknown) and not is_newer(project.unknown.get(TREE)):
        known[TREE] = encode_tree(project.tree, frozenset(tables), frozenset(lists))
    whole = with_unknown(known, dict(project.unknown))
    lines = list(_lines(whole, tables, lists))
    body = b"\n".join(lines) + b"\n"
    return body + CHECKSUM_FIELD + _checksum(body) + b'"}\n'


def _lines(
    whole: dict[str, Any], tables: dict[str, NoteTable], lists: dict[str, tuple[TrackEvent, ...]]
) -> Iterator[bytes]:
    opening = b"{"
    for key, value in whole.items():
        if key in ("tracks", "provenance"):
            yield opening + write_json(key) + b":["
            for index, item in enumerate(value):
                yield write_json(item) + (b"," if index < len(value) - 1 else b"")
            yield b"],"
        elif key == TREE:
            yield opening + write_json(key) + b":"
            yield from tree_lines(value)
        else:
            yield opening + write_json(key) + b":" + write_json(value) + b","
        opening = b""
    for section, rows in (
        ("notes", {key: encode_notes(table) for key, table in tables.items()}),
        ("events", {key: encode_events(events) for key, events in lists.items()}),
    ):
        yield write_json(section) + b":{"
        last = len(rows) - 1
        for index, (key, row) in enumerate(rows.items()):
            yield write_json(key) + b":" + write_json(row) + (b"," if index < last else b"")
        yield b"},"


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).hexdigest().encode()


def decode_project(data: bytes, name: str) -> ProjectFile:
    """The inverse of `encode_project` for untrusted bytes; `name` is for sentences. Raises UnreadableProject."""
    if sentence := _foreign(data, name):
        raise UnreadableProject(sentence)
    try:
        whole = checked.mapping(parse_json(data), "its content")
        if whole.get("format") != FORMAT:
            raise UnreadableProject(f'"{name}" is not a Continuo project: choose a {SUFFIX} file.')
        version = checked.integer(whole.get("schema_version"), "its version", 1, 2**31)
        if version > SCHEMA_VERSION:
            raise UnreadableProject(
                f'"{name}" was saved by a newer Continuo (file version {version}, this one reads up to '
                f"{SCHEMA_VERSION}): update Continuo to open it. The file was not changed."
            )
        return _decoded(whole, name, _warnings(data, name))
    except Damaged as error:
        raise UnreadableProject(
            f'"{name}" is damaged and was not opened: {error}. Use a copy of the file from a backup if you have one.'
        ) from None


def _decoded(whole: dict[str, Any], name: str, warnings: tuple[str, ...]) -> ProjectFile:
    tables = _Stored(whole, "notes", MAX_NOTES)
    lists = _Stored(whole, "events", MAX_EVENTS)
    song = checked.mapping(whole.get("song"), "the song")
    rows = checked.sequence(whole.get("tracks"), "the list of tracks", MAX_TRACKS)
    tracks: list[Track] = []
    known_rows: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        what = f"track {number}"
        row = checked.mapping(row, what)
        notes_key, events_key = row.get("notes"), row.get("events")
        notes = tables.get(notes_key, what, decode_notes)
        track = decode_track(row, what, notes, lists.get(events_key, what, decode_events))
        tracks.append(track)
        known_rows.append(encode_track(track, str(notes_key), str(events_key)))
    score = decode_song(song, tuple(tracks), lists.get(song.get("conductor"), "the conductor track", decode_events))
    provenance = checked.sequence(whole.get("provenance"), "the list of accepted takes", MAX_PROVENANCE)
    known = {
        **dict.fromkeys(("format", "schema_version", "view", "provenance", "notes", "events", "checksum")),
        "song": {**encode_song(score), "conductor": ""},
        "tracks": known_rows,
    }
    tree, remarks = TreeRecord(), warnings
    if is_newer(whole.get(TREE)):
        remarks = (*warnings, f'The takes in "{name}" were written by a newer Continuo: they are kept as they are, and '
                   "those of today are not kept with them. Update Continuo to see them.")  # fmt: skip
    else:
        known[TREE] = dict.fromkeys(TREE_FIELDS)
        tree, trouble = _tree(whole.get(TREE), name, tables, lists)
        remarks = (*warnings, *trouble)
    return ProjectFile(
        score=score,
        view=checked.mapping(whole.get("view"), "the state of the window"),
        provenance=tuple(checked.mapping(item, "an accepted take") for item in provenance),
        tree=tree,
        unknown=unknown_fields(whole, known),
        warnings=remarks,
    )


def _tree(section: Any, name: str, tables: _Stored, lists: _Stored) -> tuple[TreeRecord, tuple[str, ...]]:
    """The tree of takes and a sentence on what of it is lost; whatever is wrong with it, the song opens."""
    if section is None:
        return TreeRecord(), ()
    try:
        tree, lost = decode_tree(section, tables.done, lists.done)
    except Damaged as error:
        return TreeRecord(), (
            f'The takes that were kept in "{name}" are damaged and were left out: {error}. The song itself is whole.',
        )
    return tree, (
        (f'{lost} of the requests, takes and prompts kept in "{name}" {"is" if lost == 1 else "are"} damaged and '
         f'{"was" if lost == 1 else "were"} left out. The song itself is whole.',) if lost else ()
    )  # fmt: skip


class _Stored:
    """The note tables or event lists of a file by hash, each decoded once; limits count over the whole file."""

    def __init__(self, whole: dict[str, Any], section: str, most: int) -> None:
        self._section = section
        self._rows = checked.mapping(whole.get(section), f"the section {section}")
        self._most = self._left = most
        self.done: dict[str, Any] = {}
        """What was asked for so far, by hash."""

    def get(self, key: Any, owner: str, decode: Any) -> Any:
        if not isinstance(key, str) or key not in self._rows:
            raise Damaged(f"the {self._section} of {owner} are missing")
        if key not in self.done:
            self.done[key] = decode(self._rows[key], f"the {self._section} of {owner}", self._left)
        self._left -= len(self.done[key])
        if self._left < 0:
            raise Damaged(f"it has more {self._section} than the {self._most:,} that are allowed")
        return self.done[key]


def _foreign(data: bytes, name: str) -> str | None:
    """A sentence if the first bytes show that this is no project, None if it may be one."""
    if not data.strip(b"\0 \t\r\n"):
        return f'"{name}" is empty: use a copy of the file from a backup if you have one.'
    if data.startswith((b"MThd", b"RIFF")):
        return f'"{name}" is a MIDI or sound file and not a project: open it with its own ending, such as .mid.'
    if data[:1] != b"{":
        return f'"{name}" is not a Continuo project: choose a {SUFFIX} file.'
    return None


def _warnings(data: bytes, name: str) -> tuple[str, ...]:
    body, found, tail = data.rpartition(CHECKSUM_FIELD)
    if found and tail == _checksum(body) + b'"}\n':
        return ()
    return (f'"{name}" was changed by another program or damaged after it was saved: check the piece by ear and eye.',)
