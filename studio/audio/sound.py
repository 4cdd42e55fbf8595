"""Sound: the synth, its driver, and the external port of a player process, opened, watched and replaced."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from studio.audio.clock import SteadyClock
from studio.audio.drivers import AudioDriver
from studio.audio.external_output import ExternalOutput
from studio.audio.fluid_library import SynthMissing
from studio.audio.messages import AUTO, SILENT, PlayerOptions, Status
from studio.audio.output import Output, SilentOutput
from studio.audio.ports import MidiBackend
from studio.audio.routed_output import RoutedOutput
from studio.audio.sequencer_output import SequencerOutput
from studio.audio.sound_font import SoundFontMissing, default_sound_font
from studio.audio.synth import Synth

STALL_S = 1.5
"""A driver that asks for no samples for so long is lost: unplugged, or its server is gone."""
RETRY_S = 5.0
"""With no device, look for one again at most this often."""
NO_DEVICE = (
    "No sound device was found, so playback is silent: connect one or start your sound server, then press play again."
)


class Sound:
    """What the player process plays on. `output` changes when devices come and go; `status` says it in words."""

    def __init__(self, options: PlayerOptions, backend: MidiBackend, clock: Callable[[], float]) -> None:
        self._options = options
        self._backend = backend
        self._clock = clock
        self._choice = options.driver
        self._synth: Synth | None = None
        self._driver: AudioDriver | None = None
        self._sequencer: SequencerOutput | None = None
        self._external: ExternalOutput | None = None
        self._main: Output = SilentOutput(clock)
        self._steady = SteadyClock()
        self._trouble: str | None = None
        self._moved_at_s = self._tried_at_s = clock()
        self._last_s = 0.0
        self.port: str | None = None

    # --- opening

    def open(self) -> None:
        """Load the sound font and start the driver of the options; without either the clock goes on silently."""
        self.start_driver(self._choice)

    def _make_synth(self) -> None:
        try:
            self._synth = Synth(self._options.sample_rate, self._options.gain)
        except SynthMissing as error:
            self._trouble = str(error)
            return
        self._driver = AudioDriver(self._synth)
        self._sequencer = SequencerOutput(self._synth)
        self.load(self._options.sound_font)

    def load(self, path: Path | None) -> None:
        """Use a sound font, None: the shipped one; on failure the trouble is in `status` and the one before stays."""
        self._options = replace(self._options, sound_font=path)
        if self._synth:
            self._trouble = None
            try:
                self._synth.load(path or default_sound_font())
            except SoundFontMissing as error:
                self._trouble = str(error)

    def start_driver(self, choice: str) -> None:
        """Start a driver (AUTO, SILENT or a name); with none that works, the silent clock takes over."""
        self._choice, self._tried_at_s = choice, self._clock()
        if self._synth is None and choice != SILENT:
            self._make_synth()
        if not self._driver or not self._sequencer:
            return
        self._driver.close()
        if self._sequencer.worn(pausing=True):
            self._sequencer.renew()
        self._driver.open(choice)
        self._main = SilentOutput(self._clock) if self._driver.name == SILENT else self._sequencer
        self._moved_at_s = self._clock()
        self._steady = SteadyClock()
        self.follow()

    # --- using

    @property
    def output(self) -> Output:
        """Where the transport plays to now."""
        return RoutedOutput(self._external, self._main) if self._external else self._main

    @property
    def synth(self) -> Synth | None:
        return self._synth

    @property
    def status(self) -> Status:
        name = self._driver.name if self._driver else SILENT
        if self._trouble:
            return Status(name, self._trouble)
        if name == SILENT:
            return Status(SILENT, "Sound is switched off." if self._choice == SILENT else NO_DEVICE)
        if self._choice not in (AUTO, name):
            return Status(name, f"The sound driver {self._choice} does not start: {name} is used instead.")
        return Status(name, f"Sound goes through {name}.")

    def steady_s(self) -> float:
        """The output's clock now, without the steps of the driver: for the playhead."""
        return self._steady.stepping_at(self._clock())

    def pin(self, presets: Iterable[tuple[int, int]], between: Callable[[], None]) -> None:
        """Load what these presets need, calling `between` after each so that playback goes on."""
        if self._synth:
            for bank, program in self._synth.unpinned(presets):
                self._synth.pin(bank, program)
                between()

    # --- watching

    def follow(self) -> None:
        """Read the clocks; call it often."""
        now_s = self._main.now_s()
        if now_s != self._last_s:
            self._last_s, self._moved_at_s = now_s, self._clock()
        self._steady.follow(now_s, self._clock())

    @property
    def stalled(self) -> bool:
        """Whether the driver has stopped asking for samples."""
        return self._main is self._sequencer and self._clock() - self._moved_at_s > STALL_S

    @property
    def worth_retrying(self) -> bool:
        """Whether there is no device although one is wanted, and the last look is some seconds ago."""
        idle = self._main is not self._sequencer and self._choice != SILENT and self._driver is not None
        return idle and self._clock() - self._tried_at_s > RETRY_S

    @property
    def choice(self) -> str:
        return self._choice

    def worn(self, pausing: bool) -> bool:
        """Whether `start_driver` should be called because the sequencer has counted too far."""
        return self._main is self._sequencer and self._sequencer is not None and self._sequencer.worn(pausing)

    # --- external MIDI

    def port_names(self) -> tuple[str, ...]:
        return tuple(self._backend.names())

    def open_port(self, name: str | None) -> None:
        """Play on this external port from now on, None: on the synth. Raises PortTrouble."""
        self.close_port()
        if name is not None:
            self._external = ExternalOutput(self._backend.open(name), self.steady_s)
            self.port = name

    def close_port(self) -> None:
        external, self._external, self.port = self._external, None, None
        if external:
            external.close()

    @property
    def port_trouble(self) -> str | None:
        """One sentence once the external port has failed."""
        return self._external.trouble if self._external else None

    def close(self) -> None:
        """Close everything, the external port first."""
        self.close_port()
        if self._driver:
            self._driver.close()
        if self._sequencer:
            self._sequencer.close()
        if self._synth:
            self._synth.close()
        self._synth = self._driver = self._sequencer = None


def hush_native_stderr() -> None:
    """Send what C libraries print (ALSA and JACK complain at length about absent devices) to nowhere.

    Python's own messages still reach the terminal.
    """
    try:
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    except OSError:
        return  # no stderr, as in a windowed program
    sys.stderr = os.fdopen(kept, "w", buffering=1)
