"""Writing: a Score to the bytes of a format 1 file, in one canonical order of simultaneous events."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ml.music.midi import metas
from ml.music.midi.assemble import content_end
from ml.music.midi.channels import Place, is_silent, places, stated_port
from ml.music.midi.limits import MAX_TICK
from ml.music.midi.setup import lift_setup, setup_messages, setup_place
from ml.music.note_table import MUTED, NoteTable
from ml.music.score import Score, Track, TrackEvent

Timed = tuple[int, bytes]
"""A tick and a whole message as it stands in the file after its delta time."""


def write_midi(score: Score, texts: tuple[str, ...] = ()) -> bytes:
    """The bytes of a format 1 file: a conductor track, then one track for each track of the score.

    At one tick, notes end first, then come texts, bank, program and controllers, then notes begin. `texts`
    become text events at the start. What MIDI cannot hold is listed in the package's docstring.
    """
    chunks = [_chunk(_conductor(score, texts), max(score.end_tick_hint, content_end(score)))]
    score = score.with_tracks(tuple(_settled(track) for track in score.tracks))
    resets = sorted(event.tick for event in score.conductor if event.data[0] in (0xF0, 0xF7))
    for track, place in zip(score.tracks, places(score), strict=True):
        messages = _messages(track, place, resets)
        chunks.append(_chunk(messages, messages[-1][0] if messages else 0))
    division = score.time_map.ticks_per_quarter if score.smpte is None else score.smpte
    return b"".join([struct.pack(">4sLHHH", b"MThd", 6, 1, len(chunks), division), *chunks, *score.unknown_chunks])


def export_remarks(score: Score) -> tuple[str, ...]:
    """Plain sentences on what of this score a MIDI file leaves out."""
    muted = sum(int(np.count_nonzero(track.notes.flags & MUTED)) for track in score.tracks)
    if not muted:
        return ()
    return (f"{muted} muted {'note was' if muted == 1 else 'notes were'} left out of the MIDI file.",)


def _settled(track: Track) -> Track:
    """The track as it is heard: without muted notes, its events in order, and set up as at its first note.

    A program change or volume among the events before that note takes the place of the track's own.
    """
    muted = np.flatnonzero(track.notes.flags & MUTED)
    notes = track.notes.without(muted) if len(muted) else track.notes
    own = setup_messages(0, track.program, track.bank, track.mixer)
    events = [TrackEvent(0, message) for message in own] + sorted(track.events, key=lambda event: event.tick)
    setup, rest = lift_setup(events, int(notes.start[0]) if len(notes) else 0)
    mixer = replace(track.mixer, volume=setup.volume or 0, pan=setup.pan or 0)
    return replace(track, notes=notes, program=setup.program, bank=setup.bank, mixer=mixer, events=rest)


def _conductor(score: Score, texts: tuple[str, ...]) -> list[Timed]:
    """What belongs to the whole piece: title, texts, metre, key, tempo, markers, then everything kept."""
    messages: list[Timed] = []
    if score.title:
        messages.append((0, metas.encode_text(metas.TRACK_NAME, score.title)))
    messages += [(0, metas.encode_text(metas.TEXT, text)) for text in texts]
    messages += [(metre.tick, metas.encode_metre(metre)) for metre in score.time_map.metres]
    messages += [(signature.tick, metas.encode_key(signature.key)) for signature in score.key_signatures]
    messages += [(tempo.tick, metas.encode_tempo(tempo)) for tempo in score.time_map.tempos]
    messages += [(marker.tick, metas.encode_text(metas.MARKER, marker.text)) for marker in score.markers]
    messages += _kept(score.conductor, None)
    return sorted(messages, key=lambda message: message[0])


def _messages(track: Track, place: Place, resets: Sequence[int]) -> list[Timed]:
    """All messages of one track but its end, in order."""
    (port, channel), events, notes = place, track.events, track.notes
    head: list[Timed] = []
    if track.name:
        head.append((0, metas.encode_text(metas.TRACK_NAME, track.name)))
    if port != stated_port(track):
        head.append((0, metas.encode_meta(metas.PORT, bytes((port,)))))
    if is_silent(track):
        if channel:
            head.append((0, metas.encode_meta(metas.CHANNEL_PREFIX, bytes((channel,)))))
        return head + _kept(events, channel)
    limit = int(notes.start[0]) if len(notes) else 0
    tick, index = setup_place(events, resets, limit)
    setup = [(tick, message) for message in setup_messages(channel, track.program, track.bank, track.mixer)]
    others = head + _kept(events[:index], channel) + setup + _kept(events[index:], channel)
    return _with_notes(others, notes, channel)


def _kept(events: Iterable[TrackEvent], channel: int | None) -> list[Timed]:
    """Kept events as whole messages; channel messages move to `channel`."""
    messages = []
    for event in events:
        data = event.data
        if data[0] == 0xFF:
            message = metas.encode_meta(data[1], data[2:])
        elif data[0] >= 0xF0:
            message = data[:1] + metas.encode_number(len(data) - 1) + data[1:]
        else:
            message = data if channel is None else bytes((data[0] & 0xF0 | channel,)) + data[1:]
        messages.append((event.tick, message))
    return messages


def _with_notes(others: list[Timed], notes: NoteTable, channel: int) -> list[Timed]:
    """Notes and other messages in order.

    At one tick: ends of earlier notes, other messages, notes of no length (start, end), starts. Notes of one
    pitch that start together start in the order of their ends, since ends are paired first in, first out.
    """
    count = len(notes)
    if not count:
        return others
    order = np.lexsort((notes.end, notes.pitch, notes.start))
    start, end = notes.start[order], notes.end[order]
    starts = np.empty((count, 3), np.uint8)
    starts[:, 0], ends_status = 0x90 | channel, 0x80 | channel
    starts[:, 1] = np.minimum(notes.pitch[order], 127)
    ends = starts.copy()
    starts[:, 2] = np.clip(notes.velocity[order], 1, 127)
    ends[:, 0], ends[:, 2] = ends_status, np.minimum(notes.release[order], 127)
    raw = starts.tobytes() + ends.tobytes()
    messages = [raw[at : at + 3] for at in range(0, len(raw), 3)] + [message for _, message in others]
    momentary = start == end
    row = np.arange(count)
    other = np.arange(len(others))
    ticks = np.concatenate([start, end, np.array([tick for tick, _ in others], np.int64)])
    ranks = np.concatenate([np.where(momentary, 2, 3), np.where(momentary, 2, 0), np.full(len(others), 1)])
    places_in_rank = np.concatenate([row * 2, row * 2 + 1, other])
    sequence = np.lexsort((places_in_rank, ranks, ticks))
    return list(zip(ticks[sequence].tolist(), [messages[i] for i in sequence.tolist()], strict=True))


def _chunk(messages: list[Timed], end_tick: int) -> bytes:
    """A whole track chunk, ended at `end_tick` or after its last message."""
    body = bytearray()
    now = 0
    for tick, message in (*messages, (max(end_tick, messages[-1][0] if messages else 0), b"\xff\x2f\x00")):
        delta = tick - now
        if delta < 128:
            body.append(delta)
        else:
            while delta > MAX_TICK:
                # No delta time can say more: empty texts bridge the distance.
                body += metas.encode_number(MAX_TICK) + metas.encode_meta(metas.TEXT, b"")
                delta -= MAX_TICK
            body += metas.encode_number(delta)
        body += message
        now = tick
    return struct.pack(">4sL", b"MTrk", len(body)) + bytes(body)
