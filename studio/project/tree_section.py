"""The section of a project file that holds the tree of takes; damage costs what is damaged and never the song."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ml.music import NoteTable, Score, TrackEvent
from studio.project import checked
from studio.project.checked import write_json
from studio.project.prompt_codec import SECTIONS, PromptReader, PromptWriter, skeleton_of
from studio.project.take_codec import (
    MAX_TAKE_NOTES,
    MAX_TAKES_OF_REQUEST,
    decode_request,
    decode_take,
    encode_request,
    encode_take,
)
from studio.project.take_records import RequestRecord, TakeRecord, TreeRecord
from studio.project.troubles import Damaged

FIELD = "tree"
VERSION = 1
FIELDS = ("version", "requests", *SECTIONS)
MAX_REQUESTS, MAX_TAKES = 20_000, 50_000


def encode_tree(
    tree: TreeRecord, songs_notes: frozenset[str] = frozenset(), songs_events: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The section; tables and event lists whose hashes are given are in the song's own sections and not repeated."""
    writer = PromptWriter(songs_notes, songs_events)
    rows = [_encoded(record, writer) for record in reversed(tree.requests)]  # prompts: the newest first
    return {"version": VERSION, "requests": rows[::-1], **writer.sections}


def _encoded(record: RequestRecord, writer: PromptWriter) -> dict[str, Any]:
    return {
        **encode_request(record),
        "prompt": {**writer.put(record.request.score), "whole": record.has_prompt},
        "results": [encode_take(take) for take in record.takes],
    }


def tree_lines(section: Mapping[str, Any]) -> Iterator[bytes]:
    """The value of the section as text with one request, track, table or event list per line, ended with a comma."""
    yield b"{"
    *_, last_name = section
    for name, value in section.items():
        if isinstance(value, dict):
            items = [write_json(key) + b":" + write_json(row) for key, row in value.items()]
            ends = (b"{", b"}")
        elif isinstance(value, list):
            items, ends = [write_json(row) for row in value], (b"[", b"]")
        else:
            yield write_json(name) + b":" + write_json(value) + (b"" if name == last_name else b",")
            continue
        yield write_json(name) + b":" + ends[0]
        yield from (item + (b"," if place < len(items) - 1 else b"") for place, item in enumerate(items))
        yield ends[1] + (b"" if name == last_name else b",")
    yield b"},"


def is_newer(section: Any) -> bool:
    """Whether a newer program wrote the section: then it is kept as it is, and not understood."""
    version = section.get("version") if isinstance(section, dict) else None
    return type(version) is int and version > VERSION


def decode_tree(
    section: Any, songs_notes: Mapping[str, NoteTable], songs_events: Mapping[str, tuple[TrackEvent, ...]]
) -> tuple[TreeRecord, int]:
    """The inverse of `encode_tree` for untrusted data, and how many requests, takes and prompts had to be left out.

    Raises Damaged when nothing of it can be read.
    """
    section = checked.mapping(section, "the tree of takes")
    checked.integer(section.get("version"), "the version of the tree of takes", 1, VERSION)
    rows = checked.sequence(section.get("requests"), "the list of requests", MAX_REQUESTS)
    reader = _Reader(PromptReader(section, songs_notes, songs_events))
    found: dict[int, RequestRecord] = {}
    for row in reversed(rows):
        record = reader.request(row)
        if record is not None and found.setdefault(record.number, record) is not record:
            reader.lost += 1
    return TreeRecord(tuple(found[number] for number in sorted(found))), reader.lost


class _Reader:
    """Reads requests one by one and counts what is lost; takes and their notes count over all of them."""

    def __init__(self, prompts: PromptReader) -> None:
        self.lost = 0
        self._prompts = prompts
        self._notes_left, self._takes_left = MAX_TAKE_NOTES, MAX_TAKES

    def request(self, row: Any) -> RequestRecord | None:
        try:
            row = checked.mapping(row, "a request")
            results = checked.sequence(row.get("results"), "the takes of a request", MAX_TAKES_OF_REQUEST)
            takes: dict[tuple[str, int], TakeRecord] = {}
            for result in results:
                take = self._take(result)
                if take is not None and takes.setdefault((take.model, take.index), take) is not take:
                    self.lost += 1
            return decode_request(row, *self._score(row.get("prompt")), tuple(takes.values()))
        except Damaged:
            self.lost += 1
            return None

    def _take(self, result: Any) -> TakeRecord | None:
        try:
            if not self._takes_left:
                raise Damaged("the tree holds more takes than are allowed")
            take = decode_take(result, self._notes_left)
        except Damaged:
            self.lost += 1
            return None
        self._takes_left -= 1
        self._notes_left = max(self._notes_left - take.stored_notes, 0)
        return take

    def _score(self, prompt: Any) -> tuple[Score, bool]:
        """The score that the models were given, and whether all of it is there."""
        prompt = checked.mapping(prompt, "a prompt")
        try:
            return self._prompts.score(prompt), checked.boolean(prompt.get("whole"), "a prompt")
        except Damaged:
            self.lost += 1
            return skeleton_of(self._prompts.skeleton(prompt)), False
