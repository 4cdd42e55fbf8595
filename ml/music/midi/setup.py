"""How a track sounds at its start: instrument, volume and pan, lifted out of its events and written back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ml.music.midi.metas import PORT
from ml.music.score import Mixer, TrackEvent

BANK_HIGH, VOLUME, PAN, BANK_LOW = 0, 7, 10, 32


@dataclass(frozen=True, slots=True)
class Setup:
    """What was set before the first note; None where the file set nothing.

    Ticks say when, so that another track on the same channel can tell whether it profits.
    """

    program: int | None = None
    bank: int | None = None
    volume: int | None = None
    pan: int | None = None
    program_tick: int = 0
    volume_tick: int = 0
    pan_tick: int = 0

    def completed(self, other: Setup, limit: int) -> Setup:
        """This set-up with what it lacks taken from `other`, as far as that was set up to tick `limit`."""
        result = self
        if result.program is None and other.program_tick <= limit:
            # A bank means nothing without a program, so the other's program brings its own.
            if other.program is not None:
                result = replace(result, program=other.program, bank=other.bank, program_tick=other.program_tick)
            elif result.bank is None and other.bank is not None:
                result = replace(result, bank=other.bank, program_tick=other.program_tick)
        if result.volume is None and other.volume is not None and other.volume_tick <= limit:
            result = replace(result, volume=other.volume, volume_tick=other.volume_tick)
        if result.pan is None and other.pan is not None and other.pan_tick <= limit:
            result = replace(result, pan=other.pan, pan_tick=other.pan_tick)
        return result


def lift_setup(events: Sequence[TrackEvent], limit: int) -> tuple[Setup, tuple[TrackEvent, ...]]:
    """The set-up in the events of one channel up to tick `limit`, and the events without it.

    The last program change, volume and pan up to there are in force at the first note; earlier ones are
    dropped. Bank selects count up to that program change; later ones, which wait for another program, stay
    and move to `limit`, so that the set-up can be written before them.
    """
    later = bisect_right(events, limit, key=lambda event: event.tick)
    program_at = max((i for i, event in enumerate(events[:later]) if event.data[0] & 0xF0 == 0xC0), default=-1)
    program = high = low = volume = pan = None
    program_tick = volume_tick = pan_tick = 0
    kept: list[TrackEvent] = []
    waiting: list[TrackEvent] = []
    for index, event in enumerate(events[:later]):
        tick, data = event.tick, event.data
        kind = data[0] & 0xF0
        controller = data[1] if kind == 0xB0 else -1
        if kind == 0xC0:
            if index == program_at:
                program, program_tick = data[1], tick
        elif controller in (BANK_HIGH, BANK_LOW) and index > program_at >= 0:
            waiting.append(TrackEvent(limit, data))
        elif controller == BANK_HIGH:
            high, program_tick = data[2], tick
        elif controller == BANK_LOW:
            low, program_tick = data[2], tick
        elif controller == VOLUME:
            volume, volume_tick = data[2], tick
        elif controller == PAN:
            pan, pan_tick = data[2], tick
        else:
            kept.append(event)
    bank = None if high is None and low is None else (high or 0) << 7 | (low or 0)
    setup = Setup(program, bank, volume, pan, program_tick, volume_tick, pan_tick)
    return setup, (*kept, *waiting, *events[later:])


def setup_messages(channel: int, program: int | None, bank: int | None, mixer: Mixer) -> list[bytes]:
    """The messages that set a channel up, in the order bank, program, volume, pan."""
    control = 0xB0 | channel
    messages = []
    if bank is not None:
        messages += [bytes((control, BANK_HIGH, bank >> 7 & 127)), bytes((control, BANK_LOW, bank & 127))]
    if program is not None:
        messages.append(bytes((0xC0 | channel, program & 127)))
    messages.append(bytes((control, VOLUME, min(max(mixer.volume, 0), 127))))
    messages.append(bytes((control, PAN, min(max(mixer.pan, 0), 127))))
    return messages


def setup_place(events: Sequence[TrackEvent], resets: Sequence[int], limit: int) -> tuple[int, int]:
    """Where to write a set-up: its tick, and its index among the track's events.

    It comes after system exclusive messages up to `limit`, because a reset would undo it, and after port
    changes; else at 0. `resets` are the ticks of such messages outside the track, ascending.
    """
    before = bisect_right(resets, limit)
    tick, index = resets[before - 1] if before else 0, 0
    for place, event in enumerate(events):
        if event.tick > limit:
            break
        if event.data[0] in (0xF0, 0xF7) or event.data[:2] == bytes((0xFF, PORT)):
            index, tick = place + 1, max(tick, event.tick)
    return tick, max(index, bisect_left(events, tick, key=lambda event: event.tick))
