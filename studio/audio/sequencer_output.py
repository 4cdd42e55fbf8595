"""SequencerOutput: live sound through FluidSynth's sequencer, whose clock is the samples rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from studio.audio.midi_message import (
    BEND,
    CHANNEL_PRESSURE,
    CONTROL,
    KEY_PRESSURE,
    NOTE_OFF,
    NOTE_ON,
    PROGRAM,
    Message,
    Timed,
)
from studio.audio.synth import Synth

TICKS_PER_MS = 100
"""The sequencer looks once a millisecond; finer ticks keep the order of what falls on one millisecond."""

WORN_TICKS, WORN_OUT_TICKS = 2**31, int(0.95 * 2**32)
"""The sequencer counts in 32 bits and starts again at 0 after 11.9 hours: renew it when there is a pause after
the first number, and at the second in any case."""


class SequencerOutput:
    """An Output (see `output`) that makes sound once an audio driver plays the synth.

    A message is never sent before its time: at the first block of 64 frames after the next full millisecond.
    """

    jitter_s = 0.004

    def __init__(self, synth: Synth) -> None:
        self._synth = synth
        self._library: Any = synth.library
        self._event = self._library.new_fluid_event()
        self._start_s = 0.0
        self._open()
        self._last_ms = 0
        self._order = 0
        self._setters: dict[int, Callable[[int, int, int], Any]] = {
            NOTE_OFF: lambda slot, key, _: self._library.fluid_event_noteoff(self._event, slot, key),
            NOTE_ON: lambda slot, key, velocity: self._library.fluid_event_noteon(self._event, slot, key, velocity),
            KEY_PRESSURE: lambda slot, key, value: self._library.fluid_event_key_pressure(
                self._event, slot, key, value
            ),
            CONTROL: lambda slot, number, value: self._library.fluid_event_control_change(
                self._event, slot, number, value
            ),
            PROGRAM: lambda slot, program, _: self._library.fluid_event_program_change(self._event, slot, program),
            CHANNEL_PRESSURE: lambda slot, value, _: self._library.fluid_event_channel_pressure(
                self._event, slot, value
            ),
            BEND: lambda slot, low, high: self._library.fluid_event_pitch_bend(self._event, slot, (high << 7) | low),
        }

    def _open(self) -> None:
        self._sequencer = self._library.new_fluid_sequencer2(0)
        self._library.fluid_sequencer_set_time_scale(self._sequencer, 1000.0 * TICKS_PER_MS)
        self._client = self._library.fluid_sequencer_register_fluidsynth(self._sequencer, self._synth.handle)
        self._library.fluid_event_set_source(self._event, -1)
        self._library.fluid_event_set_dest(self._event, self._client)

    def now_s(self) -> float:
        return self._start_s + float(self._library.fluid_sequencer_get_tick(self._sequencer)) / (1000 * TICKS_PER_MS)

    def schedule(self, messages: Iterable[Timed]) -> None:
        for at_s, (slot, kind, data1, data2) in messages:
            ms = max(int((at_s - self._start_s) * 1000) + 1, self._last_ms)
            self._order = self._order + 1 if ms == self._last_ms else 0
            if self._order == TICKS_PER_MS:
                ms, self._order = ms + 1, 0
            self._last_ms = ms
            self._setters[kind](slot, data1, data2)
            tick = (ms - 1) * TICKS_PER_MS + 1 + self._order
            self._library.fluid_sequencer_send_at(self._sequencer, self._event, tick, 1)

    def drop_pending(self) -> None:
        # All sources, destinations and types at once: the library then empties its queue in one step.
        self._library.fluid_sequencer_remove_events(self._sequencer, -1, -1, -1)
        self._last_ms = 0

    def send(self, messages: Iterable[Message]) -> None:
        self._synth.send(messages)

    def worn(self, pausing: bool) -> bool:
        """Whether the sequencer has counted so far that it should be renewed now."""
        ticks = int(self._library.fluid_sequencer_get_tick(self._sequencer))
        return ticks > (WORN_TICKS if pausing else WORN_OUT_TICKS)

    def renew(self) -> None:
        """Start a fresh sequencer where this one stands. Nothing may be pending and no driver be running."""
        self._start_s = self.now_s()
        self._close_sequencer()
        self._open()

    def _close_sequencer(self) -> None:
        self._library.fluid_sequencer_unregister_client(self._sequencer, self._client)
        self._library.delete_fluid_sequencer(self._sequencer)

    def close(self) -> None:
        """Free the sequencer; no driver may be running."""
        if self._event:
            self._close_sequencer()
            self._library.delete_fluid_event(self._event)
            self._event = None
