"""Whether notes obey a request: the one place that says what every limit means for a finished answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.music import MUTED, NoteTable, Score
from ml.music.beats import on_grid, on_strong_beat
from ml.music.pitch_names import pitch_name
from ml.requests.contour import contour, kept_line, note_before, staying_inside
from ml.requests.permitted import PermittedPitches
from ml.requests.request import GenerationRequest, Region, Verb
from ml.requests.staying import replaced_notes, ringing_notes
from ml.requests.take import TakeNote

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Violation:
    """A limit (its field's name in Limits or Keep, or "region" or "locked"), what is wrong, and the note's index.

    `note` is None where the answer as a whole is wrong.
    """

    limit: str
    sentence: str
    note: int | None = None


def violations(
    request: GenerationRequest, notes: Sequence[TakeNote], permitted: PermittedPitches | None = None
) -> list[Violation]:
    """Everything in which a finished answer disobeys the request; empty when it obeys.

    Notes outside the region or of a wrong track are named and then left out of account. `permitted` saves looking
    for chords again.
    """
    found = list(_outside(request, notes))
    wrong = {violation.note for violation in found}
    by_track: dict[int, list[int]] = {track: [] for track in request.region.tracks}
    for index, note in enumerate(notes):
        if index not in wrong:
            by_track[note.track].append(index)
    permitted = permitted or PermittedPitches(request)
    for track, indices in by_track.items():
        answer = _Answer(request, track, [notes[index] for index in indices], permitted)
        found += [
            Violation(v.limit, v.sentence, None if v.note is None else indices[v.note]) for v in answer.violations()
        ]
    return found


def _outside(request: GenerationRequest, notes: Sequence[TakeNote]) -> Iterator[Violation]:
    region = request.region
    for index, note in enumerate(notes):
        if note.track not in region.tracks:
            yield Violation("region", f"Track {note.track + 1} was not asked.", index)
        elif not (region.start_tick <= note.start < region.end_tick):
            yield Violation("region", f"{pitch_name(note.pitch)} starts outside the asked bars.", index)
        elif not 0 < note.length <= region.end_tick - note.start:
            yield Violation("region", f"{pitch_name(note.pitch)} rings past the asked bars or has no length.", index)
        elif not (0 <= note.pitch <= 127 and 1 <= note.velocity <= 127):
            yield Violation("region", f"Pitch {note.pitch} or velocity {note.velocity} is out of range.", index)


class _Answer:
    """The new notes of one track, in the region and of any pitch."""

    def __init__(
        self, request: GenerationRequest, track: int, notes: list[TakeNote], permitted: PermittedPitches
    ) -> None:
        self.request, self.track, self.notes, self.permitted = request, track, notes, permitted
        self.score, self.region = request.score, request.region
        self.drums = self.score.tracks[track].drums
        self.starts = np.array([note.start for note in notes], np.int64)
        self.ends = np.array([note.start + note.length for note in notes], np.int64)
        self.pitches = np.array([note.pitch for note in notes], np.int64)

    def violations(self) -> Iterator[Violation]:
        yield from self._pitches()
        yield from self._chords()
        yield from self._polyphony()
        yield from self._grid()
        yield from self._notes_per_bar()
        yield from self._locked()
        if self.request.verb is Verb.VARY:
            yield from self._rhythm()
            yield from self._contour()

    def _where(self, index: int) -> str:
        note = self.notes[index]
        return f"{pitch_name(note.pitch)} in bar {self.score.time_map.bar_at(note.start) + 1}"

    def _pitches(self) -> Iterator[Violation]:
        limits = self.request.limits
        if self.drums:
            return
        for index in np.flatnonzero(~self.permitted.ever(self.track)[self.pitches]).tolist():
            pitch, where = self.notes[index].pitch, self._where(index)
            if limits.key is not None and pitch % 12 not in limits.key.pitch_classes:
                yield Violation("key", f"{where} is not in {limits.key}.", index)
            elif limits.pitch_classes is not None and pitch % 12 not in limits.pitch_classes:
                yield Violation("pitch_classes", f"{where} is not among the chosen notes.", index)
            elif not limits.lowest <= pitch <= limits.highest:
                yield Violation("range", f"{where} is out of the range.", index)
            else:
                yield Violation("instrument_ranges", f"{where} is out of the instrument's range.", index)

    def _chords(self) -> Iterator[Violation]:
        if self.drums or not len(self.starts):
            return
        strong = on_strong_beat(self.score.time_map, self.starts)
        for index, note in enumerate(self.notes):
            for chord in self.permitted.chords_at(note.start, strong=bool(strong[index])):
                if note.pitch % 12 not in chord.pitch_classes:
                    asked = self.request.limits.chords
                    limit = "chords" if asked and any(span.chord == chord for span in asked.spans) else "harmony"
                    yield Violation(limit, f"{self._where(index)} is not in the chord {chord}.", index)

    def _polyphony(self) -> Iterator[Violation]:
        most = self.request.limits.polyphony
        if most is None or self.drums:
            return
        counts = voices(self.starts, self.ends, ringing_notes(self.score, self.region, self.track))
        for index in np.flatnonzero(counts > most).tolist():
            yield Violation("polyphony", f"{self._where(index)} is one of {counts[index]} notes at once.", index)

    def _grid(self) -> Iterator[Violation]:
        grid = self.request.limits.grid
        if grid is None:
            return
        for index in np.flatnonzero(~on_grid(self.score.time_map, self.starts, grid)).tolist():
            yield Violation("grid", f"{self._where(index)} starts off the grid.", index)

    def _notes_per_bar(self) -> Iterator[Violation]:
        most = self.request.limits.notes_per_bar
        if most is None:
            return
        bars = [self.score.time_map.bar_at(note.start) for note in self.notes]
        counts = Counter(bars) + given_per_bar(self.score, self.region, self.track)
        for bar in sorted(set(bars)):
            if counts[bar] > most:
                yield Violation("notes_per_bar", f"Bar {bar + 1} has {counts[bar]} notes.", bars.index(bar))

    def _locked(self) -> Iterator[Violation]:
        stay = ringing_notes(self.score, self.region, self.track)
        for start, end, pitch in zip(stay.start, np.maximum(stay.end, stay.start + 1), stay.pitch, strict=True):
            over = (self.pitches == pitch) & (self.starts < end) & (self.ends > start)
            for index in np.flatnonzero(over).tolist():
                yield Violation("locked", f"{self._where(index)} sounds over a note that stays.", index)

    def _rhythm(self) -> Iterator[Violation]:
        if not self.request.keep.rhythm:
            return
        old = replaced_notes(self.score, self.region, self.track)
        wanted = Counter(zip(old.start.tolist(), old.length.tolist(), strict=True))
        written = Counter((note.start, note.length) for note in self.notes)
        if missing := wanted - written:
            yield Violation("rhythm", f"{missing.total()} notes of the rhythm are missing or have another length.")
        if more := written - wanted:
            yield Violation("rhythm", f"{more.total()} notes are not of the rhythm.")

    def _contour(self) -> Iterator[Violation]:
        if not self.request.keep.contour:
            return
        line = note_before(self.score, self.region, self.track)
        stay = staying_inside(self.score, self.region, self.track)
        line += list(zip(stay.start.tolist(), stay.pitch.tolist(), strict=True))
        line += [(note.start, note.pitch) for note in self.notes]
        old = contour([(onset, pitch) for onset, pitch, _ in kept_line(self.request, self.track)])
        new = contour(line)
        if len(old) != len(new):
            yield Violation("contour", f"There are {len(new) - len(old):+} notes, so the contour is another.")
        elif (old != new).any():
            yield Violation("contour", f"The contour differs in {int((old != new).sum())} steps.")


def voices(starts: Ints, ends: Ints, stay: NoteTable) -> Ints:
    """For each note, how many of these and of `stay` sound at once at most while it does, itself too; shape (n,)."""
    begins, finishes = np.concatenate([starts, stay.start]), np.concatenate([ends, stay.end])
    times = np.unique(np.concatenate([begins, finishes]))
    change = np.zeros(len(times), np.int64)
    np.add.at(change, np.searchsorted(times, begins), 1)
    np.add.at(change, np.searchsorted(times, finishes), -1)
    sounding = np.cumsum(change)
    first, last = np.searchsorted(times, starts), np.searchsorted(times, ends)
    return np.array([sounding[a:b].max(initial=0) for a, b in zip(first, last, strict=True)], np.int64)


def given_per_bar(score: Score, region: Region, track: int) -> Counter[int]:
    """How many heard notes of the track start, by bar from 0, in the region's bars whatever is written there."""
    time_map = score.time_map
    first, last = time_map.bar_at(region.start_tick), time_map.bar_at(max(region.end_tick - 1, 0))
    table = score.tracks[track].notes
    rows = table.starting(time_map.bar_start(first), time_map.bar_start(last + 1))
    outside = (table.start[rows] < region.start_tick) | (table.start[rows] >= region.end_tick)
    heard = (table.flags[rows] & MUTED) == 0
    ticks = [*table.start[rows][outside & heard].tolist(), *staying_inside(score, region, track).start.tolist()]
    return Counter(time_map.bar_at(tick) for tick in ticks)
