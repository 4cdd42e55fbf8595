"""Slots onto the 16 channels of an external MIDI port, and what each receiver channel remembers."""

from __future__ import annotations

from collections import Counter

from studio.audio.controllers import State, Tracker, messages_to
from studio.audio.midi_message import CHANNEL_PRESSURE, NOTE_OFF, NOTE_ON, PROGRAM, Message, note_off
from studio.audio.slots import CHANNELS


class ChannelMap:
    """Turns messages to slots into bytes for a port. Slots that share a channel take turns.

    When a slot strikes a note on a channel that another used last, the channel is first set to what the
    slot expects (program, volume, controllers). Equal keys are counted: only the last note-off goes out.
    """

    def __init__(self) -> None:
        self._slots = Tracker()
        self._channels: dict[int, State] = {}
        self._owner: dict[int, int] = {}
        self._sounding: Counter[tuple[int, int]] = Counter()

    def sounding(self) -> list[bytes]:
        """Note-offs for every key that sounds."""
        return [_bytes(note_off(channel, key)) for (channel, key), count in self._sounding.items() if count > 0]

    def translate(self, message: Message) -> list[bytes]:
        """The bytes to send for one message, in order."""
        slot, kind, key, _ = message
        channel = slot % CHANNELS
        if kind == NOTE_OFF:
            held = self._sounding[(channel, key)]
            self._sounding[(channel, key)] = max(0, held - 1)
            return [] if held > 1 else [_bytes(message)]
        if kind == NOTE_ON:
            sent = [_bytes(m) for m in self._take_over(slot)]
            if self._sounding[(channel, key)]:
                sent.append(_bytes(note_off(channel, key)))
            self._sounding[(channel, key)] += 1
            return [*sent, _bytes(message)]
        touched = self._slots.follow(message)
        if self._owner.setdefault(channel, slot) != slot:
            return []
        state = self._channels.setdefault(channel, {})
        for item in touched:
            if item in self._slots.state:
                state[(channel, *item[1:])] = self._slots.state[item]
            else:
                state.pop((channel, *item[1:]), None)
        return [_bytes(message)]

    def _take_over(self, slot: int) -> list[Message]:
        channel = slot % CHANNELS
        if self._owner.setdefault(channel, slot) == slot:
            return []
        self._owner[channel] = slot
        desired = {(channel, *item[1:]): value for item, value in self._slots.state.items() if item[0] == slot}
        messages = messages_to(desired, self._channels.get(channel, {}))
        self._channels[channel] = desired
        return messages


def _bytes(message: Message) -> bytes:
    status = message.kind | (message.slot % CHANNELS)
    if message.kind in (PROGRAM, CHANNEL_PRESSURE):
        return bytes((status, message.data1))
    return bytes((status, message.data1, message.data2))
