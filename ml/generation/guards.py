"""Guards that every take passes before it is offered."""

from __future__ import annotations

from dataclasses import replace

from ml.generation.prompt import Prompt
from ml.measures.copying import repeated_share
from ml.requests import TakeNote

COPY_NOTES = 6
"""A take of fewer notes than this may well be a plain repetition."""
COPY_SHARE = 0.9
"""From this share of repeated notes on a take says nothing new; a musician can paste that without asking."""


def clean(notes: list[TakeNote], voices: frozenset[int]) -> list[TakeNote]:
    """Notes in order, none doubled, none ringing into a later note of its track and pitch.

    In `voices` (tracks of one voice) a note ends where the next one starts.
    """
    ordered = sorted(notes, key=lambda n: (n.start, n.track, n.pitch))
    latest: dict[tuple[int, int], int] = {}
    kept: list[TakeNote] = []
    for note in ordered:
        place = (note.track, -1 if note.track in voices else note.pitch)
        if place in latest:
            before = kept[latest[place]]
            if before.start == note.start:
                continue
            kept[latest[place]] = replace(before, length=min(before.length, note.start - before.start))
        latest[place] = len(kept)
        kept.append(note)
    return kept


def fault(prompt: Prompt, notes: list[TakeNote]) -> str | None:
    """Why a cleaned take must be drawn again, in words; None when it may be offered."""
    if not notes:
        return "was empty"
    if is_copy(prompt, notes):
        return "hardly does more than repeat the prompt"
    return None


def is_copy(prompt: Prompt, notes: list[TakeNote]) -> bool:
    """Whether nearly all of the take stands, pitch and onset, a whole number of bars before it."""
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
    return repeated_share(given, ((n.track, n.start, n.pitch) for n in notes), shifts) >= COPY_SHARE
