"""The frame of one note: what the limits leave open where it stands, and what it is with one thing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml.generation.cleaning import Line, clean
from ml.generation.song_rows import SongPiece
from ml.generation.writer import Writer
from ml.music import Note, Score
from ml.music.beats import on_grid
from ml.requests import GenerationRequest, Limits, PermittedPitches, Region, TakeNote, violations
from ml.tensors import vocabulary as v
from ml.tensors.piece import Array, to_steps
from ml.tensors.sequence import TARGET

Bools = NDArray[np.bool_]


class Frame(Protocol):
    """`open_to`: the onset classes (DELTAS + 1,), pitches (128,) and length classes (46,) that the limits leave open.
    `with_…` give the note with one thing changed, None where it would lie outside. `permits`: all notes of the take
    with it in place, None where the limits forbid that."""

    note: TakeNote
    open_to: tuple[Bools, Bools, Bools]

    def with_onset(self, onset: int) -> TakeNote | None: ...
    def with_pitch(self, pitch: int) -> TakeNote: ...
    def with_length(self, length: int) -> TakeNote: ...

    def onset_target(self, target: Array, onset: int) -> Array:
        """The target with another onset class, and what goes with it."""

    def permits(self, note: TakeNote) -> tuple[TakeNote, ...] | None: ...


class TakeFrame:
    """A note of a take; `writer` stands before it."""

    def __init__(self, writer: Writer, notes: Sequence[TakeNote], index: int, target: Array) -> None:
        self.note, self._index, self._notes = notes[index], index, tuple(notes)
        self._writer = writer
        self._tables, self._plan = writer.prompt.tables, writer.prompt.plan
        self._part = int(target[TARGET["part"]])
        self._tidy = self._tidied(self._notes)
        self._faults = self._count(self._tidy)
        onset, pitch = (int(target[TARGET[name]]) for name in ("onset", "pitch"))
        skipped = writer.skipped
        onsets = writer.onset_mask()
        # Where the note lies is known; the mask of onsets may leave out other whole bars than it does.
        self._skipped, writer.skipped = writer.skipped, skipped
        self.open_to = (
            onsets, writer.pitch_mask(onset, self._part), writer.length_mask(onset, self._part, pitch)
        )  # fmt: skip

    def with_onset(self, onset: int) -> TakeNote | None:
        tables = self._tables
        index = self._writer.cursor + onset + self._skipped - tables.start
        if not 0 <= index < tables.steps:
            return None
        tick = int(tables.ticks[index])
        return replace(self.note, start=tick, length=self._room(tick, self.note.length, self.note.pitch))

    def with_pitch(self, pitch: int) -> TakeNote:
        return replace(self.note, pitch=pitch, length=self._room(self.note.start, self.note.length, pitch))

    def with_length(self, length: int) -> TakeNote:
        tables, note = self._tables, self.note
        end = tables.end_tick(tables.index_of(note.start), int(v.LENGTHS[length]), self._part, note.pitch)
        return replace(note, length=max(end - note.start, 1))

    def onset_target(self, target: Array, onset: int) -> Array:
        kept, self._writer.skipped = self._writer.skipped, self._skipped
        target = target.copy()
        target[TARGET["onset"]] = onset
        target[TARGET["position"]] = self._writer.position_of(onset)
        target[TARGET["previous_pitch"]] = self._writer.previous_pitch(onset, self._part)
        self._writer.skipped = kept
        return target

    def permits(self, note: TakeNote) -> tuple[TakeNote, ...] | None:
        swapped = self._tidied((*self._notes[: self._index], note, *self._notes[self._index + 1 :]))
        # What the take does already is nothing that the change brings about.
        good = len(swapped) == len(self._tidy) and self._count(swapped) <= self._faults
        return swapped if good else None

    def _room(self, tick: int, length: int, pitch: int) -> int:
        return max(min(length, self._tables.end_limit(tick, self._part, pitch) - tick), 1)

    def _tidied(self, notes: tuple[TakeNote, ...]) -> tuple[TakeNote, ...]:
        tables = self._tables
        if self._plan is not None and self._plan.rhythm:
            return tuple(sorted(notes, key=lambda n: (n.start, n.track, n.pitch)))
        lines = {track: Line(tables.polyphony[part], tables.staying[part]) for part, track in tables.tracks.items()}
        return tuple(clean(list(notes), lines))

    def _count(self, notes: tuple[TakeNote, ...]) -> int:
        return len(violations(self._tables.request, notes, self._tables.permitted))


class SongFrame:
    """A note of a song, which keeps to `limits` where it is changed."""

    def __init__(self, score: Score, song: SongPiece, track: int, note: Note, target: Array, limits: Limits) -> None:
        self.note = TakeNote(track, note.start, note.length, note.pitch, note.velocity, 0.0)
        self._song, self._score = song, score
        step = int(to_steps(np.array([note.start]), score.ticks_per_quarter)[0])
        # Onset classes count from here.
        self._origin = step - int(target[TARGET["onset"]])
        time_map = score.time_map
        start = time_map.bar_start(time_map.bar_at(min(self._tick(self._origin), note.start)))
        # Far enough for whatever the note may become: what stays in it counts for the limits.
        end = time_map.bar_start(time_map.bar_at(self._tick(step + v.DELTAS + int(v.LENGTHS[-1]))) + 1)
        notes = score.tracks[track].notes
        others = [other for other in notes.id[notes.sounding(start, max(end, note.end))].tolist() if other != note.id]
        region = Region(start, max(end, note.end), (track,), frozenset((track, other) for other in others))
        self._request = GenerationRequest(score, region, limits=limits)
        self._permitted = PermittedPitches(self._request)
        self._faults = len(violations(self._request, [self.note], self._permitted))
        self.open_to = self._open_to(limits)

    def with_onset(self, onset: int) -> TakeNote | None:
        return replace(self.note, start=self._tick(self._origin + onset))

    def with_pitch(self, pitch: int) -> TakeNote:
        return replace(self.note, pitch=pitch)

    def with_length(self, length: int) -> TakeNote:
        quarter = self._score.ticks_per_quarter
        ticks = (int(v.LENGTHS[length]) * quarter + v.STEPS_PER_QUARTER // 2) // v.STEPS_PER_QUARTER
        return replace(self.note, length=max(ticks, 1))

    def onset_target(self, target: Array, onset: int) -> Array:
        target = target.copy()
        target[TARGET["onset"]] = onset
        place = self._song.grid.place(self._origin + onset)[1]
        target[TARGET["position"]] = place % v.POSITIONS
        return target

    def permits(self, note: TakeNote) -> tuple[TakeNote, ...] | None:
        return () if len(violations(self._request, [note], self._permitted)) <= self._faults else None

    def _open_to(self, limits: Limits) -> tuple[Bools, Bools, Bools]:
        onsets = np.ones(v.DELTAS + 1, bool)
        if limits.grid is not None:
            ticks = np.array([self._tick(self._origin + onset) for onset in range(v.DELTAS)])
            onsets[: v.DELTAS] = on_grid(self._score.time_map, ticks, limits.grid)
        pitches: Bools = self._permitted.at(self.note.track, np.array([self.note.start], np.int64))[0]
        return onsets, pitches, np.ones(len(v.LENGTHS), bool)

    def _tick(self, step: int) -> int:
        """The tick of a step, counted from its bar line."""
        bar, place, _ = self._song.grid.place(step)
        quarter = self._score.ticks_per_quarter
        return self._score.time_map.bar_start(bar) + (
            place * quarter + v.STEPS_PER_QUARTER // 2
        ) // v.STEPS_PER_QUARTER  # fmt: skip
