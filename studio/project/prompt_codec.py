"""The scores that models were given, stored by parts: each part once by hash, note tables as differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import numpy as np

from ml.music import NoteTable, Score, Track, TrackEvent
from studio.project import checked
from studio.project.checked import write_json
from studio.project.journal_file import LONGEST_CHAIN
from studio.project.note_codec import (
    BOUNDS,
    MAX_EVENTS,
    decode_events,
    decode_notes,
    encode_events,
    encode_notes,
    events_hash,
    notes_hash,
)
from studio.project.note_delta import NoteDelta, applied, difference
from studio.project.score_codec import MAX_TRACKS, decode_song, decode_track, encode_song, encode_track
from studio.project.troubles import Damaged

Json = dict[str, Any]
Parts = dict[str, Json]
SECTIONS = ("songs", "tracks", "notes", "events")

MAX_PROMPT_ROWS = 4_000_000
"""Notes and events of all stored prompts together, each table counted once."""


class PromptWriter:
    """Collects the parts of scores, the newest score first. `sections` holds what is not stored with the song.

    A table is written as the difference to the same track's table of the score before it, where that is short:
    scores that follow one another in the making of a song differ little.
    """

    def __init__(self, songs_notes: frozenset[str] = frozenset(), songs_events: frozenset[str] = frozenset()) -> None:
        """The arguments are hashes of tables and event lists that the song's own sections hold."""
        self.sections: dict[str, Parts] = {name: {} for name in SECTIONS}
        self._elsewhere = {"notes": songs_notes, "events": songs_events}
        self._alive: list[Any] = []  # what `_keys` names by id() must not go meanwhile
        self._keys: dict[int, str] = {}
        self._songs: dict[tuple[Any, ...], str] = {}
        self._newer: dict[int, tuple[str, NoteTable]] = {}
        self._chain: dict[str, int] = {}

    def put(self, score: Score) -> Json:
        """Store the parts of a score; what `PromptReader.score` needs to find them."""
        tracks = [self._track(index, track) for index, track in enumerate(score.tracks)]
        return {"song": self._song(score), "on": tracks}

    def _song(self, score: Score) -> str:
        same = (
            id(score.time_map), id(score.key_signatures), id(score.markers), id(score.conductor),
            id(score.unknown_chunks), score.title, score.smpte, score.end_tick_hint,
        )  # fmt: skip
        key = self._songs.get(same)
        if key is None:
            self._alive.append(score)
            key = self._put("songs", {**encode_song(score), "conductor": self._events(score.conductor)})
            self._songs[same] = key
        return key

    def _track(self, index: int, track: Track) -> str:
        key = self._keys.get(id(track))
        if key is None:
            row = encode_track(track, self._notes(index, track.notes), self._events(track.events))
            key = self._known(track, self._put("tracks", row))
        return key

    def _events(self, events: tuple[TrackEvent, ...]) -> str:
        key = self._keys.get(id(events))
        if key is None:
            key = self._known(events, events_hash(events))
            if key not in self._elsewhere["events"]:
                self.sections["events"].setdefault(key, encode_events(events))
        return key

    def _notes(self, index: int, table: NoteTable) -> str:
        key = self._keys.get(id(table))
        if key is not None:
            return key
        key = self._known(table, notes_hash(table))
        if key in self._elsewhere["notes"] or key in self.sections["notes"]:
            return key
        newer_key, newer = self._newer.get(index, ("", NoteTable.empty()))
        chain = self._chain.get(newer_key, LONGEST_CHAIN)
        row: Json | None = None
        if chain < LONGEST_CHAIN:
            delta = difference(newer, table)
            if 4 * len(delta) < len(table):
                row = {"base": newer_key, "gone": delta.gone.tolist(), "rows": encode_notes(delta.rows)}
        self._chain[key] = 0 if row is None else chain + 1
        self.sections["notes"][key] = encode_notes(table) if row is None else row
        self._newer[index] = (key, table)
        return key

    def _put(self, section: str, value: Json) -> str:
        key = blake2b(write_json(value), digest_size=16).hexdigest()
        self.sections[section].setdefault(key, value)
        return key

    def _known(self, part: Any, key: str) -> str:
        self._alive.append(part)
        self._keys[id(part)] = key
        return key


class PromptReader:
    """Scores from untrusted sections, each part decoded once and shared. Ask for the newest scores first.

    `songs_notes` and `songs_events` are those of the song by hash. Past `most_rows` notes and events in all, scores
    are refused.
    """

    def __init__(
        self,
        tree: Mapping[str, Any],
        songs_notes: Mapping[str, NoteTable],
        songs_events: Mapping[str, tuple[TrackEvent, ...]],
        most_rows: int = MAX_PROMPT_ROWS,
    ) -> None:
        self._sections = {
            name: checked.mapping(tree.get(name), f"the section {name} of the takes") for name in SECTIONS
        }
        self._songs_notes, self._songs_events = songs_notes, songs_events
        self._left = most_rows
        self._done: dict[tuple[str, str], Any] = {}

    def score(self, row: Mapping[str, Any]) -> Score:
        """The score that `PromptWriter.put` stored; raises Damaged when a part is missing or not what it was."""
        keys = checked.sequence(row.get("on"), "the tracks of a prompt", MAX_TRACKS)
        return self._song(row.get("song")).with_tracks(tuple(self._track(key) for key in keys))

    def skeleton(self, row: Mapping[str, Any]) -> Score:
        """The same without notes and events, which may be gone: time, names and instruments."""
        keys = checked.sequence(row.get("on"), "the tracks of a prompt", MAX_TRACKS)
        tracks = []
        for key in keys:
            tracks.append(decode_track(self._row("tracks", key), "a track of a prompt", NoteTable.empty(), ()))
        return decode_song(self._row("songs", row.get("song")), tuple(tracks), ())

    def _row(self, section: str, key: Any) -> Json:
        if _name(key) not in self._sections[section]:
            raise Damaged(f"a part of the {section} of the takes is missing")
        return checked.mapping(self._sections[section][key], f"a part of the {section} of the takes")

    def _song(self, key: Any) -> Score:
        key = _name(key)
        if ("songs", key) not in self._done:
            row = self._row("songs", key)
            self._done["songs", key] = decode_song(row, (), self._events(row.get("conductor")))
        song: Score = self._done["songs", key]
        return song

    def _track(self, key: Any) -> Track:
        key = _name(key)
        if ("tracks", key) not in self._done:
            row = self._row("tracks", key)
            notes, events = self._notes(row.get("notes")), self._events(row.get("events"))
            self._done["tracks", key] = decode_track(row, "a track of a prompt", notes, events)
        track: Track = self._done["tracks", key]
        return track

    def _events(self, key: Any) -> tuple[TrackEvent, ...]:
        key = _name(key)
        if key in self._songs_events:
            return self._songs_events[key]
        if ("events", key) not in self._done:
            events = decode_events(self._row("events", key), "events of a prompt", min(self._left, MAX_EVENTS))
            self._count(len(events))
            self._done["events", key] = events
        found: tuple[TrackEvent, ...] = self._done["events", key]
        return found

    def _notes(self, key: Any) -> NoteTable:
        """The table of this hash; a difference stands on another one, which was asked for before or is next."""
        waiting: list[tuple[str, Json]] = []
        at = _name(key)
        while (table := self._ready(at)) is None:
            row = self._row("notes", at)
            if "base" not in row:
                table = self._checked(at, decode_notes(row, "notes of a prompt", self._left))
                break
            waiting.append((at, row))
            if len(waiting) > 2 * LONGEST_CHAIN:
                raise Damaged("the notes of a prompt stand on each other without end")
            at = _name(row["base"])
        for name, row in reversed(waiting):
            gone = checked.integers(row.get("gone"), "notes of a prompt", *BOUNDS["id"], self._left)
            rows = decode_notes(row.get("rows"), "notes of a prompt", self._left)
            if len(table) + len(rows) > self._left:
                raise Damaged("the prompts hold more notes than are allowed")
            table = applied(table, NoteDelta(np.array(gone, np.int32), rows))
            ids = np.sort(table.id)
            if (ids[1:] == ids[:-1]).any():
                raise Damaged("two notes of a prompt have the same id")
            table = self._checked(name, table)
        return table

    def _ready(self, key: str) -> NoteTable | None:
        found: NoteTable | None = self._done.get(("notes", key))
        if found is None and key in self._songs_notes and notes_hash(self._songs_notes[key]) == key:
            found = self._done["notes", key] = self._songs_notes[key]
        return found

    def _checked(self, key: str, table: NoteTable) -> NoteTable:
        if notes_hash(table) != key:
            raise Damaged("the notes of a prompt are not what was written")
        self._count(len(table))
        self._done["notes", key] = table
        return table

    def _count(self, rows: int) -> None:
        self._left -= rows
        if self._left < 0:
            raise Damaged("the prompts hold more notes than are allowed")


def _name(key: Any) -> str:
    return checked.text(key, "the name of a part of a prompt")


def skeleton_of(score: Score) -> Score:
    """The score without notes and kept events: time, names and instruments."""
    tracks = tuple(replace(track, notes=NoteTable.empty(), events=()) for track in score.tracks)
    return replace(score, tracks=tracks, conductor=())
