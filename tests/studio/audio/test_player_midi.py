"""External MIDI through the real player process: notes arrive, end, and survive the port being unplugged."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from studio.audio import Crashed, PlayerOptions, Ports, Status, Trouble, make_plan
from studio.audio.messages import SILENT
from tests.studio.audio import jack
from tests.studio.audio.pieces import scale, score, track
from tests.studio.audio.players import Listener

rtmidi = pytest.importorskip("rtmidi")
pytestmark = [
    pytest.mark.skipif(not jack.AVAILABLE, reason=jack.WHY_NOT),
    pytest.mark.skipif(
        getattr(rtmidi, "API_UNIX_JACK", None) not in rtmidi.get_compiled_api(), reason="this RtMidi has no JACK"
    ),
]


class Instrument:
    """A MIDI instrument on the JACK server, which keeps what it hears."""

    def __init__(self, name: str) -> None:
        self._port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name)
        self._port.open_virtual_port("in")
        self.heard: list[list[int]] = []
        self._port.set_callback(lambda event, _: self.heard.append(event[0]))

    def sounding(self) -> set[tuple[int, int]]:
        keys: set[tuple[int, int]] = set()
        for message in list(self.heard):
            if message[0] & 0xF0 in (0x80, 0x90):
                on = message[0] & 0xF0 == 0x90 and message[2] > 0
                (keys.add if on else keys.discard)((message[0] & 15, message[1]))
            elif message[0] & 0xF0 == 0xB0 and message[1] in (120, 123):
                keys = {key for key in keys if key[0] != message[0] & 15}
        return keys

    def unplug(self) -> None:
        self._port.cancel_callback()
        self._port.close_port()
        self._port.delete()


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with jack.jack_server(f"continuo-out-{os.getpid()}"):
        yield


@pytest.fixture
def instruments() -> Iterator[list[Instrument]]:
    plugged: list[Instrument] = []
    yield plugged
    for instrument in plugged:
        instrument.unplug()


@pytest.fixture
def silent() -> Iterator[Listener]:
    listener = Listener(PlayerOptions(driver=SILENT))
    listener.until(listener.heard(Status))
    yield listener
    listener.player.close()


def connect(listener: Listener) -> str:
    """Choose the instrument's port as a user does, from the list."""
    heard = listener.heard(Ports)
    listener.player.refresh_ports()
    listener.until(heard)
    (name,) = [name for name in listener.player.output_ports() if "Strings" in name]
    heard = listener.heard(Ports)
    listener.player.set_output(name)
    listener.until(heard)
    ports: Any = listener.of(Ports)[-1]
    assert ports.current == name
    return name


def falls_silent(listener: Listener, instrument: Instrument) -> None:
    """JACK loses what a client sends in a period that it was late for."""
    try:
        listener.until(lambda: not instrument.sounding(), deadline_s=5.0)
    except AssertionError:
        jack.give_up(f"the instrument still sounds {instrument.sounding()}")


def test_the_music_plays_on_the_instrument_and_stops_there(silent: Listener, instruments: list[Instrument]) -> None:
    instruments.append(strings := Instrument("Strings"))
    connect(silent)
    silent.player.set_plan(make_plan(score(scale(8, 0.1, 0.09), track((0, 30, 40), channel=1))))
    silent.player.play(0.0)
    silent.until(lambda: sum(m[0] == 0x90 for m in strings.heard) >= 4)
    assert (1, 40) in strings.sounding()
    silent.player.stop()
    falls_silent(silent, strings)
    silent.player.preview_on(72, 100)
    silent.until(lambda: any(key == 72 for _, key in strings.sounding()))
    silent.player.set_output(None)
    falls_silent(silent, strings)


def test_after_a_crash_the_instrument_is_silenced_and_played_again(
    silent: Listener, instruments: list[Instrument]
) -> None:
    instruments.append(strings := Instrument("Strings"))
    connect(silent)
    silent.player.set_plan(make_plan(score(track((0, 300, 40)))))
    silent.player.play(0.0)
    silent.until(lambda: bool(strings.sounding()))
    assert silent.player.pid is not None
    os.kill(silent.player.pid, signal.SIGKILL)
    before = len(strings.heard)
    silent.until(silent.heard(Crashed))
    silent.until(lambda: [0x90, 40, 100] in strings.heard[before:])
    since = strings.heard[before:]
    if [0xB0, 120, 0] not in since[: since.index([0x90, 40, 100])]:
        jack.give_up("the instrument was not silenced first")


def test_an_instrument_that_is_unplugged_is_told_missed_and_taken_up_again(silent: Listener) -> None:
    strings = Instrument("Strings")
    name = connect(silent)
    silent.player.set_plan(make_plan(score(scale(100, 0.1, 0.09, first=20))))
    silent.player.play(0.0)
    silent.until(lambda: bool(strings.sounding()))
    strings.unplug()
    silent.until(silent.heard(Trouble))
    trouble: Any = silent.of(Trouble)[-1]
    assert trouble.text.startswith(f"The MIDI output {name} is gone") and silent.player.playing
    strings = Instrument("Strings")
    try:
        silent.until(silent.heard(Trouble))
        silent.until(lambda: bool(strings.sounding()))
        assert silent.player.playing
    finally:
        strings.unplug()


def test_a_port_that_never_was_is_a_sentence(silent: Listener) -> None:
    silent.player.set_output("Harpsichord")
    silent.until(silent.heard(Trouble))
    trouble: Any = silent.of(Trouble)[-1]
    assert trouble.text == "The MIDI output Harpsichord is not there: connect it and choose it again."
