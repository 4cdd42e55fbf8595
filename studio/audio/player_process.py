"""The player process: takes commands from the app, feeds the transport, and reports back."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from pathlib import Path

from ml.music import Note, NoteTable, Score, Track
from studio.audio.messages import (
    Alive,
    Command,
    Ended,
    ListPorts,
    Panic,
    PlanHeard,
    Play,
    PlayerOptions,
    Ports,
    Position,
    PreviewOff,
    PreviewOn,
    Quit,
    Seek,
    SetDriver,
    SetGain,
    SetLoop,
    SetMetronome,
    SetOutput,
    SetPlan,
    SetSoundFont,
    Stop,
    Trouble,
)
from studio.audio.midi_message import Message
from studio.audio.output import SilentOutput
from studio.audio.passes import Loop
from studio.audio.plan import DRUM_BANK, make_plan
from studio.audio.ports import MidiBackend, PortTrouble, RtMidiBackend
from studio.audio.previews import Previews
from studio.audio.sound import Sound, hush_native_stderr
from studio.audio.transport import Transport

PLAYING_WAIT_S = 0.02
GLIDING_WAIT_S = 0.004
IDLE_WAIT_S = 0.25
REPORT_S = 0.04
"""Positions are reported at most 25 times a second."""
ALIVE_S = 1.0
PORT_CHECK_S = 1.5
"""How often an external port in use, or one that is missed, is looked for."""
EXIT_S = 2.0
"""If devices do not close within this time at the end, the process ends without them."""


def run_player(connection: Connection, options: PlayerOptions) -> None:
    """Entry point of the player process; returns when the app says so or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the app's to handle
    hush_native_stderr()
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    hurry()
    warm_up()
    station = Station(connection, options, RtMidiBackend(), time.perf_counter)
    try:
        station.run()
    finally:
        exit_anyway = threading.Timer(EXIT_S, os._exit, (1,))
        exit_anyway.daemon = True
        exit_anyway.start()
        station.close()
        exit_anyway.cancel()


def hurry() -> None:
    """Put this process before others where the system allows it: it does little, and that on time."""
    # The thread that sends external MIDI must not wait 5 ms for the one that feeds.
    sys.setswitchinterval(0.0005)
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):  # most systems ask for a right that few users have
            os.setpriority(os.PRIO_PROCESS, 0, -11)


def warm_up() -> None:
    """Play a note to nowhere: what runs for the first time takes 30 ms longer, and the first note would be late."""
    note = NoteTable.of([Note(0, 960, 60)])
    transport = Transport(SilentOutput(time.perf_counter))
    transport.set_plan(make_plan(Score((Track("", note),))), 1)
    transport.play(0.0)
    transport.set_metronome(1)
    transport.stop()


class Station:
    """One player: a Sound, a Transport on it, previews, and the pipe to the app."""

    def __init__(
        self, connection: Connection, options: PlayerOptions, backend: MidiBackend, clock: Callable[[], float]
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._sound = Sound(options, backend, clock)
        self._sound.open()
        self._transport = Transport(self._sound.output, options.lead_s)
        self._previews = Previews(self._send_preview)
        self._running = True
        self._obeyed = 0
        self._heard_serial = 0
        self._reported: Position | None = None
        self._alive_at_s = 0.0
        self._ports_at_s = 0.0
        self._missed_port: str | None = None
        self._report(self._sound.status)
        self._pin({(DRUM_BANK, 0)})
        if options.output_port is not None:
            self._set_output(options.output_port)
            if self._sound.port is None:
                self._missed_port = options.output_port  # perhaps switched on later, or not yet free after a crash

    def run(self) -> None:
        """Work until told to quit or the app is gone."""
        try:
            while self._running:
                if self._connection.poll(self._wait_s()):
                    for command in self._received():
                        self._obey(command)
                self._turn()
        except (EOFError, OSError):
            return  # the app is gone

    def close(self) -> None:
        """Silence and close everything."""
        self._transport.stop()
        self._previews.off()
        self._sound.close()

    # --- one turn of the loop

    def _wait_s(self) -> float:
        if self._transport.gliding:
            return GLIDING_WAIT_S
        return PLAYING_WAIT_S if self._transport.playing else IDLE_WAIT_S

    def _turn(self) -> None:
        now_s = self._clock()
        self._sound.follow()
        self._transport.feed()
        if self._transport.take_ended():
            self._report(Ended(self._transport.place().position_s, self._obeyed))
        if (serial := self._transport.heard_serial) != self._heard_serial:
            self._heard_serial = serial
            self._report(PlanHeard(serial))
        self._report_position()
        self._previews.expire(now_s)
        if self._sound.stalled or self._sound.worn(pausing=not self._transport.playing):
            self._restart_driver()
        if now_s - self._ports_at_s > PORT_CHECK_S:
            self._ports_at_s = now_s
            self._check_port()
        if now_s - self._alive_at_s > ALIVE_S:
            self._alive_at_s = now_s
            self._report(Alive())

    def _received(self) -> list[Command]:
        """All commands that have come, without plans that a later one replaces before anything else happens."""
        commands: list[Command] = [self._connection.recv()]
        self._obeyed += 1
        while self._connection.poll(0):
            command = self._connection.recv()
            self._obeyed += 1
            if isinstance(command, SetPlan) and isinstance(commands[-1], SetPlan):
                commands.pop()
            commands.append(command)
        return commands

    def _obey(self, command: Command) -> None:
        match command:
            case SetPlan(serial, plan, when):
                self._pin(plan.presets())
                self._transport.set_plan(plan, serial, when)
            case Play(position_s, count_in_bars):
                if self._sound.worth_retrying:
                    self._restart_driver()
                self._transport.play(position_s, count_in_bars)
            case Stop():
                self._transport.stop()
            case Seek(position_s):
                self._transport.seek(position_s)
            case SetLoop(start_s, end_s):
                self._transport.set_loop(None if start_s is None or end_s is None else Loop(start_s, end_s))
            case SetMetronome(on, volume):
                self._transport.set_metronome(volume if on else 0)
            case PreviewOn(pitch, velocity, program, bank, drums, volume):
                self._pin({(DRUM_BANK if drums else bank >> 7, program)})
                self._previews.on(pitch, velocity, program, bank, drums, volume, self._clock())
            case PreviewOff(pitch):
                self._previews.off(pitch)
            case Panic():
                self._transport.panic()
                self._previews.forget()
            case SetDriver(driver):
                self._restart_driver(driver)
            case SetSoundFont(path):
                self._load_sound_font(path)
            case SetGain(gain):
                if self._sound.synth:
                    self._sound.synth.set_gain(gain)
            case SetOutput(port):
                self._missed_port = None
                self._set_output(port)
            case ListPorts():
                self._report(Ports(self._sound.port_names(), self._sound.port))
            case Quit():
                self._running = False
        self._reported = None

    # --- reports

    def _report(self, message: object) -> None:
        self._connection.send(message)

    def _report_position(self) -> None:
        now_s = self._clock()
        last = self._reported
        if (
            last
            and last.playing == self._transport.playing
            and (not last.playing or now_s - last.measured_s < REPORT_S)
        ):
            return
        place = self._transport.place(self._sound.steady_s())
        loop = (place.loop.start_s, place.loop.end_s) if place.loop else None
        self._reported = Position(place.position_s, place.playing, now_s, place.counting_in, loop, self._obeyed)
        self._report(self._reported)

    # --- devices

    def _pin(self, presets: Iterable[tuple[int, int]]) -> None:
        self._sound.pin(presets, self._keep_going)

    def _keep_going(self) -> None:
        """What cannot wait while samples are loaded."""
        self._transport.feed()
        self._report(Alive())

    def _send_preview(self, messages: Iterable[Message]) -> None:
        self._sound.output.send(messages)

    def _restart_driver(self, choice: str | None = None) -> None:
        before = self._sound.status
        self._sound.start_driver(self._sound.choice if choice is None else choice)
        self._pin({(DRUM_BANK, 0), *self._transport.plan.presets()})
        self._change_output()
        if self._sound.status != before or choice is not None:
            self._report(self._sound.status)

    def _load_sound_font(self, path: Path) -> None:
        self._sound.load(path)
        self._pin({(DRUM_BANK, 0), *self._transport.plan.presets()})
        self._change_output()
        self._report(self._sound.status)

    def _change_output(self) -> None:
        self._previews.forget()
        self._transport.set_output(self._sound.output)

    def _set_output(self, port: str | None) -> None:
        self._previews.off()
        try:
            self._sound.open_port(port)
        except PortTrouble as error:
            self._report(Trouble(str(error)))
        self._change_output()
        self._report(Ports(self._sound.port_names(), self._sound.port))

    def _check_port(self) -> None:
        """Fall back to the synth when the port in use is gone, and return to it when it is back."""
        port, missed = self._sound.port, self._missed_port
        if port is None and missed is None:
            return
        names = self._sound.port_names()
        trouble = self._sound.port_trouble
        if port is not None and (trouble or port not in names):
            self._missed_port = port
            self._report(
                Trouble(trouble or f"The MIDI output {port} is gone: playing on the built-in synth until it is back.")
            )
            self._set_output(None)
        elif missed is not None and missed in names:
            self._missed_port = None
            self._set_output(missed)
            if self._sound.port == missed:
                self._report(Trouble(f"The MIDI output {missed} is back and plays again."))
