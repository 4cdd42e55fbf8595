"""External MIDI: sent on time by a thread of its own, silenced for certain, and unplugging is survived."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from studio.audio import make_plan
from studio.audio.external_output import ExternalOutput
from studio.audio.midi_message import Timed, note_off, note_on
from studio.audio.output import SilentOutput
from studio.audio.ports import PortTrouble
from studio.audio.routed_output import RoutedOutput
from studio.audio.slots import METRONOME_SLOT
from studio.audio.transport import Transport
from tests.studio.audio.pieces import scale, score, track
from tests.studio.audio.virtual_synth import VirtualSynth


class FakePort:
    """A port that keeps what it is sent; it can be unplugged, or stop answering."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, bytes]] = []
        self.unplugged = self.closed = False
        self.answers = threading.Event()
        self.answers.set()
        self.asked, self.got = threading.Event(), threading.Event()

    def send(self, data: Sequence[int]) -> None:
        self.asked.set()
        self.answers.wait(20)
        if self.unplugged:
            raise PortTrouble("The MIDI output Keys no longer answers: playing on the built-in synth.")
        self.sent.append((time.perf_counter(), bytes(data)))
        self.got.set()

    def close(self) -> None:
        self.closed = True

    def notes(self) -> list[bytes]:
        return [data for _, data in self.sent if data[0] & 0xE0 == 0x80]

    def sounding(self) -> set[tuple[int, int]]:
        keys: set[tuple[int, int]] = set()
        for data in self.notes():
            (keys.add if data[0] & 0x10 else keys.discard)((data[0] & 15, data[1]))
        return keys


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def output(port: FakePort) -> Iterator[ExternalOutput]:
    output = ExternalOutput(port, time.perf_counter)
    yield output
    port.answers.set()
    output.close()


def until(found: Callable[[], bool], port: FakePort) -> None:
    end_s = time.monotonic() + 10
    while not found():
        assert time.monotonic() < end_s
        port.got.wait(0.05)
        port.got.clear()


def test_a_fresh_port_is_silenced_first(port: FakePort, output: ExternalOutput) -> None:
    """Whatever a crashed player left sounding on it ends."""
    messages = {data for _, data in port.sent}
    for channel in range(16):
        assert {bytes((0xB0 | channel, number, 0)) for number in (64, 123, 120)} <= messages


def test_messages_go_out_in_order_and_never_early(port: FakePort, output: ExternalOutput) -> None:
    start_s = output.now_s()
    times = [start_s + 0.02 * index for index in range(8)]
    output.schedule(Timed(at_s, note_on(0, 60 + index, 99)) for index, at_s in enumerate(times))
    until(lambda: len(port.notes()) == 8, port)
    assert [data[1] for data in port.notes()] == list(range(60, 68))
    sent_s = [at_s for at_s, data in port.sent if data[0] == 0x90]
    assert all(sent >= due for sent, due in zip(sent_s, times, strict=True))


def test_what_is_dropped_is_not_sent_and_what_was_due_is(port: FakePort) -> None:
    """The thread may be late; the transport counts on everything due having been sent."""
    now_s = [0.0]
    output = ExternalOutput(port, lambda: now_s[0])
    try:
        output.schedule([Timed(10.0, note_on(0, 60, 99)), Timed(20.0, note_on(0, 61, 99))])
        now_s[0] = 15.0
        output.drop_pending()
        now_s[0] = 30.0
        output.send([note_off(0, 60)])
        assert [data[1] for data in port.notes()] == [60, 60]
    finally:
        output.close()


def test_close_ends_what_sounds(port: FakePort, output: ExternalOutput) -> None:
    output.send([note_on(0, 60, 99), note_on(3, 64, 99)])
    assert port.sounding() == {(0, 60), (3, 64)}
    output.close()
    assert not port.sounding() and port.closed


def test_unplugging_is_told_once_and_breaks_nothing(port: FakePort, output: ExternalOutput) -> None:
    output.send([note_on(0, 60, 99)])
    port.unplugged = True
    output.send([note_off(0, 60)])
    output.schedule([Timed(0.0, note_on(0, 62, 99))])
    output.drop_pending()
    assert output.trouble == "The MIDI output Keys no longer answers: playing on the built-in synth."


def test_a_port_that_never_answers_does_not_keep_the_program_from_closing(port: FakePort) -> None:
    output = ExternalOutput(port, time.perf_counter)
    port.answers.clear()
    port.asked.clear()
    output.schedule([Timed(0.0, note_on(0, 60, 99))])
    assert port.asked.wait(20)
    output.close()
    assert not port.closed, "the port was waited for"
    port.answers.set()


def test_a_transport_on_a_port_leaves_nothing_sounding(port: FakePort, output: ExternalOutput) -> None:
    clicks = VirtualSynth()
    transport = Transport(RoutedOutput(output, clicks))
    transport.set_plan(make_plan(score(scale(40, 0.02, 0.015), track((0, 9, 40), channel=1))), 1)
    transport.set_metronome(100)
    transport.play(0.0)
    until(lambda: len(port.notes()) > 12, port)
    assert (1, 40) in port.sounding()
    transport.set_plan(make_plan(score(scale(40, 0.02, 0.015), track((0, 8, 45), channel=1))), 2)
    assert (1, 40) not in port.sounding()
    transport.stop()
    assert not port.sounding()
    assert all(data[0] & 15 != METRONOME_SLOT % 16 for data in port.notes()), "the click stays on the synth"


def test_the_routed_clock_is_the_ports(port: FakePort) -> None:
    output = ExternalOutput(port, lambda: 7.0)
    try:
        assert RoutedOutput(output, SilentOutput(lambda: 3.0)).now_s() == 7.0
    finally:
        output.close()
