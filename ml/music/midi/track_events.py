"""The events of one track: a tight loop over its bytes that pairs notes and keeps all else raw."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass, field

from ml.music.score import TrackEvent

SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}
"""Data bytes of the defined system messages, which files may hold only inside an F7 packet, but do."""


class TooManyEvents(ValueError):
    """A track holds more events than there is room for."""


@dataclass(slots=True)
class RawTrack:
    """Notes as parallel columns in order of their starts in the file, other events in file order.

    `key` is channel * 128 + pitch; `end` is -1 for a note that nothing ended; `tick` is the last tick
    and `end_tick` that of the end-of-track mark, None without one. `position` is where reading stopped.
    """

    start: array[int] = field(default_factory=lambda: array("q"))
    end: array[int] = field(default_factory=lambda: array("q"))
    key: array[int] = field(default_factory=lambda: array("H"))
    velocity: array[int] = field(default_factory=lambda: array("B"))
    release: array[int] = field(default_factory=lambda: array("B"))
    events: list[TrackEvent] = field(default_factory=list)
    statuses: dict[int, None] = field(default_factory=dict)
    """Channel statuses in the order in which they first appear."""
    tick: int = 0
    end_tick: int | None = None
    position: int = 0
    cut: bool = False
    """The bytes ended inside an event."""
    skipped_bytes: int = 0
    unmatched_offs: int = 0
    events_after_end: int = 0

    @property
    def channels(self) -> list[int]:
        """Channels that the track uses, in order of appearance."""
        return list(dict.fromkeys(status & 15 for status in self.statuses))


def read_events(data: bytes, start: int, bound: int, stop_at_end: bool, room: int) -> RawTrack:
    """Read the events in data[start:bound]; stops at the bound, where bytes run out, or at the end mark.

    Ends are paired with starts first in, first out for each channel and pitch. Raises TooManyEvents
    when there are more than `room` events.
    """
    track = RawTrack()
    body = data[start:bound]
    size = len(body)
    starts, ends, keys = track.start, track.end, track.key
    velocities, releases, events, statuses = track.velocity, track.release, track.events, track.statuses
    oldest = [-1] * 2048  # the note that the next note-off of this channel and pitch ends
    waiting: dict[int, deque[int]] = {}  # further sounding notes of the same channel and pitch
    position = tick = status = before_end = 0
    past_end = False
    try:
        while position < size:
            byte = body[position]
            position += 1
            if byte > 127:
                byte, position = _long_number(body, position, byte)
            tick += byte
            byte = body[position]
            if byte > 127:
                position += 1
                if byte < 0xF0:
                    status = byte
                    if byte not in statuses:
                        statuses[byte] = None
                else:
                    if byte == 0xFF and body[position] == 0x2F:
                        length, position = _number(body, position + 1)
                        position = min(position + length, size)
                        track.end_tick = tick
                        if stop_at_end:
                            break
                        if not past_end:
                            if not body[position:].strip(b"\0"):
                                break
                            past_end = True
                            before_end = len(starts) + len(events)
                        continue
                    message, position = _system(body, position, byte)
                    if message:
                        events.append(TrackEvent(tick, message))
                        if len(events) > room:
                            raise TooManyEvents
                    elif message is None:
                        track.cut = True
                        break
                    else:
                        track.skipped_bytes += 1
                    continue
            elif not status:
                # Data without any status: go on at the next status byte.
                begin = position
                while body[position] < 0x80:
                    position += 1
                track.skipped_bytes += position - begin
                position -= 1
                # The loop reads a delta first; the byte before the status serves as one.
                continue
            kind = status & 0xF0
            if kind <= 0x90:
                key = (status & 15) << 7 | body[position] & 127
                velocity = body[position + 1] & 127
                position += 2
                if kind == 0x90 and velocity:
                    if oldest[key] < 0:
                        oldest[key] = len(starts)
                    else:
                        waiting.setdefault(key, deque()).append(len(starts))
                    starts.append(tick)
                    ends.append(-1)
                    keys.append(key)
                    velocities.append(velocity)
                    releases.append(64)
                else:
                    note = oldest[key]
                    if note < 0:
                        track.unmatched_offs += 1
                    else:
                        ends[note] = tick
                        if kind == 0x80:
                            releases[note] = velocity
                        queue = waiting.get(key)
                        oldest[key] = queue.popleft() if queue else -1
            elif kind in (0xC0, 0xD0):
                events.append(TrackEvent(tick, bytes((status, body[position] & 127))))
                position += 1
                if len(events) > room:
                    raise TooManyEvents
            else:
                events.append(TrackEvent(tick, bytes((status, body[position] & 127, body[position + 1] & 127))))
                position += 2
                if len(events) > room:
                    raise TooManyEvents
    except IndexError:
        track.cut = True
    if len(starts) + len(events) > room:
        raise TooManyEvents
    if past_end:
        track.events_after_end = len(starts) + len(events) - before_end
    track.tick, track.position = tick, start + min(position, size)
    return track


def _long_number(body: bytes, position: int, first: int) -> tuple[int, int]:
    """The value of a variable-length number whose first byte has been read, and the position after it.

    It ends after four bytes whatever they say: longer ones are damage.
    """
    value = first & 127
    for _ in range(3):
        byte = body[position]
        position += 1
        value = value << 7 | byte & 127
        if byte < 128:
            break
    return value, position


def _number(body: bytes, position: int) -> tuple[int, int]:
    """The variable-length number at `position`, and the position after it."""
    first = body[position]
    return _long_number(body, position + 1, first) if first > 127 else (first, position + 1)


def _system(body: bytes, position: int, status: int) -> tuple[bytes | None, int]:
    """The raw system message after its status byte, as TrackEvent holds it, and the position after it.

    b"" for a status that does not exist, None when the message reaches past the end.
    """
    if status in (0xF0, 0xF7):
        length, position = _number(body, position)
        head = bytes((status,))
    elif status == 0xFF:
        kind = body[position]
        length, position = _number(body, position + 1)
        head = bytes((0xFF, kind & 127))
    elif status in SYSTEM_DATA_BYTES:
        length, head = SYSTEM_DATA_BYTES[status], bytes((0xF7, status))
    else:
        return b"", position
    if position + length > len(body):
        return None, len(body)
    return head + body[position : position + length], position + length
