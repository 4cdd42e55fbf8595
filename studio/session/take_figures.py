"""TakeMark and TakeFigures: what the user says of a take, and what can be counted in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ml.music import Key, Score
from ml.music.keys import detect_key
from ml.requests import Take

LONGEST_LABEL, LONGEST_NOTE = 60, 2000


@dataclass(frozen=True, slots=True)
class TakeMark:
    """What the user says of a take: a star, a short label, a longer note, and whether it was put aside."""

    starred: bool = False
    label: str = ""
    note: str = ""
    discarded: bool = False


class CopyReport(Protocol):
    """What the board must know of a copy check: the longest shared run in notes, whether that is unusual, and all of
    it in a few letters, in sentences, one a line, and for JSON; `unusual_ticks` are where the first and the last note
    of an unusual run begin."""

    @property
    def longest_notes(self) -> int: ...
    @property
    def unusual(self) -> bool: ...
    @property
    def unusual_ticks(self) -> tuple[int, int] | None: ...
    @property
    def short_text(self) -> str: ...
    @property
    def text(self) -> str: ...
    def as_data(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class TakeFigures:
    """What a complete take is like, in numbers.

    `bars`: from the region's first bar to the one in which the last note ends. `bits_per_note`: mean surprise to the
    model itself, the end counted. `in_key`: share of the pitched notes that belong to `key`, None without a key.
    `notes_per_bar`: over all asked bars. `lowest`, `highest`: MIDI pitches, None where only drums are written. `copy`:
    what it shares with the corpora and the prompt, as soon as that is known.
    """

    bars: int
    notes: int
    bits_per_note: float
    in_key: float | None
    key: Key | None
    notes_per_bar: float
    lowest: int | None
    highest: int | None
    copy: CopyReport | None = None


def figures_of(take: Take, key: Key | None) -> TakeFigures:
    """The figures of a take, judged by this key (see `judging_key`)."""
    request, notes = take.request, take.notes
    region, time_map, tracks = request.region, request.score.time_map, request.score.tracks
    end_tick = max((note.start + note.length for note in notes), default=region.start_tick + 1)
    pitches = [note.pitch for note in notes if not tracks[note.track].drums]
    in_key = None
    if key is not None and pitches:
        in_key = sum(pitch % 12 in key.pitch_classes for pitch in pitches) / len(pitches)
    return TakeFigures(
        bars=time_map.bar_at(max(end_tick - 1, 0)) - time_map.bar_at(region.start_tick) + 1,
        notes=len(notes),
        bits_per_note=take.provenance.bits_per_note,
        in_key=in_key,
        key=key,
        notes_per_bar=len(notes) / max(request.bars, 1),
        lowest=min(pitches, default=None),
        highest=max(pitches, default=None),
    )


def judging_key(take: Take) -> Key | None:
    """The key that takes of a request are judged by: the one asked for, else the song's there, else the one heard."""
    request = take.request
    score, start = request.score, request.region.start_tick
    if request.limits.key is not None:
        return request.limits.key
    return score.key_at(start) or _heard_key(score, start)


def _heard_key(score: Score, tick: int) -> Key | None:
    """The key that the notes before the tick suggest; those of the whole song where nothing is before."""
    tables = [track.notes for track in score.tracks if not track.drums]
    found = detect_key(tables, 0, tick) or detect_key(tables)
    return None if found is None else found.key
