"""Tidy: what a player would put right in a take before playing it, without breaking what the request guarantees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from ml.generation.cleaning import Line, clean
from ml.measures.playable import most_at_once, within_reach
from ml.music import MUTED, NoteTable
from ml.music.general_midi import instrument_range
from ml.requests import GenerationRequest, PermittedPitches, Take, TakeNote, Verb, ringing_notes, violations

HANGING_NOTES = 4
"""A note hangs if it outlasts all of the song's and so many others of its track begin while it sounds."""
KNOWN_NOTES = 8
"""From so many notes on, the song's own line says how long its notes last."""


OVERLAPPING, HANGING, RANGE, REACH = "overlapping", "hanging", "out of the instrument's range", "out of reach"


@dataclass(frozen=True)
class Tidied:
    """The take, and how many of its notes were changed or left out, by plain words for why."""

    take: Take
    changes: Counter[str]


class Tidier:
    """Tidies takes of one request; those of its other rounds differ from it in their seed alone.

    It ends what overlaps or hangs, moves what lies out of range by octaves, and leaves out what cannot be struck
    together. What the song itself does on a track is never put right there. Drums, and what Vary keeps exactly, stay
    as they are; so does a take in which the result would break a limit.
    """

    def __init__(self, request: GenerationRequest) -> None:
        self._request = request
        self._exact = request.verb is Verb.VARY and (request.keep.rhythm or request.keep.contour)
        self._permitted = PermittedPitches(request)
        self._tracks = {
            index: _Track(request, index, self._permitted)
            for index in request.region.tracks
            if not request.score.tracks[index].drums
        }

    def __call__(self, take: Take) -> Tidied:
        changes: Counter[str] = Counter()
        if self._exact:
            return Tidied(take, changes)
        notes: list[TakeNote] = []
        for index in self._request.region.tracks:
            mine: Iterable[TakeNote] = [note for note in take.notes if note.track == index]
            if track := self._tracks.get(index):
                mine = track.struck(track.in_range(track.ended(list(mine), changes), changes), changes)
            notes += mine
        sounding = {(note.track, note.start, note.pitch): note.length for note in notes}
        lines = {index: track.line for index, track in self._tracks.items() if track.line.polyphony is not None}
        found = clean(notes, lines)
        changes[OVERLAPPING] += len(notes) - len(found)
        changes[OVERLAPPING] += sum(note.length != sounding[note.track, note.start, note.pitch] for note in found)
        changes = +changes
        if not changes or not found or violations(self._request, found, self._permitted):
            return Tidied(take, Counter())
        return Tidied(replace(take, notes=tuple(found)), changes)


class _Track:
    """One asked track: what the instrument and the song say of it."""

    def __init__(self, request: GenerationRequest, index: int, permitted: PermittedPitches) -> None:
        self.time_map = request.score.time_map
        track = request.score.tracks[index]
        self.program = track.program
        own = own_notes(request, index)
        lowest, highest = instrument_range(track.program)
        self.lowest, self.highest = (
            (min(lowest, int(own.pitch.min())), max(highest, int(own.pitch.max()))) if len(own) else (lowest, highest)
        )
        most = most_at_once(track.program)
        at_once = None if most is None else max(most, sounding_at_once(own))
        self.line = Line(at_once, ringing_notes(request.score, request.region, index))
        self.longest = int(own.length.max()) if len(own) >= KNOWN_NOTES else 0
        self.permitted = permitted.ever(index)
        self.free_reach = len(own) > 0 and not all(
            len(within_reach(chord, track.program)) == len(chord) for chord in chords_of(own)
        )

    def ended(self, notes: list[TakeNote], changes: Counter[str]) -> Iterator[TakeNote]:
        """Hanging notes end at the first bar line after the longest that the song holds, a bar without any."""
        time_map = self.time_map
        starts = np.array(sorted(note.start for note in notes))
        for note in notes:
            bar = time_map.bar_at(note.start)
            longest = max(self.longest, time_map.bar_start(bar + 1) - time_map.bar_start(bar))
            end = note.start + note.length
            others = np.searchsorted(starts, end) - np.searchsorted(starts, note.start, "right")
            stop = time_map.ceil_bar(note.start + longest)
            if note.length > longest and others >= HANGING_NOTES and stop < end:
                changes[HANGING] += 1
                note = replace(note, length=stop - note.start)
            yield note

    def in_range(self, notes: Iterable[TakeNote], changes: Counter[str]) -> Iterator[TakeNote]:
        """Notes out of range move by octaves; where limits forbid that, they are left out."""
        for note in notes:
            if not self.lowest <= note.pitch <= self.highest:
                changes[RANGE] += 1
                step = 12 if note.pitch < self.lowest else -12
                moved = range(note.pitch + step, self.highest + 1 if step > 0 else self.lowest - 1, step)
                inside = [p for p in moved if self.lowest <= p <= self.highest and self.permitted[p]]
                if not inside:
                    continue
                note = replace(note, pitch=inside[0])
            yield note

    def struck(self, notes: Iterable[TakeNote], changes: Counter[str]) -> Iterator[TakeNote]:
        """Of notes that start together those that can be struck together."""
        for _, group in groupby(sorted(notes, key=lambda n: (n.start, n.pitch)), key=lambda n: n.start):
            chord = list(group)
            kept = range(len(chord)) if self.free_reach else within_reach([n.pitch for n in chord], self.program)
            changes[REACH] += len(chord) - len(kept)
            yield from (chord[i] for i in kept)


def own_notes(request: GenerationRequest, index: int) -> NoteTable:
    """Heard notes of the track that the answer does not replace; for Vary also those that it does."""
    table, region = request.score.tracks[index].notes, request.region
    heard = (table.flags & MUTED) == 0
    inside = (table.start >= region.start_tick) & (table.start < region.end_tick)
    return table.take(np.flatnonzero(heard & (~inside | (request.verb is Verb.VARY))))


def chords_of(table: NoteTable) -> Iterator[list[int]]:
    """Pitches, ascending, of notes that start together."""
    for _, group in groupby(zip(table.start.tolist(), table.pitch.tolist(), strict=True), key=lambda note: note[0]):
        chord = [pitch for _, pitch in group]
        if len(chord) > 1:
            yield chord


def sounding_at_once(table: NoteTable) -> int:
    """The most notes of a line that sound at one time."""
    if not len(table):
        return 0
    times = np.concatenate([table.start, table.end])
    change = np.repeat([1, -1], len(table))
    # At one time, what ends is counted before what begins.
    return int(np.cumsum(change[np.lexsort((change, times))]).max())
