"""Parts: each channel of each raw track on its way to becoming a Track, with the set-up that holds for it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ml.music.midi.limits import MAX_TICK
from ml.music.midi.setup import Setup, lift_setup
from ml.music.midi.sorting import PORT_META, Sorted
from ml.music.midi.track_events import RawTrack
from ml.music.midi.warnings import Warnings, counted
from ml.music.note_table import NoteTable
from ml.music.score import DRUM_CHANNEL, Mixer, Track, TrackEvent


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


def parts_of(number: int, raw: RawTrack, content: Sorted, warnings: Warnings) -> list[Part]:
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
    found: list[Part] = []
    for channel in channels:
        rows: NDArray[np.bool_] | slice = slice(None) if len(channels) == 1 else keys >> 7 == channel
        own = content.by_channel.get(channel, [])
        shared = content.metas if not found else [e for e in content.metas if e.data[:2] == PORT_META]
        notes = NoteTable.from_columns(
            start=starts[rows],
            length=lengths[rows],
            pitch=keys[rows] & 127,
            velocity=velocity[rows],
            release=release[rows],
        )
        events = _in_file_order(raw, shared, own) if shared and own else tuple(shared or own)
        found.append(Part(channel, content.port, content.name, notes, events))
    return found


def _in_file_order(raw: RawTrack, shared: list[TrackEvent], own: list[TrackEvent]) -> tuple[TrackEvent, ...]:
    """Both lists merged as the track had them."""
    wanted = {id(event) for event in shared} | {id(event) for event in own}
    return tuple(event for event in raw.events if id(event) in wanted)


def share_conductor(messages: dict[int, list[TrackEvent]], parts: list[Part]) -> None:
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
                part.events = tuple(sorted((*rest, *part.events), key=lambda event: event.tick))


def inherit(parts: list[Part]) -> None:
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


def track_of(part: Part) -> Track:
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
