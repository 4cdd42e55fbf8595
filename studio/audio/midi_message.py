"""Channel messages as the player handles them: a slot instead of a channel, and a time."""

from __future__ import annotations

from typing import NamedTuple

NOTE_OFF = 0x80
NOTE_ON = 0x90
KEY_PRESSURE = 0xA0
CONTROL = 0xB0
PROGRAM = 0xC0
CHANNEL_PRESSURE = 0xD0
BEND = 0xE0

BANK_MSB = 0
DATA_MSB = 6
VOLUME = 7
PAN = 10
EXPRESSION = 11
BANK_LSB = 32
DATA_LSB = 38
PEDAL = 64
SOSTENUTO = 66
ALL_SOUND_OFF = 120
RESET_CONTROLLERS = 121
ALL_NOTES_OFF = 123

BEND_CENTRE = 8192


class Message(NamedTuple):
    """One MIDI channel message to a slot; `kind` is the status byte without the channel."""

    slot: int
    kind: int
    data1: int
    data2: int = 0


class Timed(NamedTuple):
    """A message and the time of the output's clock, in seconds, at which it is to be heard."""

    at_s: float
    message: Message


def note_off(slot: int, key: int, release: int = 64) -> Message:
    return Message(slot, NOTE_OFF, key, release)


def note_on(slot: int, key: int, velocity: int) -> Message:
    return Message(slot, NOTE_ON, key, velocity)


def control(slot: int, number: int, value: int) -> Message:
    return Message(slot, CONTROL, number, value)
