"""Framing: finds the header and where each track's events start and end, also where lengths lie."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = b"MThd"
TRACK = b"MTrk"
SEARCHED_BYTES = 4096
"""How far into a file a header is looked for, behind what other systems put before it."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header's fields, and the position of the first chunk after it."""

    format: int
    tracks_announced: int
    division: int
    next_position: int
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """Bytes [start, bound) hold a track's events; `announced_end` is where its header says that it ends.

    `trusted` says that the announced length leads to another chunk or to the end of the file.
    """

    start: int
    bound: int
    announced_end: int
    trusted: bool


def unwrapped(data: bytes) -> bytes:
    """The MIDI file inside a RIFF wrapper (RMID); other bytes as they are."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    position = 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], _little(data, position + 4)
        if name == b"data":
            end = position + 8 + size
            # A wrong size may not cut the file inside short: it has to lead to the end or to another part.
            following = data[end + (size & 1) :]
            sound = len(following) < 8 or (following[:4].isalnum() and _little(following, 4) + 8 <= len(following))
            return data[position + 8 : end] if sound else data[position + 8 :]
        position += 8 + size + (size & 1)
    found = data.find(HEADER)
    return data[found:] if found >= 0 else data


def _little(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 4], "little")


def find_header(data: bytes) -> Header | None:
    """The header, found also behind foreign bytes or with one damaged letter; None when there is none.

    A file cut inside its header, or with tracks but no header, gives one that assumes the usual.
    """
    troubles: list[str] = []
    at = 0 if data.startswith(HEADER) else data.find(HEADER + b"\0\0\0\6", 0, SEARCHED_BYTES)
    if at > 0:
        troubles.append(f"{at} foreign bytes before the header were skipped.")
    if at < 0 and (data[4:8] == b"\0\0\0\6" or data[14:18] == TRACK) and len(data) >= 14:
        at = 0
        troubles.append("The first letters of the file are damaged; the rest was read.")
    if at < 0:
        first = data.find(TRACK + b"\0", 0, SEARCHED_BYTES)
        if first < 0:
            return None
        return Header(1, 0, 0, first, ("The header is missing; the usual timing was assumed.",))
    if len(data) < at + 14:
        return None
    length, kind, announced, division = struct.unpack_from(">LHHH", data, at + 4)
    following = at + 8 + length
    if length < 6 or (following < len(data) and not starts_chunk(data, following)) or following > len(data):
        first = data.find(TRACK, at + 8)
        following = first if first >= 0 else len(data)
        if length != 6:
            troubles.append("The header states a wrong length for itself.")
    return Header(kind, announced, division, following, tuple(troubles))


def starts_chunk(data: bytes, position: int) -> bool:
    """Whether a track, or another chunk that fits into the file, starts at `position`."""
    name = data[position : position + 4]
    if name in (TRACK, HEADER):
        return True
    if len(name) < 4 or not name.isalnum() or len(data) < position + 8:
        return False
    (length,) = struct.unpack_from(">L", data, position + 4)
    return position + 8 + int(length) <= len(data)


def next_chunk(data: bytes, position: int) -> tuple[TrackSpan | str | None, int]:
    """What starts at or after `position`, and where to go on.

    A TrackSpan for a track (go on there only if trusted, else where its events end), the name of an
    unknown chunk, or None for bytes between chunks that were skipped and for the end of the file.
    """
    if position + 8 <= len(data) and data[position : position + 4] == TRACK:
        start = position + 8
        (length,) = struct.unpack_from(">L", data, position + 4)
        end = start + int(length)
        if end == len(data) or (end < len(data) and starts_chunk(data, end)):
            return TrackSpan(start, end, end, True), end
        following = data.find(TRACK, start)
        bound = following if following >= 0 else len(data)
        return TrackSpan(start, bound, end, False), bound
    if position < len(data) and data[position : position + 4] != TRACK and starts_chunk(data, position):
        (length,) = struct.unpack_from(">L", data, position + 4)
        name = data[position : position + 4].decode("ascii", "replace")
        return name, position + 8 + int(length)
    following = data.find(TRACK, position + 1)
    return None, following if following >= 0 else len(data)


def gaps(data: bytes, start: int, end: int) -> Iterator[str]:
    """A sentence for skipped bytes that were no padding."""
    skipped = data[start:end]
    if skipped.strip(b"\0\r\n\x1a "):
        yield f"{len(skipped)} bytes between or after the tracks were no music and were skipped."
