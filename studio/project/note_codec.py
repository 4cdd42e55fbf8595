"""NoteTable and lists of track events as JSON-ready columns, and the hash each is stored under."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from ml.music import NoteTable, TrackEvent
from ml.music.note_table import COLUMNS
from studio.project import checked
from studio.project.troubles import Damaged

MAX_NOTES = 4_000_000
MAX_EVENTS = 4_000_000
MAX_TICK = 2**53
"""Far beyond any MIDI file, and exact in floating point."""

BOUNDS = {
    "start": (0, MAX_TICK),
    "length": (0, MAX_TICK),
    "pitch": (0, 127),
    "velocity": (0, 127),
    "release": (0, 127),
    "flags": (0, 255),
    "id": (0, 2**31 - 1),
    "source": (-(2**31), 2**31 - 1),
}
"""Lowest and highest value of each column of a table."""

USUALLY_CONSTANT = ("velocity", "release", "flags", "source")


def notes_hash(table: NoteTable) -> str:
    """32 hexadecimal digits that stand for the content of the table: BLAKE2b over its columns, little-endian."""
    digest = blake2b(len(table).to_bytes(8, "little"), digest_size=16)
    for name, dtype in COLUMNS.items():
        column = np.ascontiguousarray(getattr(table, name), np.dtype(dtype).newbyteorder("<"))
        digest.update(column.data)
    return digest.hexdigest()


def encode_notes(table: NoteTable) -> dict[str, Any]:
    """Columns as lists of numbers; one that is the same in every row as that one number."""
    return {name: _encoded(name, values) for name, values in table.columns().items()}


def _encoded(name: str, values: Any) -> Any:
    if name in USUALLY_CONSTANT and len(values) and (values == values[0]).all():
        return int(values[0])
    return values.tolist()


def decode_notes(tree: Any, what: str, most: int = MAX_NOTES) -> NoteTable:
    """The inverse of `encode_notes` for untrusted data; raises Damaged."""
    tree = checked.mapping(tree, what)
    rows = len(checked.sequence(tree.get("start"), f"{what}, column start", most))
    columns = {
        name: checked.column(tree.get(name), f"{what}, column {name}", dtype, *BOUNDS[name], rows)
        for name, dtype in COLUMNS.items()
    }
    if len(np.unique(columns["id"])) != rows:
        raise Damaged(f"{what}: two notes have the same id")
    try:
        return NoteTable.from_columns(**columns)
    except ValueError as error:
        raise Damaged(f"{what}: {error}") from None


def events_hash(events: Sequence[TrackEvent]) -> str:
    """32 hexadecimal digits that stand for the content of the events."""
    digest = blake2b(digest_size=16, person=b"events")
    for event in events:
        digest.update(b"%d:%d:" % (event.tick, len(event.data)))
        digest.update(event.data)
    return digest.hexdigest()


def encode_events(events: Sequence[TrackEvent]) -> dict[str, Any]:
    """Ticks as a list, messages as hexadecimal words in one text."""
    return {"tick": [event.tick for event in events], "data": " ".join(event.data.hex() for event in events)}


def decode_events(tree: Any, what: str, most: int = MAX_EVENTS) -> tuple[TrackEvent, ...]:
    """The inverse of `encode_events` for untrusted data; raises Damaged."""
    tree = checked.mapping(tree, what)
    ticks = checked.integers(tree.get("tick"), f"{what}, ticks", 0, MAX_TICK, most)
    data = checked.text(tree.get("data"), f"{what}, data")
    words = data.split(" ") if ticks else []
    if len(words) != len(ticks):
        raise Damaged(f"{what} has {len(words):,} messages for {len(ticks):,} ticks")
    try:
        return tuple(TrackEvent(tick, bytes.fromhex(word)) for tick, word in zip(ticks, words, strict=True))
    except ValueError:
        raise Damaged(f"{what} holds a message that is not hexadecimal") from None
