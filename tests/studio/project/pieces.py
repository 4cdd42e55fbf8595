"""Random pieces that use everything a Score can hold, a small song for stories, and a disk that fails on demand."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from hypothesis import strategies as st

from ml.music import (
    LOCKED,
    MUTED,
    Key,
    KeySignature,
    Marker,
    Metre,
    Mixer,
    Note,
    NoteTable,
    Scale,
    Score,
    Tempo,
    TimeMap,
    Track,
    TrackEvent,
)
from studio.project import Disk

BYTE = st.integers(0, 127)
TICK = st.one_of(st.integers(0, 20_000), st.integers(0, 2**40))
NAME = st.text(st.characters(), max_size=8)
"""Any text: names from damaged files hold control characters and lone surrogates."""


@st.composite
def notes(draw: st.DrawFn, most: int = 12) -> NoteTable:
    rows = draw(st.lists(st.tuples(TICK, st.integers(0, 2**40), BYTE, BYTE, BYTE), max_size=most))
    count = len(rows)
    ids = draw(st.lists(st.integers(0, 2**31 - 1), min_size=count, max_size=count, unique=True))
    flags = draw(st.lists(st.sampled_from((0, MUTED, LOCKED, MUTED | LOCKED)), min_size=count, max_size=count))
    sources = draw(st.lists(st.integers(-5, 2**31 - 1), min_size=count, max_size=count))
    return NoteTable.of(Note(*row, *rest) for row, *rest in zip(rows, flags, ids, sources, strict=True))


def events(most: int = 4) -> st.SearchStrategy[tuple[TrackEvent, ...]]:
    return st.lists(st.builds(TrackEvent, TICK, st.binary(max_size=6)), max_size=most).map(tuple)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    return Track(
        name=draw(NAME),
        notes=draw(notes()),
        program=draw(st.none() | BYTE),
        bank=draw(st.none() | st.integers(0, 16383)),
        channel=draw(st.integers(0, 15)),
        drums=draw(st.booleans()),
        events=draw(events()),
        mixer=draw(st.builds(Mixer, BYTE, BYTE, st.booleans(), st.booleans())),
        colour=draw(st.integers(-1, 20)),
    )


@st.composite
def scores(draw: st.DrawFn) -> Score:
    keys = st.builds(Key, st.integers(0, 11), st.sampled_from(Scale))
    time_map = TimeMap(
        draw(st.integers(1, 30_000)),
        draw(st.lists(st.builds(Tempo, TICK, st.integers(1, 0xFFFFFF)), max_size=4).map(tuple)),
        draw(st.lists(st.builds(Metre, TICK, st.integers(1, 40), st.sampled_from((1, 4, 8, 2**70))), max_size=3)),
        draw(st.none() | st.floats(0.1, 1e6)),
    )
    return Score(
        tracks=tuple(draw(st.lists(tracks(), max_size=3))),
        time_map=time_map,
        key_signatures=draw(st.lists(st.builds(KeySignature, TICK, keys), max_size=3).map(tuple)),
        markers=draw(st.lists(st.builds(Marker, TICK, NAME), max_size=3).map(tuple)),
        conductor=draw(events()),
        title=draw(NAME),
        smpte=draw(st.none() | st.integers(0, 0xFFFF)),
        end_tick_hint=draw(TICK),
        unknown_chunks=draw(st.lists(st.binary(max_size=12), max_size=2).map(tuple)),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def song(*pitches: int) -> Score:
    """Quarters on a track "Lead", and an empty track "Bass"."""
    lead = NoteTable.of(Note(960 * index, 960, pitch) for index, pitch in enumerate(pitches or (60, 62, 64, 65)))
    return Score((Track("Lead", lead), Track("Bass", program=32)), title="Song")


def with_note(score: Score, pitch: int) -> Score:
    """The song with one more quarter on its first track."""
    lead = score.tracks[0]
    return score.with_track(0, lead.with_notes(lead.notes.added(NoteTable.of([Note(score.end_tick, 960, pitch)]))))


def long_song(note_count: int, tracks: int = 1) -> Score:
    """A song with `note_count` sixteenths in all."""
    rows = range(note_count // tracks)
    table = NoteTable.from_columns(
        start=[240 * row for row in rows],
        length=[200] * len(rows),
        pitch=[40 + row * 7 % 50 for row in rows],
        velocity=[30 + row * 13 % 90 for row in rows],
    )
    return Score(tuple(Track(f"Part {number}", table) for number in range(tracks)))


class FaultyDisk(Disk):
    """The real disk, with errors where a test asks for them.

    `faults` maps a call ("create", "write", "sync", "replace", "remove", "sync_folder", "read") and how many of
    its kind go well first to the errno that it fails with then and ever after; a write fails half-way, as on a
    full disk. `calls` lists what was asked.
    """

    def __init__(self, faults: dict[str, tuple[int, int]] | None = None) -> None:
        self.faults = dict(faults or {})
        self.calls: list[str] = []

    def _called(self, call: str) -> None:
        self.calls.append(call)
        good, number = self.faults.get(call, (-1, 0))
        if 0 <= good < self.calls.count(call):
            raise OSError(number, os.strerror(number))

    def create(self, path: Path, mode: int = 0o666) -> int:
        self._called("create")
        return super().create(path, mode)

    def write(self, descriptor: int, data: memoryview) -> int:
        try:
            self._called("write")
        except OSError as error:
            if error.errno == errno.ENOSPC:
                super().write(descriptor, data[: len(data) // 2])
            raise
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._called("sync")
        super().sync(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        self._called("replace")
        super().replace(source, target)

    def remove(self, path: Path) -> None:
        self._called("remove")
        super().remove(path)

    def sync_folder(self, folder: Path) -> None:
        self._called("sync_folder")
        super().sync_folder(folder)

    def read(self, path: Path, most: int) -> bytes:
        self._called("read")
        return super().read(path, most)
