"""Builds MIDI files byte by byte, so that tests can also build wrong ones."""

from __future__ import annotations

import struct

import pytest

END = b"\x00\xff\x2f\x00"


class Smf:
    """Pieces of a standard MIDI file. Events carry their delta time in front."""

    end = END

    @staticmethod
    def number(value: int) -> bytes:
        """A variable-length number."""
        groups = [value & 127]
        while value := value >> 7:
            groups.append(value & 127 | 128)
        return bytes(reversed(groups))

    @classmethod
    def event(cls, delta: int, *data: int) -> bytes:
        return cls.number(delta) + bytes(data)

    @classmethod
    def on(cls, delta: int, pitch: int, velocity: int = 64, channel: int = 0) -> bytes:
        return cls.event(delta, 0x90 | channel, pitch, velocity)

    @classmethod
    def off(cls, delta: int, pitch: int, release: int = 64, channel: int = 0) -> bytes:
        return cls.event(delta, 0x80 | channel, pitch, release)

    @classmethod
    def meta(cls, delta: int, kind: int, payload: bytes = b"") -> bytes:
        return cls.number(delta) + bytes((0xFF, kind)) + cls.number(len(payload)) + payload

    @classmethod
    def exclusive(cls, delta: int, payload: bytes, status: int = 0xF0) -> bytes:
        return cls.number(delta) + bytes((status,)) + cls.number(len(payload)) + payload

    @staticmethod
    def chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
        return struct.pack(">4sL", name, len(body) if length is None else length) + body

    @classmethod
    def header(cls, kind: int = 1, tracks: int = 1, division: int = 480) -> bytes:
        return cls.chunk(b"MThd", struct.pack(">HHH", kind, tracks, division))

    @classmethod
    def track(cls, *events: bytes, end: bytes = END, length: int | None = None) -> bytes:
        return cls.chunk(b"MTrk", b"".join(events) + end, length)

    @classmethod
    def file(cls, *tracks: bytes, kind: int = 1, division: int = 480, announced: int | None = None) -> bytes:
        return cls.header(kind, len(tracks) if announced is None else announced, division) + b"".join(tracks)

    @classmethod
    def tune(cls, notes: int = 4, pitch: int = 60, channel: int = 0) -> bytes:
        """The events of some quarters in a row, upwards."""
        return b"".join(
            cls.on(0, pitch + i % 24, 64, channel) + cls.off(480, pitch + i % 24, 64, channel) for i in range(notes)
        )


@pytest.fixture(scope="session")
def smf() -> type[Smf]:
    """The builder of MIDI bytes."""
    return Smf
