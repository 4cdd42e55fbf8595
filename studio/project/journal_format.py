"""The lines of a recovery journal: checksum, kind, key, JSON. A reader finds what is whole and skips the rest."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from studio.project.checked import write_json

FORMAT = "continuo journal"
VERSION = 1
SUFFIX = ".journal"

# Kinds of lines. The key of a part is the hash of its content, that of a step its number, that of a record its number
# and its name with a dot between: the last one of a name counts.
HEADER = "journal"
NOTES = "notes"
DELTA = "delta"
EVENTS = "events"
SONG = "song"
EXTRAS = "extras"
TRACK = "track"
STEP = "step"
SAVED = "saved"
RECORD = "record"
KINDS = {HEADER, NOTES, DELTA, EVENTS, SONG, EXTRAS, TRACK, STEP, SAVED, RECORD}

MAX_LINE_BYTES = 256 << 20
MAX_LINES = 4_000_000


def line(kind: str, key: str, value: Any) -> bytes:
    """One line: eight digits of CRC-32 over what follows them, kind, key, JSON, newline."""
    rest = f"{kind} {key} ".encode() + write_json(value)
    return b"%08x " % zlib.crc32(rest) + rest + b"\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A whole line found in a file: where its JSON lies, in bytes."""

    kind: str
    key: str
    offset: int
    length: int


def whole_lines(file: BinaryIO) -> Iterator[Line | None]:
    """The lines of a journal from where `file` stands, None for each that is damaged.

    A last line without its newline is left out: the program died while writing it. Lines are read one at a
    time; what is longer than any real line ends the reading.
    """
    offset = file.tell()
    for _ in range(MAX_LINES):
        text = file.readline(MAX_LINE_BYTES)
        if not text.endswith(b"\n"):
            return
        yield _parsed(text, offset)
        offset += len(text)


def _parsed(text: bytes, offset: int) -> Line | None:
    parts = text.split(b" ", 3)
    if len(parts) < 4:
        return None
    crc, kind, key, body = parts
    if b"%08x" % zlib.crc32(memoryview(text)[len(crc) + 1 : -1]) != crc:
        return None
    name = kind.decode("ascii", "replace")
    if name not in KINDS:
        return None
    return Line(name, key.decode("ascii", "replace"), offset + len(text) - len(body), len(body) - 1)
