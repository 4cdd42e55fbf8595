"""A synth that makes no sound and knows what would: the oracle for everything the transport does."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable

from studio.audio.midi_message import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CONTROL,
    NOTE_OFF,
    NOTE_ON,
    PEDAL,
    PROGRAM,
    Message,
    Timed,
)
from studio.audio.slots import METRONOME_SLOT


class VirtualSynth:
    """An Output whose clock the test moves. With jitter it lags behind as real ones do, in one piece.

    `sounding` holds (slot, key) of keys that are down, `ringing` of keys that only the pedal holds;
    `log` everything that was carried out, with its time.
    """

    def __init__(self, jitter_s: float = 0.0, seed: int = 0) -> None:
        self.jitter_s = jitter_s
        self._random = random.Random(seed)
        self._now_s = 5.0
        self._done_s = 5.0
        self._pending: list[tuple[float, int, Message]] = []
        self._count = 0
        self.sounding: set[tuple[int, int]] = set()
        self.ringing: set[tuple[int, int]] = set()
        self.controls: dict[tuple[int, int], int] = {}
        self.programs: dict[int, int] = {}
        self.log: list[Timed] = []

    # --- the Output

    def now_s(self) -> float:
        return self._now_s

    def schedule(self, messages: Iterable[Timed]) -> None:
        latest = float("-inf")
        for at_s, message in messages:
            assert at_s >= latest, "messages must come in order of time"
            latest = at_s
            self._count += 1
            heapq.heappush(self._pending, (at_s, self._count, message))

    def drop_pending(self) -> None:
        if not self.jitter_s:
            self._carry_out()
        self._pending.clear()

    def send(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._do(self._now_s, message)

    # --- what the test does and sees

    def advance(self, seconds: float) -> None:
        self._now_s += seconds
        self._done_s = max(self._done_s, self._now_s - self._random.uniform(0.0, self.jitter_s))
        self._carry_out()

    def heard(self) -> set[tuple[int, int]]:
        """Keys of the music that are down or held by a pedal; without the metronome."""
        return {voice for voice in self.sounding | self.ringing if voice[0] != METRONOME_SLOT}

    def onsets(self, slot: int | None = None) -> list[tuple[float, int]]:
        """(time, key) of the note-ons so far."""
        return [(at_s, m.data1) for at_s, m in self.log if m.kind == NOTE_ON and (slot is None or m.slot == slot)]

    def _carry_out(self) -> None:
        while self._pending and self._pending[0][0] <= self._done_s:
            at_s, _, message = heapq.heappop(self._pending)
            self._do(at_s, message)

    def _do(self, at_s: float, message: Message) -> None:
        self.log.append(Timed(at_s, message))
        slot, kind, data1, data2 = message
        if kind == NOTE_ON:
            assert 1 <= data2 <= 127
            self.sounding.add((slot, data1))
            self.ringing.discard((slot, data1))
        elif kind == NOTE_OFF and (slot, data1) in self.sounding:
            self.sounding.discard((slot, data1))
            if self.controls.get((slot, PEDAL), 0) >= 64:
                self.ringing.add((slot, data1))
        elif kind == CONTROL:
            self.controls[(slot, data1)] = data2
            if data1 == PEDAL and data2 < 64:
                self.ringing = {voice for voice in self.ringing if voice[0] != slot}
            elif data1 in (ALL_NOTES_OFF, ALL_SOUND_OFF):
                self.sounding = {voice for voice in self.sounding if voice[0] != slot}
        elif kind == PROGRAM:
            self.programs[slot] = data1
