"""Choosing an audio driver: which of FluidSynth's to try on this system, and whether one really runs."""

from __future__ import annotations

import sys
from typing import Any

from studio.audio.messages import AUTO, SILENT
from studio.audio.synth import Synth

PREFERENCE = {
    "linux": ("pipewire", "pulseaudio", "jack", "alsa", "oss"),
    "darwin": ("coreaudio", "portaudio", "jack"),
    "win32": ("wasapi", "dsound", "waveout"),
}
"""Drivers to try in turn. Sound servers come before bare devices, which they keep busy."""

_SETTINGS: tuple[tuple[str, int | str], ...] = (
    ("audio.period-size", 256),
    ("audio.periods", 4),
    ("audio.jack.autoconnect", 1),
    ("audio.jack.id", "continuo"),
    ("audio.pulseaudio.media-role", "production"),
)
_PULSE_PERIOD = 1024
"""The pulseaudio driver has one buffer of this many frames in place of several periods."""


class AudioDriver:
    """The running audio driver of one synth; at most one at a time."""

    def __init__(self, synth: Synth) -> None:
        self._synth = synth
        self._library: Any = synth.library
        self._handle: Any = None
        self.name = SILENT
        for setting, value in _SETTINGS:
            synth.set(setting, value)

    def open(self, choice: str) -> str:
        """Start `choice` (a driver's name, AUTO or SILENT), else the first that works; returns what runs now.

        FluidSynth reports failure only by giving no driver; its reasons are in nobody's language.
        """
        self.close()
        if choice == SILENT:
            return self.name
        available = self._synth.options("audio.driver")
        usual = PREFERENCE.get(sys.platform, PREFERENCE["linux"])
        wanted = usual if choice == AUTO else (choice, *(name for name in usual if name != choice))
        for name in wanted:
            if name in available and self._start(name):
                self.name = name
                break
        return self.name

    def _start(self, name: str) -> bool:
        self._synth.set("audio.driver", name)
        self._synth.set("audio.period-size", _PULSE_PERIOD if name == "pulseaudio" else 256)
        self._handle = self._library.new_fluid_audio_driver(self._synth.settings, self._synth.handle)
        return bool(self._handle)

    def close(self) -> None:
        if self._handle:
            self._library.delete_fluid_audio_driver(self._handle)
        self._handle = None
        self.name = SILENT
