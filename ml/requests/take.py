"""Take: a proposal beside the document, with its provenance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ml.music import MUTED, Note, NoteTable, Score, Track
from ml.requests.plain import Plain, plain_keep, plain_leanings, plain_limits
from ml.requests.request import GenerationRequest, Placed, Region
from ml.requests.staying import staying


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
    """Where a take came from: enough to make it again on the same machine. All of it can be written as JSON.

    `limits`, `leanings` and `keep` hold what was set, by name (`ml.requests.plain`); takes of programs before these
    were known have them empty.
    """

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
    surprise: float = 0.0
    limits: Plain = field(default_factory=dict)
    leanings: Plain = field(default_factory=dict)
    keep: Plain = field(default_factory=dict)

    @staticmethod
    def of(request: GenerationRequest, **facts: Any) -> Provenance:
        """What the request itself says, and the `facts` that only the one who answered knows: model, checkpoint,
        take, prompt_start_tick, prompt_end_tick, bits_per_note."""
        limits, region = request.limits, request.region
        return Provenance(
            verb=request.verb.value,
            seed=request.seed,
            takes=request.takes,
            temperature=request.sampling.temperature,
            top_p=request.sampling.top_p,
            surprise=request.sampling.surprise,
            key=str(limits.key) if limits.key else None,
            lowest=limits.lowest,
            highest=limits.highest,
            region_start_tick=region.start_tick,
            region_end_tick=region.end_tick,
            tracks=region.tracks,
            limits=plain_limits(limits),
            leanings=plain_leanings(request.leanings),
            keep=plain_keep(request),
            **facts,
        )


@dataclass(frozen=True)
class Take:
    """One finished answer. `remarks` are plain sentences on what the model could not honour exactly."""

    request: GenerationRequest
    notes: tuple[TakeNote, ...]
    provenance: Provenance
    remarks: tuple[str, ...] = ()

    @property
    def placed(self) -> frozenset[Placed]:
        """What tells takes apart: which notes start where, whatever their lengths and velocities."""
        return frozenset((note.track, note.start, note.pitch) for note in self.notes)

    def table(self, track: int) -> NoteTable:
        """The take's notes for one track."""
        return NoteTable.of(Note(n.start, n.length, n.pitch, n.velocity) for n in self.notes if n.track == track)


def score_with_take(score: Score, take: Take, source: int = 0) -> Score:
    """The score with the take in it: the asked region of the asked tracks cleared, then filled.

    Notes that ring into the region from before are clipped at its start. Locked notes and those that the region
    keeps stay as they are; a new note ends where one of them starts on its pitch, and is left out where it sounds.
    The take's notes are marked with `source`.
    """
    return score_with_notes(score, take.request.region, take.notes, source)


def score_with_notes(
    score: Score, region: Region, notes: tuple[TakeNote, ...], source: int | Sequence[int] = 0
) -> Score:
    """The score with these notes in place of what starts in the region; also for takes still being written.

    What `score_with_take` says of ringing notes, notes that stay and `source` holds here; `source` may also be a
    number for each of the notes.
    """
    sources = [source] * len(notes) if isinstance(source, int) else source
    for index in region.tracks:
        track = score.tracks[index]
        table = track.notes
        free = ~staying(score, region, index)
        ringing = np.flatnonzero(free & (table.start < region.start_tick) & (table.end > region.start_tick))
        inside = np.flatnonzero(free & (table.start >= region.start_tick) & (table.start < region.end_tick))
        stay = table.take(np.flatnonzero(~free & (table.flags & MUTED == 0) & (table.end > region.start_tick)))
        if len(ringing):
            table = table.replaced(ringing, length=region.start_tick - table.start[ringing])
        if len(inside):
            table = table.without(inside)
        written = NoteTable.of(
            Note(n.start, n.length, n.pitch, n.velocity, source=number)
            for n, number in zip(notes, sources, strict=True)
            if n.track == index
        )
        score = score.with_track(index, track.with_notes(table.added(making_way(written, stay))))
    return score


def making_way(written: NoteTable, stay: NoteTable) -> NoteTable:
    """The written notes without what would sound over a note that stays on the same pitch."""
    for note in stay:
        same = written.pitch == note.pitch
        before = np.flatnonzero(same & (written.start < note.start) & (written.end > note.start))
        if len(before):
            written = written.replaced(before, length=note.start - written.start[before])
        over = same & (written.start >= note.start) & (written.start < max(note.end, note.start + 1))
        if over.any():
            written = written.without(over)
    return written


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
