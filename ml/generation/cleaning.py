"""What a finished take's notes owe each other: none doubled, and no more at once than is permitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from ml.music import NoteTable
from ml.requests import TakeNote


@dataclass(frozen=True)
class Line:
    """What holds for a track's notes: how many may sound at once (None: any number) and which notes stay there."""

    polyphony: int | None
    staying: NoteTable


def clean(notes: list[TakeNote], lines: Mapping[int, Line]) -> list[TakeNote]:
    """Notes in order, none doubled, none ringing into a later note of its track and pitch.

    Where more would sound at once than the track's `Line` permits, those that began first end. Notes that start
    together must be as few as it permits, counting the notes that stay.
    """
    ordered = sorted(notes, key=lambda n: (n.start, n.track, n.pitch))
    latest: dict[tuple[int, int], int] = {}
    kept: list[TakeNote] = []
    for note in ordered:
        place = (note.track, note.pitch)
        if place in latest:
            before = kept[latest[place]]
            if before.start == note.start:
                continue
            kept[latest[place]] = replace(before, length=min(before.length, note.start - before.start))
        latest[place] = len(kept)
        kept.append(note)
    for track, line in lines.items():
        if line.polyphony is not None:
            thin_out(kept, [index for index, note in enumerate(kept) if note.track == track], line)
    return kept


def thin_out(notes: list[TakeNote], rows: list[int], line: Line) -> None:
    """End notes of one track (rows of `notes`, in order) where more would sound at once than its line permits."""
    staying = [
        (int(start), max(int(end), int(start) + 1))
        for start, end in zip(line.staying.start, line.staying.end, strict=True)
    ]
    starting: dict[int, list[int]] = {tick: [] for tick, _ in staying}
    for row in rows:
        starting.setdefault(notes[row].start, []).append(row)
    ends: list[int] = []
    waiting = sorted(staying, reverse=True)
    sounding: list[int] = []
    for tick in sorted(starting):
        while waiting and waiting[-1][0] <= tick:
            heappush(ends, waiting.pop()[1])
        while ends and ends[0] <= tick:
            heappop(ends)
        sounding = [row for row in sounding if notes[row].start + notes[row].length > tick]
        most = (line.polyphony or 0) - len(ends) - len(starting[tick])
        for row in sounding[: max(len(sounding) - max(most, 0), 0)]:
            notes[row] = replace(notes[row], length=tick - notes[row].start)
        sounding = sounding[max(len(sounding) - max(most, 0), 0) :] + starting[tick]
