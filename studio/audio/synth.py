"""Synth: one FluidSynth with a sound font; takes messages at once and renders samples."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.audio.fluid_library import OK, load_fluid_library
from studio.audio.midi_message import (
    BEND,
    CHANNEL_PRESSURE,
    CONTROL,
    KEY_PRESSURE,
    NOTE_OFF,
    NOTE_ON,
    PROGRAM,
    Message,
)
from studio.audio.slots import SLOTS, is_drum_slot
from studio.audio.sound_font import SoundFontMissing, checked_sound_font

BLOCK_FRAMES = 64
"""FluidSynth renders in blocks of so many frames; a message takes effect at the next block."""

GAIN = 0.9
"""Linear gain at which the shipped font plays small pieces at -12 to -5 dB peak, and few dense ones clip live."""

_DRUM_CHANNEL_TYPE = 1
_POLYPHONY = 512


class Synth:
    """FluidSynth with 256 channels (slots). Close it when done.

    Samples are loaded when a preset is first pinned. `pin` decodes them in a shadow synth that nobody
    listens to, and the library shares decoded samples: the sounding synth is held up for a moment only.
    """

    def __init__(self, sample_rate: int = 48000, gain: float = GAIN) -> None:
        """Raises SynthMissing."""
        self.library: Any = load_fluid_library()
        self.sample_rate = sample_rate
        self.settings = self.library.new_fluid_settings()
        self.set("synth.midi-channels", SLOTS)
        self.set("synth.polyphony", _POLYPHONY)
        self.set("synth.dynamic-sample-loading", 1)
        self.set("synth.sample-rate", float(sample_rate))
        self.set("synth.gain", float(gain))
        self.handle = self.library.new_fluid_synth(self.settings)
        self._shadow = self.library.new_fluid_synth(self.settings)
        self._fonts: tuple[int, int] | None = None
        self._pinned: set[tuple[int, int]] = set()
        for slot in filter(is_drum_slot, range(SLOTS)):
            self.library.fluid_synth_set_channel_type(self.handle, slot, _DRUM_CHANNEL_TYPE)
        self._writer: dict[int, Callable[[int, int, int], Any]] = {
            NOTE_OFF: lambda slot, key, _: self.library.fluid_synth_noteoff(self.handle, slot, key),
            NOTE_ON: lambda slot, key, velocity: self.library.fluid_synth_noteon(self.handle, slot, key, velocity),
            KEY_PRESSURE: lambda slot, key, value: self.library.fluid_synth_key_pressure(self.handle, slot, key, value),
            CONTROL: lambda slot, number, value: self.library.fluid_synth_cc(self.handle, slot, number, value),
            PROGRAM: lambda slot, program, _: self.library.fluid_synth_program_change(self.handle, slot, program),
            CHANNEL_PRESSURE: lambda slot, value, _: self.library.fluid_synth_channel_pressure(
                self.handle, slot, value
            ),
            BEND: lambda slot, low, high: self.library.fluid_synth_pitch_bend(self.handle, slot, (high << 7) | low),
        }

    def set(self, name: str, value: int | float | str) -> bool:
        """Change a FluidSynth setting; whether it exists and took the value."""
        key = name.encode()
        if isinstance(value, int):
            return bool(self.library.fluid_settings_setint(self.settings, key, value) == OK)
        if isinstance(value, float):
            return bool(self.library.fluid_settings_setnum(self.settings, key, value) == OK)
        return bool(self.library.fluid_settings_setstr(self.settings, key, value.encode()) == OK)

    def options(self, name: str) -> list[str]:
        """The values that a setting offers, such as the drivers of `audio.driver`."""
        text = self.library.fluid_settings_option_concat(self.settings, name.encode(), b",")
        if not text:
            return []
        try:
            return [part for part in ctypes.string_at(text).decode(errors="replace").split(",") if part]
        finally:
            self.library.fluid_free(text)

    def load(self, path: Path) -> None:
        """Use the sound font at `path` and forget the one before; raises SoundFontMissing."""
        name = os.fsencode(checked_sound_font(path))
        # Channel presets are reset on the synth that sounds, so that none points into the old font.
        ids = (
            self.library.fluid_synth_sfload(self.handle, name, 1),
            self.library.fluid_synth_sfload(self._shadow, name, 0),
        )
        if min(ids) < 0:
            raise SoundFontMissing(path, "FluidSynth cannot read it")
        old, self._fonts = self._fonts, ids
        self._pinned.clear()
        if old:
            self.library.fluid_synth_sfunload(self.handle, old[0], 1)
            self.library.fluid_synth_sfunload(self._shadow, old[1], 0)

    def unpinned(self, presets: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Those (bank, program) pairs whose samples are not in memory yet."""
        return sorted(set(presets) - self._pinned)

    def pin(self, bank: int, program: int) -> None:
        """Load the samples of a preset and keep them: some 5 to 60 ms. Presets that the font lacks are passed over."""
        self._pinned.add((bank, program))
        if self._fonts:
            self.library.fluid_synth_pin_preset(self._shadow, self._fonts[1], bank, program)
            self.library.fluid_synth_pin_preset(self.handle, self._fonts[0], bank, program)

    def send(self, messages: Iterable[Message]) -> None:
        """Act on messages at once (at the next block of 64 frames)."""
        for slot, kind, data1, data2 in messages:
            self._writer[kind](slot, data1, data2)

    def set_gain(self, gain: float) -> None:
        self.library.fluid_synth_set_gain(self.handle, gain)

    def active_voices(self) -> int:
        """How many samples are being played, releases included."""
        return int(self.library.fluid_synth_get_active_voice_count(self.handle))

    def render(self, frames: int) -> NDArray[np.float32]:
        """The next samples, shape (frames, 2), full scale at 1. Only when no audio driver plays the synth."""
        samples = np.zeros((frames, 2), np.float32)
        where = samples.ctypes.data
        self.library.fluid_synth_write_float(self.handle, frames, where, 0, 2, where, 1, 2)
        return samples

    def close(self) -> None:
        """Free it; safe to call twice."""
        if self.handle:
            self.library.delete_fluid_synth(self.handle)
            self.library.delete_fluid_synth(self._shadow)
            self.library.delete_fluid_settings(self.settings)
            self.handle = None
