"""Which controllers, programs and bends are in force at a place of a plan, and how to get there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from studio.audio.midi_message import (
    BANK_LSB,
    BANK_MSB,
    BEND,
    BEND_CENTRE,
    CHANNEL_PRESSURE,
    CONTROL,
    DATA_LSB,
    DATA_MSB,
    EXPRESSION,
    KEY_PRESSURE,
    PAN,
    PEDAL,
    PROGRAM,
    RESET_CONTROLLERS,
    SOSTENUTO,
    VOLUME,
    Message,
)
from studio.audio.plan import PlaybackPlan, Voice

Item = tuple[int, int, int]
"""One thing that a slot remembers: (slot, kind, number). Registered parameters have the kind `PARAMETER`."""

State = dict[Item, tuple[int, ...]]
"""What each item stands at: data bytes; for PROGRAM (bank MSB, bank LSB, program)."""

UNKNOWN: tuple[int, ...] = (255, 255, 255)
"""The value of an item that may or may not have reached the receiver."""

PARAMETER = 0x100
"""Kind of a registered parameter (bend range, tuning): number = RPN, value = (MSB, LSB)."""
BEND_RANGE = 0
RPN_LSB, RPN_MSB = 100, 101
NRPN_LSB, NRPN_MSB = 98, 99
NO_PARAMETER = 0x3FFF
_ENTRY = frozenset({DATA_MSB, DATA_LSB, RPN_LSB, RPN_MSB, NRPN_LSB, NRPN_MSB})
_ORDERED = (BANK_MSB, BANK_LSB, RESET_CONTROLLERS, *sorted(_ENTRY))
"""Controllers whose meaning depends on what came before; of all others only the last value counts."""

DEFAULTS = {EXPRESSION: 127, **dict.fromkeys(range(70, 80), 64)}
"""Values of controllers that nobody has set, where they are not 0 (volume and pan come from the voice)."""

_RESET_KEEPS = frozenset({VOLUME, PAN, *range(91, 96), *range(70, 80)})
"""Controllers that Reset All Controllers leaves alone (MIDI recommended practice RP-015)."""


def state_before(plan: PlaybackPlan, row: int) -> State:
    """What every voice of the plan should stand at before the controller row with this index."""
    rows = plan.control_bytes[:row]
    plain = ~((rows[:, 1] == PROGRAM) | ((rows[:, 1] == CONTROL) & np.isin(rows[:, 2], _ORDERED)))
    last_reset, ordered = _ordered_state(plan.voices, rows, np.flatnonzero(~plain))

    state: State = {}
    for voice in plan.voices:
        state[(voice.slot, CONTROL, VOLUME)] = (voice.volume,)
        state[(voice.slot, CONTROL, PAN)] = (voice.pan,)
    numbered = (rows[:, 1] == CONTROL) | (rows[:, 1] == KEY_PRESSURE)
    items = (rows[:, 0].astype(np.int64) << 16) | (rows[:, 1].astype(np.int64) << 8) | np.where(numbered, rows[:, 2], 0)
    index = np.flatnonzero(plain)
    _, last = np.unique(items[index][::-1], return_index=True)
    for at in index[len(index) - 1 - last].tolist():
        slot, kind, data1, data2 = rows[at].tolist()
        if at < last_reset.get(slot, -1) and not (kind == CONTROL and data1 in _RESET_KEEPS):
            continue
        item, value = _plain_item(slot, kind, data1, data2)
        state[item] = value
    state.update(ordered)
    return state


def _ordered_state(voices: Iterable[Voice], rows: np.ndarray, indices: np.ndarray) -> tuple[dict[int, int], State]:
    """Programs, parameters and the place of the last reset, by going through the messages in order."""
    tracker = Tracker()
    for voice in voices:
        tracker.banks[voice.slot] = (voice.bank >> 7, voice.bank & 127)
        tracker.follow(Message(voice.slot, PROGRAM, voice.program))
    last_reset: dict[int, int] = {}
    for at in indices.tolist():
        message = Message(*rows[at].tolist())
        if message.kind == CONTROL and message.data1 == RESET_CONTROLLERS:
            last_reset[message.slot] = at
        tracker.follow(message)
    return last_reset, tracker.state


def _plain_item(slot: int, kind: int, data1: int, data2: int) -> tuple[Item, tuple[int, ...]]:
    if kind in (CONTROL, KEY_PRESSURE):
        return (slot, kind, data1), (data2,)
    return (slot, kind, 0), ((data1,) if kind == CHANNEL_PRESSURE else (data1, data2))


class Tracker:
    """Follows a stream of messages and knows what the receiver remembers of it."""

    def __init__(self) -> None:
        self.state: State = {}
        self.banks: dict[int, tuple[int, int]] = {}
        self._parameter: dict[int, int] = {}

    def follow(self, message: Message) -> list[Item]:
        """Take one message into account; returns the items it touched (none for notes)."""
        slot, kind, data1, data2 = message
        if kind == PROGRAM:
            item: Item = (slot, PROGRAM, 0)
            self.state[item] = (*self.banks.get(slot, (0, 0)), data1)
            return [item]
        if kind == CONTROL and data1 in (BANK_MSB, BANK_LSB):
            msb, lsb = self.banks.get(slot, (0, 0))
            self.banks[slot] = (data2, lsb) if data1 == BANK_MSB else (msb, data2)
            return []
        if kind == CONTROL and data1 in _ENTRY:
            return self._enter(slot, data1, data2)
        if kind == CONTROL and data1 == RESET_CONTROLLERS:
            return self._reset(slot)
        if KEY_PRESSURE <= kind < 0xF0 and not (kind == CONTROL and data1 >= 120):
            item, value = _plain_item(slot, kind, data1, data2)
            self.state[item] = value
            return [item]
        return []

    def _reset(self, slot: int) -> list[Item]:
        reset = [
            item
            for item in self.state
            if item[0] == slot
            and item[1] not in (PARAMETER, PROGRAM)
            and not (item[1] == CONTROL and item[2] in _RESET_KEEPS)
        ]
        for item in reset:
            del self.state[item]
        self._parameter[slot] = NO_PARAMETER
        return reset

    def _enter(self, slot: int, number: int, value: int) -> list[Item]:
        """Registered parameter numbers and data entry. Non-registered parameters are device-specific: left out."""
        chosen = self._parameter.get(slot, NO_PARAMETER)
        if number == RPN_MSB:
            self._parameter[slot] = (value << 7) | (chosen & 127)
        elif number == RPN_LSB:
            self._parameter[slot] = (chosen & ~127) | value
        elif number in (NRPN_MSB, NRPN_LSB):
            self._parameter[slot] = NO_PARAMETER
        elif chosen != NO_PARAMETER:
            item = (slot, PARAMETER, chosen)
            msb, lsb = self.state.get(item, (0, 0))[:2]
            self.state[item] = (value, lsb) if number == DATA_MSB else (msb, value)
            return [item]
        return []


def messages_to(desired: State, current: State) -> list[Message]:
    """The messages that bring a receiver from `current` to `desired`, in an order that is safe to send.

    What `current` holds beyond `desired` goes back to its default; what it does not hold is unknown and set.
    """
    messages: list[Message] = []
    leftovers = {item: default for item in current if item not in desired and (default := _default(item)) is not None}
    for item, value in sorted({**desired, **leftovers}.items(), key=lambda entry: _rank(entry[0])):
        if current.get(item) != value:
            messages += _messages_for(item, value)
    return messages


def _rank(item: Item) -> tuple[int, int, int]:
    order = {PROGRAM: 0, PARAMETER: 1}
    return (item[0], order.get(item[1], 2), item[2])


def _default(item: Item) -> tuple[int, ...] | None:
    """What an item goes back to when a plan says nothing about it; None: leave it."""
    _, kind, number = item
    if kind == BEND:
        return (BEND_CENTRE & 127, BEND_CENTRE >> 7)
    if kind == PARAMETER:
        return (2, 0) if number == BEND_RANGE else None
    if kind in (CHANNEL_PRESSURE, KEY_PRESSURE):
        return (0,)
    if kind == CONTROL and number not in (VOLUME, PAN):
        return (DEFAULTS.get(number, 0),)
    return None


def _messages_for(item: Item, value: tuple[int, ...]) -> list[Message]:
    slot, kind, number = item
    if kind == PROGRAM:
        msb, lsb, program = value
        return [
            Message(slot, CONTROL, BANK_MSB, msb),
            Message(slot, CONTROL, BANK_LSB, lsb),
            Message(slot, PROGRAM, program),
        ]
    if kind == PARAMETER:
        entry = [(RPN_MSB, number >> 7), (RPN_LSB, number & 127), (DATA_MSB, value[0]), (DATA_LSB, value[1])]
        entry += [(RPN_MSB, 127), (RPN_LSB, 127)]
        return [Message(slot, CONTROL, controller, data) for controller, data in entry]
    if kind in (CONTROL, KEY_PRESSURE):
        return [Message(slot, kind, number, value[0])]
    return [Message(slot, kind, value[0], value[1] if len(value) > 1 else 0)]


def pedals_down(state: State) -> list[Item]:
    """The sustain and sostenuto pedals that are held, as items."""
    return [
        item for item, value in state.items() if item[1] == CONTROL and item[2] in (PEDAL, SOSTENUTO) and value[0] >= 64
    ]
