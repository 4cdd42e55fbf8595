"""Change: what a listener of the document is told, and how it is found by comparing two scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np

from ml.music import NoteTable, Score, TimeMap


class ChangeKind(Enum):
    """The widest thing that changed; each kind includes those above it, for the tracks and ticks named.

    SELECTION: nothing but the selected notes. CURRENT_TRACK: also which track is edited. NOTES: notes of
    the named tracks. TRACKS: also instrument, mixer, name, controllers, or which tracks there are. TIME:
    also tempo, metre, key signatures or markers, from the start tick on without end. SCORE: another piece
    was opened.
    """

    SELECTION = 1
    CURRENT_TRACK = 2
    NOTES = 3
    TRACKS = 4
    TIME = 5
    SCORE = 6

    @property
    def changes_music(self) -> bool:
        """Whether the score is another one now, and not only what is selected in it."""
        return self.value >= ChangeKind.NOTES.value


@dataclass(frozen=True, slots=True)
class Change:
    """What happened: the tracks (None for all, also when tracks came or went) and ticks that it may touch.

    The range [start_tick, end_tick) covers both where changed notes were and where they are now.
    """

    label: str
    tracks: frozenset[int] | None
    start_tick: int
    end_tick: int
    kind: ChangeKind


class _Timed(Protocol):
    """Anything that happens at a tick."""

    @property
    def tick(self) -> int: ...


def changed_ticks(before: NoteTable, after: NoteTable) -> tuple[int, int] | None:
    """The ticks [start, end) that hold every note in which two tables differ; None when they are equal.

    Rows equal at the front and at the back are skipped, so a local edit gives a local range. The two
    never overlap, since a table holds each id once.
    """
    if before is after:
        return None
    shorter = min(len(before), len(after))
    differs = np.zeros(shorter, bool)
    from_back = np.zeros(shorter, bool)
    for name, old in before.columns().items():
        new = getattr(after, name)
        if old is new:
            continue
        differs |= old[:shorter] != new[:shorter]
        from_back |= old[len(old) - shorter :] != new[len(new) - shorter :]
    front = int(differs.argmax()) if differs.any() else shorter
    back = int(from_back[::-1].argmax()) if from_back.any() else shorter
    parts = [(t.start[front : len(t) - back], t.end[front : len(t) - back]) for t in (before, after)]
    if not any(len(start) for start, _ in parts):
        return None
    first = min(int(start[0]) for start, _ in parts if len(start))
    return first, max(int(end.max(initial=first + 1)) for _, end in parts)


def compare(label: str, before: Score, after: Score) -> Change:
    """The change that leads from one score to another; tables and tracks that are shared cost nothing."""
    end_tick = max(before.end_tick, after.end_tick)
    if (first := _first_time_change(before, after)) is not None:
        return Change(label, None, first, max(end_tick, first), ChangeKind.TIME)
    if len(before.tracks) != len(after.tracks):
        return Change(label, None, 0, end_tick, ChangeKind.TRACKS)
    touched, more_than_notes = set(), False
    ranges = []
    for index, (old, new) in enumerate(zip(before.tracks, after.tracks, strict=True)):
        if old is new:
            continue
        ticks = changed_ticks(old.notes, new.notes)
        if ticks is not None:
            ranges.append(ticks)
            touched.add(index)
        if old.with_notes(new.notes) != new:
            more_than_notes = True
            touched.add(index)
    if more_than_notes or not ranges:
        return Change(label, frozenset(touched), 0, end_tick, ChangeKind.TRACKS)
    start = min(first for first, _ in ranges)
    return Change(label, frozenset(touched), start, max(last for _, last in ranges), ChangeKind.NOTES)


def _first_time_change(before: Score, after: Score) -> int | None:
    """The first tick from which tempo, metre, keys, markers or the piece's other conductor events differ."""
    whole = ("title", "smpte", "end_tick_hint")
    if any(getattr(before, name) != getattr(after, name) for name in whole):
        return 0
    old, new = before.time_map, after.time_map
    if _scale(old) != _scale(new):
        return 0
    firsts = [
        _first_difference(old.tempos, new.tempos),
        _first_difference(old.metres, new.metres),
        _first_difference(before.key_signatures, after.key_signatures),
        _first_difference(before.markers, after.markers),
        _first_difference(before.conductor, after.conductor),
    ]
    return min((first for first in firsts if first is not None), default=None)


def _first_difference(before: Sequence[_Timed], after: Sequence[_Timed]) -> int | None:
    """The tick of the first event, of two lists sorted by tick, at which they differ."""
    for old, new in zip(before, after, strict=False):
        if old != new:
            return min(old.tick, new.tick)
    shorter = min(len(before), len(after))
    rest = (*before[shorter:], *after[shorter:])
    return rest[0].tick if rest else None


def _scale(time_map: TimeMap) -> tuple[int, float | None]:
    return time_map.ticks_per_quarter, time_map.ticks_per_second
