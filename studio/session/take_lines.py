"""TakeLine: the notes of a take, and those that its model was given, on the grid on which corpora are indexed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ml.measures.note_runs import Array, NoteRuns
from ml.measures.usual_copying import SEVERAL_VOICES, kind_of, upper_rows
from ml.music import MUTED, Score, TimeMap
from ml.requests import Take
from ml.requests.staying import staying

STEPS_PER_QUARTER = 24


@dataclass(frozen=True)
class TakeLine:
    """The notes of one track on the grid, in order, each time and pitch once: what runs are sought in.

    `part` is the track's name where there are several.
    """

    track: int
    part: str
    drums: bool
    time_map: TimeMap
    start_tick: Array
    onset: Array
    pitch: Array

    @property
    def runs(self) -> NoteRuns:
        return NoteRuns.in_order(np.zeros_like(self.onset), self.onset, self.pitch)

    @property
    def kind(self) -> str:
        return kind_of(self.onset, self.drums)

    @property
    def voices(self) -> tuple[TakeLine, ...]:
        """In what runs are sought: all notes, and of several voices also the upper one alone."""
        if self.kind != SEVERAL_VOICES:
            return (self,)
        rows = upper_rows(np.zeros_like(self.onset), self.onset)
        upper = replace(self, start_tick=self.start_tick[rows], onset=self.onset[rows], pitch=self.pitch[rows])
        return self, upper

    def bar(self, row: int) -> int:
        """The bar in which a note begins, counted from 1."""
        return self.time_map.bar_at(int(self.start_tick[row])) + 1


def take_lines(take: Take) -> list[TakeLine]:
    """The take's notes as lines, one for each track that has some."""
    score, tracks = take.request.score, take.request.region.tracks
    found = []
    for track in tracks:
        notes = [(note.start, note.pitch) for note in take.notes if note.track == track]
        if notes:
            start, pitch = np.array(notes, np.int64).T
            found.append(_line(score, track, start, pitch, named=len(tracks) > 1))
    return found


def prompt_lines(take: Take) -> list[TakeLine]:
    """What the model was given, as lines: not the notes of the region that were to be replaced."""
    score, region, origin = take.request.score, take.request.region, take.provenance
    found = []
    for number, track in enumerate(score.tracks):
        notes = track.notes
        given = (notes.flags & MUTED == 0) & (notes.start >= origin.prompt_start_tick)
        given &= notes.start < origin.prompt_end_tick
        if number in region.tracks:
            inside = (notes.start >= region.start_tick) & (notes.start < region.end_tick)
            given &= ~inside | staying(score, region, number)
        if given.any():
            start, pitch = notes.start[given].astype(np.int64), notes.pitch[given].astype(np.int64)
            found.append(_line(score, number, start, pitch, named=False))
    return found


def _line(score: Score, number: int, start: Array, pitch: Array, *, named: bool) -> TakeLine:
    """Onsets are rounded to the grid as those of the corpora are."""
    quarter = score.ticks_per_quarter
    onset = (start * (2 * STEPS_PER_QUARTER) + quarter) // (2 * quarter)
    _, rows = np.unique(np.stack([onset, pitch]), axis=1, return_index=True)
    track, part = score.tracks[number], score.tracks[number].name if named else ""
    return TakeLine(number, part, track.drums, score.time_map, start[rows], onset[rows], pitch[rows])
