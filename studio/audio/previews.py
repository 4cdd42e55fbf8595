"""Previews: single notes heard at once, while drawing or on the keyboard strip, beside what plays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from studio.audio.midi_message import BANK_LSB, BANK_MSB, PROGRAM, VOLUME, Message, control, note_off, note_on
from studio.audio.slots import PREVIEW_DRUM_SLOT, PREVIEW_SLOTS

MAX_S = 20.0
"""A preview that nobody ends is ended after this long."""


@dataclass(frozen=True, slots=True)
class _Sounding:
    slot: int
    pitch: int
    since_s: float


class Previews:
    """Notes on the preview slots. Each instrument keeps a slot of its own until the slots run out."""

    def __init__(self, send: Callable[[Iterable[Message]], None]) -> None:
        self._send = send
        self._instruments: dict[int, tuple[int, int]] = {}
        self._volumes: dict[int, int] = {}
        self._sounding: list[_Sounding] = []

    def on(self, pitch: int, velocity: int, program: int, bank: int, drums: bool, volume: int, now_s: float) -> None:
        """Strike a note; one on the same key of the same instrument is struck again."""
        slot = self._slot_for(program, bank, drums)
        messages: list[Message] = []
        if self._instruments.get(slot) != (bank, program):
            messages += [control(slot, BANK_MSB, bank >> 7), control(slot, BANK_LSB, bank & 127)]
            messages.append(Message(slot, PROGRAM, program))
        if self._volumes.get(slot) != volume:
            messages.append(control(slot, VOLUME, volume))
        # Most recently used last.
        self._instruments.pop(slot, None)
        self._instruments[slot] = (bank, program)
        self._volumes[slot] = volume
        self._end([s for s in self._sounding if (s.slot, s.pitch) == (slot, pitch)])
        self._send([*messages, note_on(slot, pitch, min(max(velocity, 1), 127))])
        self._sounding.append(_Sounding(slot, pitch, now_s))

    def off(self, pitch: int | None = None) -> None:
        """End the previews of a pitch, or all."""
        self._end([s for s in self._sounding if pitch is None or s.pitch == pitch])

    def expire(self, now_s: float) -> None:
        """End previews that were forgotten."""
        self._end([s for s in self._sounding if now_s - s.since_s > MAX_S])

    def forget(self) -> None:
        """The receiver is new, or was silenced by other means: set everything again next time."""
        self._instruments.clear()
        self._volumes.clear()
        self._sounding.clear()

    def _slot_for(self, program: int, bank: int, drums: bool) -> int:
        if drums:
            return PREVIEW_DRUM_SLOT
        for slot, instrument in self._instruments.items():
            if instrument == (bank, program) and slot != PREVIEW_DRUM_SLOT:
                return slot
        free = [slot for slot in PREVIEW_SLOTS if slot not in self._instruments]
        return free[0] if free else next(slot for slot in self._instruments if slot != PREVIEW_DRUM_SLOT)

    def _end(self, ended: list[_Sounding]) -> None:
        if ended:
            self._send([note_off(s.slot, s.pitch) for s in ended])
            self._sounding = [s for s in self._sounding if s not in ended]
