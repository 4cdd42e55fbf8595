"""Guards that every take passes before it is offered: a take that only repeats, rests or runs in circles is not one.

Each guard measures the take by the song: what the prompt does itself is no fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ml.generation.prompt import Prompt
from ml.measures.copying import repeated_share
from ml.music import MUTED
from ml.requests import Placed, TakeNote, Verb, replaced_notes

COPY_NOTES = 6
"""A take of fewer notes than this may well be a plain repetition."""
COPY_SHARE = 0.9
"""From this share of repeated notes on a take says nothing new; a musician can paste that without asking."""
SILENT_SHARE = 0.5
"""A take may leave so many of its bars empty, or as many as the song does."""
LOOPS = {1: 5, 2: 4}
"""From so many repetitions in a row of one or two bars on a take runs in circles."""
WALL_NOTES = 12
"""From so many notes of one pitch in a row on a track has got stuck."""
LOOK_BACK_BARS = 64

Array = NDArray[np.int64]


def fault(prompt: Prompt, notes: list[TakeNote]) -> str | None:
    """Why a cleaned take must be drawn again, in words; None when it may be offered."""
    if not notes:
        return "was empty"
    placed = [(note.track, note.start, note.pitch) for note in notes]
    if is_unchanged(prompt, placed):
        return "is the same as what was there"
    if frozenset(placed) in prompt.request.unlike:
        return "is the same as one that you have heard before"
    if is_copy(prompt, placed):
        return "hardly does more than repeat the prompt"
    before = song_before(prompt)
    return silence(prompt, notes, before) or circling(prompt, placed, before) or wall(prompt, placed, before)


def song_before(prompt: Prompt) -> list[Placed]:
    """Heard notes of the asked tracks in the last bars before the region, and for Vary also in it; nothing for
    Generate."""
    request = prompt.request
    score, region = request.score, request.region
    if request.verb is Verb.GENERATE:
        return []
    bar = score.time_map.bar_at(region.start_tick)
    first = score.time_map.bar_start(max(bar - LOOK_BACK_BARS, 0))
    last = region.end_tick if request.verb is Verb.VARY else region.start_tick
    found: list[Placed] = []
    for index in region.tracks:
        table = score.tracks[index].notes
        rows = table.starting(first, last)
        heard = (table.flags[rows] & MUTED) == 0
        places = zip(table.start[rows][heard].tolist(), table.pitch[rows][heard].tolist(), strict=True)
        found += [(index, start, pitch) for start, pitch in places]
    return sorted(found, key=lambda note: note[1])


def melodic(prompt: Prompt, notes: Iterable[Placed]) -> list[Placed]:
    """The notes that are not of drums: those may repeat as they like."""
    tracks = prompt.request.score.tracks
    return [note for note in notes if not tracks[note[0]].drums]


# --- the guards


def is_unchanged(prompt: Prompt, notes: Iterable[Placed]) -> bool:
    """Whether Vary changed nothing."""
    request = prompt.request
    if request.verb is not Verb.VARY:
        return False
    old = set()
    for track in request.region.tracks:
        table = replaced_notes(request.score, request.region, track)
        old |= {(track, start, pitch) for start, pitch in zip(table.start.tolist(), table.pitch.tolist(), strict=True)}
    return old == set(notes)


def is_copy(prompt: Prompt, notes: Iterable[Placed]) -> bool:
    """Whether nearly all of the take stands, pitch and onset, a whole number of bars before it."""
    notes = melodic(prompt, notes)
    if len(notes) < COPY_NOTES:
        return False
    score, region = prompt.request.score, prompt.request.region
    given = (
        (index, int(start), int(pitch))
        for index in region.tracks
        for start, pitch in zip(score.tracks[index].notes.start, score.tracks[index].notes.pitch, strict=True)
        if start < region.start_tick
    )
    bar = score.time_map.bar_at(region.start_tick)
    shifts = (region.start_tick - score.time_map.bar_start(bar - back) for back in range(1, bar + 1))
    return repeated_share(given, notes, shifts) >= COPY_SHARE


def silence(prompt: Prompt, notes: Sequence[TakeNote], before: Sequence[Placed]) -> str | None:
    """Long rests that neither the song, the limits nor what Vary keeps explain."""
    if prompt.plan is not None:
        return None
    tables = prompt.tables
    first = tables.index_of(min(note.start for note in notes))
    bar = int(np.searchsorted(tables.bar_of, 1)) or tables.steps
    if prompt.rest is not None and first > max(prompt.rest, bar) and tables.open[:, :first].any():
        return "opens with a long rest"
    bars = np.unique(tables.bar_of[tables.open.any(axis=0)])
    if len(bars) > 1 and empty_share(prompt, notes, bars) > max(SILENT_SHARE, empty_before(prompt, before)):
        return "rests through most of its bars"
    wrote = {note.track for note in notes}
    for part, track in tables.tracks.items():
        if track not in wrote and not len(tables.staying[part]) and tables.open[part].any():
            own = [note for note in before if note[0] == track]
            fresh = prompt.request.verb in (Verb.ACCOMPANY, Verb.GENERATE)
            if (own and empty_before(prompt, own) < SILENT_SHARE) or (not own and fresh):
                return f"leaves {prompt.request.score.tracks[track].name or f'track {track + 1}'} silent"
    return None


def empty_share(prompt: Prompt, notes: Sequence[TakeNote], bars: Array) -> float:
    """Share of the region's `bars` (counted from its first) in which nothing sounds on the asked tracks."""
    tables = prompt.tables
    stay = [table for table in tables.staying.values() if len(table)]
    starts = np.concatenate([[note.start for note in notes], *(table.start for table in stay)])
    ends = np.concatenate([[note.start + note.length for note in notes], *(table.end for table in stay)])
    low, high = tables.bar_ticks[bars], tables.bar_ticks[bars + 1]
    sounding = np.searchsorted(np.sort(starts), high) - np.searchsorted(np.sort(ends), low, "right")
    return float(np.mean(sounding == 0))


def empty_before(prompt: Prompt, before: Sequence[Placed]) -> float:
    """Share of bars without an onset, from the first of these notes on up to the region; 0 without any."""
    if not before:
        return 0.0
    bar_at, start = prompt.request.score.time_map.bar_at, prompt.request.region.start_tick
    filled = {bar_at(tick) for _, tick, _ in before if tick < start}
    return 1 - len(filled) / max(bar_at(start) - min(filled), 1) if filled else 0.0


def circling(prompt: Prompt, notes: Sequence[Placed], before: Sequence[Placed]) -> str | None:
    """The same one or two bars over and over, more often than the song does it."""
    found = bar_patterns(prompt, notes)
    for period, most in LOOPS.items():
        times = repetitions(found, period)
        if times >= most and times > repetitions(bar_patterns(prompt, before), period):
            return "goes round in circles"
    return None


def bar_patterns(prompt: Prompt, notes: Sequence[Placed]) -> list[frozenset[Placed]]:
    """Of each bar from the first to the last of the notes: its melodic notes, counted from the bar line."""
    time_map = prompt.request.score.time_map
    bars: dict[int, set[Placed]] = defaultdict(set)
    for track, tick, pitch in melodic(prompt, notes):
        bar = time_map.bar_at(tick)
        bars[bar].add((track, tick - time_map.bar_start(bar), pitch))
    return [frozenset(bars[bar]) for bar in range(min(bars), max(bars) + 1)] if bars else []


def repetitions(patterns: Sequence[frozenset[Placed]], period: int) -> int:
    """How many times the same `period` bars stand one after the other at most; bars that all are empty do not count."""
    longest = run = 0
    for index in range(period, len(patterns)):
        same = patterns[index] == patterns[index - period] and any(patterns[index - period + 1 : index + 1])
        run = run + 1 if same else 0
        longest = max(longest, run)
    return longest // period + 1


def wall(prompt: Prompt, notes: Sequence[Placed], before: Sequence[Placed]) -> str | None:
    """A melodic track that stays on one pitch longer than the song does, though it may leave it."""
    for part, track in prompt.tables.tracks.items():
        if prompt.tables.permitted.ever(track).sum() < 2 or prompt.tables.drums(part):
            continue
        times, known = (longest_hold([pitch for index, _, pitch in line if index == track]) for line in (notes, before))
        if times >= WALL_NOTES and times > known:
            return "stays on one pitch"
    return None


def longest_hold(pitches: Sequence[int]) -> int:
    """The most notes of one pitch in a row."""
    return max((len(list(group)) for _, group in groupby(pitches)), default=0)
