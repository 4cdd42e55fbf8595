"""Assembling: the raw tracks of a file become one Score with a track for each channel of each MIDI track."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ml.music.midi.chunks import Header
from ml.music.midi.limits import DEFAULT_TICKS_PER_QUARTER, MAX_TICK, MAX_TRACKS
from ml.music.midi.parts import Part, inherit, parts_of, share_conductor, track_of
from ml.music.midi.setup import lift_setup
from ml.music.midi.sorting import PORT_META, Global, sort_events
from ml.music.midi.track_events import RawTrack
from ml.music.midi.warnings import Warnings, counted
from ml.music.score import KeySignature, Marker, Score, TrackEvent
from ml.music.time_map import Metre, Tempo, TimeMap

Placed = TypeVar("Placed", Tempo, Metre, KeySignature)

SMPTE_RATES = {24: 24.0, 25: 25.0, 29: 30000 / 1001, 30: 30.0}
"""Frames a second by what the division word calls them."""


def assemble(header: Header, raw_tracks: list[RawTrack], warnings: Warnings) -> Score:
    """The Score of all raw tracks; adds what had to be mended to `warnings`."""
    time_map, smpte = _division(header.division, warnings)
    if header.format == 2 and len(raw_tracks) > 1:
        warnings.add("The file holds independent patterns (format 2); they were opened as tracks that play together.")
    elif header.format == 0 and len(raw_tracks) > 1:
        warnings.add(f"A file of format 0 has one track, this one has {len(raw_tracks)}; it was read as format 1.")
    elif header.format > 2:
        warnings.add(f"Format {header.format} does not exist; the file was read as format 1.")
    whole = Global()
    parts: list[Part] = []
    conductor_messages: dict[int, list[TrackEvent]] = {}
    for index, raw in enumerate(raw_tracks):
        _clamp(index + 1, raw, warnings)
        leading = index == 0 and (not len(raw.start) or len(raw_tracks) == 1)
        content = sort_events(index + 1, raw, whole, warnings, leading)
        if leading:
            whole.title = content.name
            ports = [event for event in content.metas if event.data[:2] == PORT_META]
            whole.conductor += [event for event in content.metas if event.data[:2] != PORT_META]
            if not len(raw.start):
                conductor_messages = content.by_channel
                continue
            content.name = content.name if len(raw.channels) == 1 else ""
            content.metas = ports
        parts += parts_of(index + 1, raw, content, warnings)
    if len(parts) > MAX_TRACKS:
        warnings.add(f"Only the first {MAX_TRACKS} tracks were kept; the others were left out.")
        del parts[MAX_TRACKS:]
    for part in parts:
        part.setup, part.events = lift_setup(part.events, part.limit)
    share_conductor(conductor_messages, parts)
    inherit(parts)
    time_map = replace(time_map, tempos=_last_at_each(whole.tempos), metres=_last_at_each(whole.metres))
    score = Score(
        tracks=tuple(track_of(part) for part in parts),
        time_map=time_map,
        key_signatures=_last_at_each(whole.keys),
        markers=tuple(sorted(whole.markers, key=_tick)),
        conductor=tuple(sorted(whole.conductor, key=_tick)),
        title=whole.title,
        smpte=smpte,
    )
    ends = [min(raw.end_tick, MAX_TICK) for raw in raw_tracks if raw.end_tick is not None]
    end = max(ends, default=0)
    return replace(score, end_tick_hint=end) if end > content_end(score) else score


def content_end(score: Score) -> int:
    """Tick of the last thing in the score, be it note, event or change of tempo."""
    ticks: list[int] = [track.end_tick for track in score.tracks]
    for rows in (score.conductor, score.key_signatures, score.markers, score.time_map.tempos, score.time_map.metres):
        ticks += [row.tick for row in rows]
    return max(ticks, default=0)


def _division(division: int, warnings: Warnings) -> tuple[TimeMap, int | None]:
    """The timing that the division word means, and the word itself where it counts video frames."""
    if not division & 0x8000:
        if not division:
            warnings.add(f"The file states no timing; {DEFAULT_TICKS_PER_QUARTER} ticks to the quarter were assumed.")
        return TimeMap(division or DEFAULT_TICKS_PER_QUARTER), None
    frames, per_frame = 256 - (division >> 8), division & 0xFF
    if not per_frame:
        warnings.add(
            f"The file's timing makes no sense; {DEFAULT_TICKS_PER_QUARTER} ticks to the quarter were assumed."
        )
        return TimeMap(DEFAULT_TICKS_PER_QUARTER), None
    if frames not in SMPTE_RATES:
        warnings.add(f"The file counts {frames} video frames a second, which is unusual; they were taken as they are.")
    rate = SMPTE_RATES.get(frames, float(frames)) * per_frame
    return TimeMap(max(1, round(rate / 2)), ticks_per_second=rate), division


def _clamp(number: int, raw: RawTrack, warnings: Warnings) -> None:
    """Bring events that lie absurdly late to the last possible tick."""
    if raw.tick <= MAX_TICK:
        return
    late = sum(event.tick > MAX_TICK for event in raw.events) + int((np.array(raw.start) > MAX_TICK).sum())
    raw.events = [event if event.tick <= MAX_TICK else TrackEvent(MAX_TICK, event.data) for event in raw.events]
    warnings.track(number, f"{counted(late, 'event')} days after the start moved to tick {MAX_TICK}")


def _tick(row: TrackEvent | Marker) -> int:
    return row.tick


def _last_at_each(rows: Iterable[Placed]) -> tuple[Placed, ...]:
    """Sorted by tick; of several at one tick the last in the file."""
    latest = {row.tick: row for row in rows}
    return tuple(latest[tick] for tick in sorted(latest))
