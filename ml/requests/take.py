"""Take: a proposal beside the document, with its provenance."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ml.music import LOCKED, Note, NoteTable, Score, Track
from ml.requests.request import GenerationRequest, Region


@dataclass(frozen=True, slots=True)
class TakeNote:
    """A note as a model wrote it: ticks of the request's score, the track it belongs to, its surprise."""

    track: int
    start: int
    length: int
    pitch: int
    velocity: int
    bits: float
    """How unexpected the note was to the model itself: -log2 of its probability before any limit."""


@dataclass(frozen=True)
class Provenance:
    """Where a take came from: enough to make it again on the same machine."""

    model: str
    checkpoint: str
    """SHA-256 of the weights file, hexadecimal."""
    verb: str
    seed: int
    take: int
    """Number of the take within its request, from 0."""
    takes: int
    temperature: float
    top_p: float
    key: str | None
    lowest: int
    highest: int
    prompt_start_tick: int
    prompt_end_tick: int
    region_start_tick: int
    region_end_tick: int
    tracks: tuple[int, ...]
    bits_per_note: float


@dataclass(frozen=True)
class Take:
    """One finished answer. `remarks` are plain sentences on what the model could not honour exactly."""

    request: GenerationRequest
    notes: tuple[TakeNote, ...]
    provenance: Provenance
    remarks: tuple[str, ...] = ()

    def table(self, track: int) -> NoteTable:
        """The take's notes for one track."""
        return NoteTable.of(Note(n.start, n.length, n.pitch, n.velocity) for n in self.notes if n.track == track)


def score_with_take(score: Score, take: Take, source: int = 0) -> Score:
    """The score with the take in it: the asked region of the asked tracks cleared, then filled.

    Notes that ring into the region from before are clipped at its start. Locked notes stay as they are.
    The take's notes are marked with `source`.
    """
    return score_with_notes(score, take.request.region, take.notes, source)


def score_with_notes(score: Score, region: Region, notes: tuple[TakeNote, ...], source: int = 0) -> Score:
    """The score with these notes in place of what starts in the region; also for takes still being written.

    What `score_with_take` says of ringing notes, locked notes and `source` holds here.
    """
    for index in region.tracks:
        track = score.tracks[index]
        table = track.notes
        free = table.flags & LOCKED == 0
        ringing = np.flatnonzero(free & (table.start < region.start_tick) & (table.end > region.start_tick))
        inside = np.flatnonzero(free & (table.start >= region.start_tick) & (table.start < region.end_tick))
        if len(ringing):
            table = table.replaced(ringing, length=region.start_tick - table.start[ringing])
        if len(inside):
            table = table.without(inside)
        written = NoteTable.of(
            Note(n.start, n.length, n.pitch, n.velocity, source=source) for n in notes if n.track == index
        )
        score = score.with_track(index, track.with_notes(table.added(written)))
    return score


def take_alone(take: Take) -> Score:
    """A score that holds only the take, moved so that the region's first bar is the first bar.

    Tempo and metre are those of the region, with their changes inside it.
    """
    score, region = take.request.score, take.request.region
    old = score.time_map
    offset = old.bar_start(old.bar_at(region.start_tick))

    def inside(tick: int) -> bool:
        return offset < tick < region.end_tick

    tempos = [replace(t, tick=t.tick - offset) for t in old.tempos if inside(t.tick)]
    metres = [replace(m, tick=m.tick - offset) for m in old.metres if inside(m.tick)]
    time_map = replace(
        old,
        tempos=(replace(old.tempo_at(offset), tick=0), *tempos),
        metres=(replace(old.metre_at(offset), tick=0), *metres),
    )

    def moved(index: int) -> Track:
        table = take.table(index)
        return replace(score.tracks[index], notes=table.replaced(slice(None), start=table.start - offset), events=())

    tracks = tuple(moved(index) for index in region.tracks)
    return Score(tracks=tracks, time_map=time_map, title=score.title)
