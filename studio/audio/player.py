"""Player: the app's handle on the player process; starts it again when it dies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studio.audio.messages import (
    SILENT,
    Alive,
    Command,
    Crashed,
    Ended,
    ListPorts,
    Panic,
    Play,
    PlayerMessage,
    PlayerOptions,
    Ports,
    Position,
    PreviewOff,
    PreviewOn,
    Seek,
    SetDriver,
    SetGain,
    SetLoop,
    SetMetronome,
    SetOutput,
    SetPlan,
    SetSoundFont,
    Status,
    Stop,
)
from studio.audio.passes import SwitchWhen
from studio.audio.plan import PlaybackPlan
from studio.audio.player_link import PlayerLink

STARTING = Status(SILENT, "Sound is starting.")
CRASH_WINDOW_S = 60.0
CRASHES_TO_SILENCE = 3
"""After so many crashes within the window the player starts without sound: the device or font may be the cause."""
CRASHES_TO_GIVE_UP = 6
HANG_S = 10.0
"""A player that reports nothing for so long (it does each second) is stuck in a driver: killed and restarted."""
FIRST_REPORT_S = 30.0


class Player:
    """Plays plans in a process of its own. No call waits for it; call `poll` some 25 times a second.

    Everything said to it (plan, loop, metronome, port, ...) is remembered, so that a player process that
    died is replaced by one that goes on where it was. Close it at the end.
    """

    def __init__(
        self,
        options: PlayerOptions | None = None,
        *,
        on_report: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`on_report` is called on a thread of the player's whenever `poll` has something to return."""
        self._options = options or PlayerOptions()
        self._on_report = on_report
        self._clock = clock
        self._link: PlayerLink | None = None
        self._serial = 0
        self._plan: SetPlan | None = None
        self._loop = SetLoop(None, None)
        self._metronome = SetMetronome(False)
        self._position = Position(0.0, False, clock())
        self._status = STARTING
        self._ports = Ports()
        self._awaited = 0
        self._crashes: list[float] = []
        self._heard_from_s = 0.0
        self._patience_s = FIRST_REPORT_S

    # --- life

    def start(self) -> None:
        """Start the player process. Returns at once; `poll` tells the Status when sound is there."""
        if self._link is None:
            self._launch()

    def close(self) -> None:
        """Silence and end the player process; within some two seconds even if a device hangs."""
        link, self._link = self._link, None
        if link:
            link.close()

    @property
    def pid(self) -> int | None:
        """Process id of the player, None when there is none."""
        return self._link.pid if self._link else None

    # --- commands

    def set_plan(self, plan: PlaybackPlan, *, when: SwitchWhen = SwitchWhen.NOW) -> int:
        """Play this plan at once, from the next bar line, or from the next time the loop starts over.

        Returns its serial number; `PlanHeard` with it comes when it is what one hears. At once and at a bar line,
        notes in both plans go on sounding and those that are gone end.
        """
        self._serial += 1
        self._plan = SetPlan(self._serial, plan, when)
        self._send(self._plan)
        return self._serial

    def play(self, position_s: float = 0.0, *, count_in_bars: int = 0) -> None:
        """Play from a place of the piece, after a count-in. With no sound device the playhead moves silently."""
        waiting = count_in_bars > 0 or self._status is STARTING
        self._position = Position(position_s, True, self._clock(), waiting)
        self._awaited = self._send(Play(position_s, count_in_bars))

    def stop(self) -> None:
        """Stop where it is and end every note."""
        now_s = self._clock()
        self._position = Position(self._position.at(now_s), False, now_s)
        self._awaited = self._send(Stop())

    def seek(self, position_s: float) -> None:
        """Go to another place, playing or not."""
        self._position = Position(position_s, self._position.playing, self._clock(), self._status is STARTING)
        self._awaited = self._send(Seek(position_s))

    def set_loop(self, start_s: float | None, end_s: float | None = None) -> None:
        """Repeat [start_s, end_s); `set_loop(None)` for no loop. Takes effect while playing, without a gap."""
        self._loop = SetLoop(start_s, end_s)
        self._send(self._loop)

    def set_metronome(self, on: bool, volume: int = 100) -> None:
        """Click on each beat; `volume` 0 to 127."""
        self._metronome = SetMetronome(on, volume)
        self._send(self._metronome)

    def preview_on(
        self, pitch: int, velocity: int = 90, *, program: int = 0, bank: int = 0, drums: bool = False, volume: int = 100
    ) -> None:
        """Sound one note now, with an instrument of its own, whatever plays."""
        self._send(PreviewOn(pitch, velocity, program, bank, drums, volume))

    def preview_off(self, pitch: int | None = None) -> None:
        """End the preview of a pitch, or all previews."""
        self._send(PreviewOff(pitch))

    def panic(self) -> None:
        """Stop, and silence every channel by all means that MIDI knows."""
        self.stop()
        self._send(Panic())

    def set_driver(self, driver: str) -> None:
        """Use an audio driver: AUTO, SILENT, or one of FluidSynth's names. `poll` tells what runs then."""
        self._options = replace(self._options, driver=driver)
        self._send(SetDriver(driver))

    def set_sound_font(self, path: Path) -> None:
        self._options = replace(self._options, sound_font=path)
        self._send(SetSoundFont(path))

    def set_gain(self, gain: float) -> None:
        """Loudness of everything, linear; `synth.GAIN` is usual."""
        self._options = replace(self._options, gain=gain)
        self._send(SetGain(gain))

    def set_output(self, port: str | None) -> None:
        """Play on an external MIDI port (one of `output_ports`), None: on the built-in synth again."""
        self._options = replace(self._options, output_port=port)
        self._send(SetOutput(port))

    def refresh_ports(self) -> None:
        """Look for external MIDI outputs again; `poll` returns the Ports."""
        self._send(ListPorts())

    # --- state

    def output_ports(self) -> tuple[str, ...]:
        """The external MIDI outputs as last seen; see `refresh_ports`."""
        return self._ports.names

    @property
    def status(self) -> Status:
        """The sound in use, with a sentence for the status bar."""
        return self._status

    @property
    def playing(self) -> bool:
        return self._position.playing

    def position_s(self) -> float:
        """Where playback is now: the last report, extrapolated."""
        return self._position.at(self._clock())

    def poll(self) -> list[PlayerMessage]:
        """What happened since the last call, oldest first. Replaces a player process that died or hangs."""
        if self._link is None:
            return []
        messages: list[PlayerMessage] = []
        for report in self._link.take_reports():
            self._heard_from_s, self._patience_s = self._clock(), HANG_S
            # A place from before the latest play, stop or seek would make the playhead jump back.
            outdated = isinstance(report, Position | Ended) and report.obeyed < self._awaited
            if not outdated and not isinstance(report, Alive):
                self._note(report)
                messages.append(report)
        if self._link.gone:
            messages.append(self._replace("The sound player stopped unexpectedly"))
        elif self._clock() - self._heard_from_s > self._patience_s:
            messages.append(self._replace("The sound player no longer answered"))
        return messages

    # --- inside

    def _send(self, command: Command) -> int:
        return self._link.send(command) if self._link else 0

    def _note(self, message: PlayerMessage) -> None:
        match message:
            case Position():
                self._position = message
            case Status():
                self._status = message
            case Ports():
                self._ports = message
            case Ended(position_s):
                self._position = Position(position_s, False, self._clock())

    def _launch(self) -> None:
        self._link = PlayerLink(self._options, self._on_report)
        self._awaited = 0
        self._status = STARTING
        self._heard_from_s, self._patience_s = self._clock(), FIRST_REPORT_S
        if self._plan:
            self._plan = replace(self._plan, when=SwitchWhen.NOW)
            self._send(self._plan)
        self._send(self._loop)
        self._send(self._metronome)

    def _replace(self, what: str) -> Crashed:
        """Start a new player process in place of a dead or stuck one, and go on where it was."""
        now_s = self._clock()
        assert self._link is not None
        self._link.close(deadline_s=0.0)
        self._link = None
        self._crashes = [t for t in self._crashes if now_s - t < CRASH_WINDOW_S] + [now_s]
        was = Position(self._position.at(now_s), self._position.playing, now_s)
        if len(self._crashes) >= CRASHES_TO_GIVE_UP:
            self._position = replace(was, playing=False)
            self._status = Status(SILENT, f"{what} again and again: save your work and restart the program for sound.")
            return Crashed(self._status.text, restarted=False)
        text = f"{what} and was started again."
        if len(self._crashes) >= CRASHES_TO_SILENCE:
            self._options = replace(self._options, driver=SILENT, output_port=None)
            text = f"{what} repeatedly and goes on without sound: choose another sound driver or sound font."
        self._launch()
        # A fresh process opens the port with a panic first, so nothing the old one left sounding goes on.
        if was.playing:
            self.play(was.position_s)
        else:
            self.seek(was.position_s)
        return Crashed(text)
