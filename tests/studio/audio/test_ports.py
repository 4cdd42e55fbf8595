"""MIDI ports by RtMidi: systems that raise are passed over, and troubles are sentences."""

from __future__ import annotations

import os
import sys
import threading
import types
from pathlib import Path

import pytest

from studio.audio.ports import PortTrouble, RtMidiBackend
from tests.studio.audio import jack


class RtMidiError(Exception):
    pass


class FakeOut:
    """Stands for rtmidi.MidiOut: system 1 is absent here, system 2 has ports."""

    ports: tuple[str, ...] = ("Keys", "Keys", "Continuo ports")
    fails = ""

    def __init__(self, api: int, name: str) -> None:
        if api == 1:
            raise RtMidiError("cannot create client")
        self.opened: int | None = None

    def get_ports(self) -> list[str]:
        return list(self.ports)

    def open_port(self, index: int, name: str) -> None:
        if self.fails == "open":
            raise RtMidiError("port is busy.")
        self.opened = index

    def send_message(self, data: bytes) -> None:
        if self.fails == "send":
            raise RtMidiError("device gone")

    def close_port(self) -> None:
        if self.fails == "close":
            raise RtMidiError("device gone")

    def delete(self) -> None:
        pass


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeOut]:
    module = types.ModuleType("rtmidi")
    monkeypatch.setattr(FakeOut, "fails", "")
    for name, value in {
        "MidiOut": FakeOut,
        "RtMidiError": RtMidiError,
        "API_RTMIDI_DUMMY": 9,
        "get_compiled_api": lambda: [1, 9, 2],
    }.items():
        setattr(module, name, value)
    monkeypatch.setitem(sys.modules, "rtmidi", module)
    return FakeOut


def test_equal_names_are_told_apart_and_our_own_are_left_out(fake: type[FakeOut]) -> None:
    assert RtMidiBackend().names() == ["Keys", "Keys (2)"]
    port = RtMidiBackend().open("Keys (2)")
    assert port._out.opened == 1  # type: ignore[attr-defined]
    port.send(b"\x90\x3c\x40")
    port.close()


def test_a_port_that_is_gone_is_a_sentence(fake: type[FakeOut]) -> None:
    with pytest.raises(PortTrouble, match=r"^The MIDI output Synth is not there: connect it and choose it again\.$"):
        RtMidiBackend().open("Synth")


def test_a_busy_port_is_a_sentence(fake: type[FakeOut], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake, "fails", "open")
    with pytest.raises(PortTrouble, match=r"Keys cannot be opened \(port is busy\): close other programs"):
        RtMidiBackend().open("Keys")


def test_unplugged_while_open(fake: type[FakeOut], monkeypatch: pytest.MonkeyPatch) -> None:
    port = RtMidiBackend().open("Keys")
    monkeypatch.setattr(fake, "fails", "send")
    with pytest.raises(PortTrouble, match="no longer answers"):
        port.send(b"\x90\x3c\x40")
    monkeypatch.setattr(fake, "fails", "close")
    port.close()


def test_without_rtmidi_there_are_no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    assert RtMidiBackend().names() == []


def test_this_machine_s_own_systems_never_raise() -> None:
    assert isinstance(RtMidiBackend().names(), list)


@pytest.mark.skipif(not jack.AVAILABLE, reason=jack.WHY_NOT)
def test_notes_arrive_at_a_real_port(tmp_path: Path) -> None:
    rtmidi = pytest.importorskip("rtmidi")
    if rtmidi.API_UNIX_JACK not in rtmidi.get_compiled_api():
        pytest.skip("this RtMidi has no JACK")
    with jack.jack_server(f"continuo-midi-{os.getpid()}"):
        receiver = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name="Receiver")
        receiver.open_virtual_port("in")
        arrived: list[list[int]] = []
        all_there = threading.Event()

        def take(event: tuple[list[int], float], _: object) -> None:
            arrived.append(event[0])
            if len(arrived) == 2:
                all_there.set()

        receiver.set_callback(take)
        try:
            backend = RtMidiBackend()
            (name,) = [name for name in backend.names() if "Receiver" in name]
            port = backend.open(name)
            port.send(b"\x90\x3c\x40")
            port.send(b"\x80\x3c\x40")
            assert all_there.wait(10)
            assert arrived == [[0x90, 60, 64], [0x80, 60, 64]]
            port.close()
        finally:
            receiver.cancel_callback()
            receiver.close_port()
            receiver.delete()
