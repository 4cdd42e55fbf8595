"""Assembling: the raw tracks of a file become one Score with a track for each channel of each MIDI track."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ml.music.midi import metas
from ml.music.midi.chunks import Header
from ml.music.midi.limits import DEFAULT_TICKS_PER_QUARTER, MAX_TICK, MAX_TRACKS
from ml.music.midi.setup import Setup, lift_setup
from ml.music.midi.track_events import RawTrack
from ml.music.midi.warnings import Warnings, counted
from ml.music.note_table import NoteTable
from ml.music.score import DRUM_CHANNEL, KeySignature, Marker, Mixer, Score, Track, TrackEvent
from ml.music.time_map import Metre, Tempo, TimeMap

Placed = TypeVar("Placed", Tempo, Metre, KeySignature)

PORT_META = bytes((0xFF, metas.PORT))
SMPTE_RATES = {24: 24.0, 25: 25.0, 29: 30000 / 1001, 30: 30.0}


@dataclass(slots=True)
class Part:
    """One channel of one MIDI track on its way to becoming a Track. `port` is the MIDI port of its chunk."""

    channel: int
    port: int
    name: str = ""
    notes: NoteTable = field(default_factory=NoteTable.empty)
    events: tuple[TrackEvent, ...] = ()
    setup: Setup = field(default_factory=Setup)
    silent: bool = False
    """The MIDI track held no channel message at all."""

    @property
    def limit(self) -> int:
        """Tick up to which messages belong to the set-up: that of the first note."""
        return int(self.notes.start[0]) if len(self.notes) else 0


@dataclass(slots=True)
class Global:
    """What belongs to the whole piece, gathered over all tracks."""

    tempos: list[Tempo] = field(default_factory=list)
    metres: list[Metre] = field(default_factory=list)
    keys: list[KeySignature] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    conductor: list[TrackEvent] = field(default_factory=list)
    title: str = ""


@dataclass(slots=True)
class Sorted:
    """The events of one raw track by what they are: its own texts and the like, and its channels' messages."""

    name: str = ""
    port: int = 0
    prefix: int | None = None
    metas: list[TrackEvent] = field(default_factory=list)
    by_channel: dict[int, list[TrackEvent]] = field(default_factory=dict)


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
        content = _sort_events(index + 1, raw, whole, warnings, leading)
        if leading:
            whole.title = content.name
            ports = [event for event in content.metas if event.data[:2] == PORT_META]
            whole.conductor += [event for event in content.metas if event.data[:2] != PORT_META]
            if not len(raw.start):
                conductor_messages = content.by_channel
                continue
            content.name = content.name if len(raw.channels) == 1 else ""
            content.metas = ports
        parts += _parts(index + 1, raw, content, warnings)
    if len(parts) > MAX_TRACKS:
        warnings.add(f"Only the first {MAX_TRACKS} tracks were kept; the others were left out.")
        del parts[MAX_TRACKS:]
    for part in parts:
        part.setup, part.events = lift_setup(part.events, part.limit)
    _share_conductor(conductor_messages, parts)
    _inherit(parts)
    time_map = replace(time_map, tempos=_last_at_each(whole.tempos), metres=_last_at_each(whole.metres))
    score = Score(
        tracks=tuple(_track(part) for part in parts),
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


def _sort_events(number: int, raw: RawTrack, whole: Global, warnings: Warnings, leading: bool) -> Sorted:
    """Sort the events of one track; what belongs to the whole piece goes to `whole`."""
    content = Sorted()
    exclusive: list[TrackEvent] = []
    for event in raw.events:
        tick, data = event.tick, event.data
        if data[0] < 0xF0:
            content.by_channel.setdefault(data[0] & 15, []).append(event)
            continue
        if data[0] != 0xFF:
            exclusive.append(event)
            content.metas.append(event)
            continue
        kind, payload = data[1], data[2:]
        try:
            if kind == metas.TEMPO:
                whole.tempos.append(metas.decode_tempo(tick, payload))
            elif kind == metas.METRE:
                whole.metres.append(metas.decode_metre(tick, payload))
            elif kind == metas.KEY:
                whole.keys.append(metas.decode_key(tick, payload))
            elif kind == metas.MARKER:
                whole.markers.append(Marker(tick, metas.decode_text(payload)))
            elif kind == metas.TRACK_NAME and not content.name and payload:
                content.name = metas.decode_text(payload)
            elif kind == metas.CHANNEL_PREFIX and not raw.statuses and payload and content.prefix is None:
                content.prefix = payload[0] & 15
            else:
                metas.check(kind, payload)
                content.metas.append(event)
                if kind == metas.PORT and payload:
                    content.port = content.port or payload[0]
        except metas.BadMeta as trouble:
            warnings.track(number, str(trouble))
    if exclusive and not leading and not content.port:
        # System exclusive messages are for the whole device and have to come before every track's set-up.
        whole.conductor += exclusive
        content.metas = [event for event in content.metas if event.data[0] == 0xFF]
    return content


def _parts(number: int, raw: RawTrack, content: Sorted, warnings: Warnings) -> list[Part]:
    """One part for each channel of a raw track; the track's own events stay with the first."""
    starts = np.minimum(np.array(raw.start, np.int64), MAX_TICK)
    ends = np.array(raw.end, np.int64)
    keys, velocity, release = np.array(raw.key), np.array(raw.velocity), np.array(raw.release)
    never_ended = ends < 0
    if never_ended.any():
        warnings.track(number, f"{counted(int(never_ended.sum()), 'note')} never ended; all last until its end")
        ends[never_ended] = max(raw.tick, raw.end_tick or 0)
    if raw.unmatched_offs:
        warnings.track(number, f"{counted(raw.unmatched_offs, 'note end')} without a note left out")
    lengths = np.minimum(ends, MAX_TICK) - starts
    channels = raw.channels
    if not channels:
        if not (content.metas or content.name or content.prefix is not None):
            return []
        channel = content.prefix or 0
        return [Part(channel, content.port, content.name, events=tuple(content.metas), silent=True)]
    parts: list[Part] = []
    for channel in channels:
        rows: NDArray[np.bool_] | slice = slice(None) if len(channels) == 1 else keys >> 7 == channel
        own = content.by_channel.get(channel, [])
        shared = content.metas if not parts else [e for e in content.metas if e.data[:2] == PORT_META]
        notes = NoteTable.from_columns(
            start=starts[rows],
            length=lengths[rows],
            pitch=keys[rows] & 127,
            velocity=velocity[rows],
            release=release[rows],
        )
        events = _in_file_order(raw, shared, own) if shared and own else tuple(shared or own)
        parts.append(Part(channel, content.port, content.name, notes, events))
    return parts


def _in_file_order(raw: RawTrack, shared: list[TrackEvent], own: list[TrackEvent]) -> tuple[TrackEvent, ...]:
    """Both lists merged as the track had them."""
    wanted = {id(event) for event in shared} | {id(event) for event in own}
    return tuple(event for event in raw.events if id(event) in wanted)


def _share_conductor(messages: dict[int, list[TrackEvent]], parts: list[Part]) -> None:
    """Give channel messages of the conductor track to the parts that play on these channels."""
    for channel, events in messages.items():
        players = [part for part in parts if part.channel == channel and not part.silent]
        if not players:
            part = Part(channel, 0)
            part.setup, part.events = lift_setup(events, 0)
            parts.append(part)
            continue
        for index, part in enumerate(players):
            setup, rest = lift_setup(events, part.limit)
            part.setup = part.setup.completed(setup, part.limit)
            if index == 0 and rest:
                part.events = tuple(sorted((*rest, *part.events), key=_tick))


def _inherit(parts: list[Part]) -> None:
    """Tracks without an instrument, volume or pan of their own share what was set on their channel before."""
    by_channel: dict[tuple[int, int], list[Part]] = {}
    for part in parts:
        if not part.silent:
            by_channel.setdefault((part.port, part.channel), []).append(part)
    for players in by_channel.values():
        own = [part.setup for part in players if part.setup != Setup()]
        for part in players:
            for setup in own:
                part.setup = part.setup.completed(setup, part.limit)
                if None not in (part.setup.program, part.setup.volume, part.setup.pan):
                    break


def _track(part: Part) -> Track:
    setup, usual = part.setup, Mixer()
    mixer = Mixer(usual.volume if setup.volume is None else setup.volume, usual.pan if setup.pan is None else setup.pan)
    return Track(
        name=part.name,
        notes=part.notes,
        program=setup.program,
        bank=setup.bank,
        channel=part.channel,
        drums=part.channel == DRUM_CHANNEL,
        events=part.events,
        mixer=mixer,
    )


def _tick(row: TrackEvent | Marker) -> int:
    return row.tick


def _last_at_each(rows: Iterable[Placed]) -> tuple[Placed, ...]:
    """Sorted by tick; of several at one tick the last in the file."""
    latest = {row.tick: row for row in rows}
    return tuple(latest[tick] for tick in sorted(latest))
