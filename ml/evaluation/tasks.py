"""Requests with limits, drawn at random on held-out music: one kind for each guarantee that a user can ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ml.evaluation.excerpts import Excerpt
from ml.music import LOCKED, Key, Scale, Score
from ml.music.harmony import Chord, ChordSpan, ChordTrack, Quality
from ml.requests import ChordRule, GenerationRequest, Keep, Limits, Region, Verb

ASKED_BARS = 4
GRIDS = (1, 2, 3, 4)
OWN_SCALE_NOTES = 5
RANGE_SEMITONES = 18
Random = np.random.Generator


def ahead(excerpt: Excerpt, limits: Limits, verb: Verb = Verb.CONTINUE) -> GenerationRequest:
    """Continue the given bars in all tracks; with another verb what comes after is given too, or nothing is."""
    start = excerpt.start_tick
    region = Region(start, start + ASKED_BARS * excerpt.bar, tuple(range(len(excerpt.score.tracks))))
    score = excerpt.score if verb is Verb.FILL else excerpt.prompt
    return GenerationRequest(score, region, verb, limits, takes=1)


def inside(
    excerpt: Excerpt, verb: Verb, keep: Keep | None = None, tracks: tuple[int, ...] | None = None
) -> GenerationRequest:
    """Ask for the last given bars again, with all that is around them."""
    start = excerpt.start_tick - ASKED_BARS * excerpt.bar
    everything = tuple(range(len(excerpt.score.tracks)))
    region = Region(start, excerpt.start_tick, everything if tracks is None else tracks)
    return GenerationRequest(excerpt.score, region, verb, keep=keep or Keep(), takes=1)


def random_key(random: Random) -> Key:
    return Key(int(random.integers(12)), list(Scale)[int(random.integers(len(Scale)))])


def own_scale(random: Random) -> frozenset[int]:
    return frozenset(int(pitch) for pitch in random.choice(12, OWN_SCALE_NOTES, replace=False))


def near_range(excerpt: Excerpt, random: Random) -> tuple[int, int]:
    """An octave and a half somewhere about the middle of the music."""
    pitches = [pitch for track in excerpt.score.tracks if not track.drums for pitch in track.notes.pitch.tolist()]
    lowest = int(np.clip(np.median(pitches or [60]) + random.integers(-18, 1), 0, 127 - RANGE_SEMITONES))
    return lowest, lowest + RANGE_SEMITONES


def chords(excerpt: Excerpt, random: Random) -> ChordTrack:
    """A random triad or seventh for each bar of the song."""
    qualities = (Quality.MAJOR, Quality.MINOR, Quality.DOMINANT_SEVENTH, Quality.MINOR_SEVENTH)
    bars = excerpt.given_bars + excerpt.asked_bars
    return ChordTrack.of(
        ChordSpan(bar * excerpt.bar, (bar + 1) * excerpt.bar, Chord(int(random.integers(12)), qualities[int(kind)]))
        for bar, kind in enumerate(random.integers(len(qualities), size=bars))
    )


def locked(excerpt: Excerpt, random: Random) -> GenerationRequest:
    """Fill bars in which a third of the notes is locked."""
    request = inside(excerpt, Verb.FILL)
    return replace(request, score=with_locked(request.score, request.region, random))


def with_locked(score: Score, region: Region, random: Random) -> Score:
    for index in region.tracks:
        notes = score.tracks[index].notes
        rows = np.arange(len(notes))[notes.starting(region.start_tick, region.end_tick)]
        rows = rows[random.random(len(rows)) < 1 / 3]
        flags = notes.flags[rows] | LOCKED
        score = score.with_track(index, score.tracks[index].with_notes(notes.replaced(rows, flags=flags)))
    return score


def kept(excerpt: Excerpt, random: Random) -> GenerationRequest:
    """Vary half of the notes; the others are kept."""
    request = inside(excerpt, Verb.VARY)
    region = request.region
    ids = {
        (index, int(note))
        for index in region.tracks
        for table in (excerpt.score.tracks[index].notes,)
        for note in table.id[table.starting(region.start_tick, region.end_tick)]
        if random.random() < 0.5
    }
    return replace(request, region=replace(region, kept=frozenset(ids)))


def accompanied(excerpt: Excerpt, random: Random) -> GenerationRequest:
    """Write the lowest track anew, in a key, to what the others play."""
    request = inside(excerpt, Verb.ACCOMPANY, tracks=(len(excerpt.score.tracks) - 1,))
    return replace(request, limits=Limits(key=random_key(random)))


def generated(excerpt: Excerpt, random: Random) -> GenerationRequest:
    """Nothing but empty tracks is given, and a key."""
    empty = excerpt.score.with_tracks(
        tuple(track.with_notes(track.notes.take(np.zeros(0, np.int64))) for track in excerpt.score.tracks)
    )
    region = Region(0, ASKED_BARS * excerpt.bar, tuple(range(len(empty.tracks))))
    return GenerationRequest(empty, region, Verb.GENERATE, Limits(key=random_key(random)), takes=1)


def together(excerpt: Excerpt, random: Random) -> GenerationRequest:
    """Several limits at once."""
    lowest, highest = near_range(excerpt, random)
    limits = Limits(random_key(random), lowest, highest, polyphony=1, grid=2, notes_per_bar=6)
    return ahead(excerpt, limits)


TASKS: dict[str, Callable[[Excerpt, Random], GenerationRequest]] = {
    "key": lambda e, r: ahead(e, Limits(key=random_key(r))),
    "own scale": lambda e, r: ahead(e, Limits(pitch_classes=own_scale(r))),
    "range": lambda e, r: ahead(e, Limits(None, *near_range(e, r))),
    "instrument ranges": lambda e, r: ahead(e, Limits(instrument_ranges=True)),
    "chords, strong beats": lambda e, r: ahead(e, Limits(chords=chords(e, r))),
    "chords, every note": lambda e, r: ahead(e, Limits(chords=chords(e, r), chord_rule=ChordRule.EVERY_NOTE)),
    "one voice": lambda e, r: ahead(e, Limits(polyphony=1)),
    "two voices": lambda e, r: ahead(e, Limits(polyphony=2)),
    "grid": lambda e, r: ahead(e, Limits(grid=int(r.choice(GRIDS)))),
    "notes in a bar": lambda e, r: ahead(e, Limits(notes_per_bar=int(r.integers(2, 7)))),
    "fill in a key": lambda e, r: ahead(e, Limits(key=random_key(r)), Verb.FILL),
    "locked notes": locked,
    "kept notes": kept,
    "keep rhythm": lambda e, r: inside(e, Verb.VARY, Keep(rhythm=True)),
    "keep contour": lambda e, r: inside(e, Verb.VARY, Keep(contour=True)),
    "keep harmony": lambda e, r: inside(e, Verb.VARY, Keep(harmony=True)),
    "keep all three": lambda e, r: inside(e, Verb.VARY, Keep(True, True, True)),
    "accompany in a key": accompanied,
    "generate in a key": generated,
    "all at once": together,
}
"""Requests by the guarantee that they are about, made from an excerpt and a random source."""
