"""External MIDI output ports by RtMidi: which there are, opening one by name, sending bytes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

CLIENT_NAME = "Continuo"
DRAIN_S = 0.1
"""JACK takes messages over once a period, and closing throws away those not yet taken: the last note-offs."""


class PortTrouble(Exception):
    """A MIDI port cannot be opened or used; the text is one sentence that says what to do."""


class MidiPort(Protocol):
    """One open output port."""

    def send(self, data: Sequence[int]) -> None:
        """Send one message; raises PortTrouble."""

    def close(self) -> None:
        """Close it; never raises."""


class MidiBackend(Protocol):
    """What knows the ports of this machine."""

    def names(self) -> list[str]:
        """The output ports there are now; equal names are told apart as "name (2)"."""

    def open(self, name: str) -> MidiPort:
        """Open the port of this name; raises PortTrouble."""


class RtMidiBackend:
    """RtMidi with each of its systems that works here (ALSA, JACK, CoreMIDI, Windows).

    RtMidi's default choice raises on machines whose first system is absent, so each is tried by itself.
    """

    def names(self) -> list[str]:
        return list(self._found())

    def open(self, name: str) -> MidiPort:
        found = self._found().get(name)
        if found is None:
            raise PortTrouble(f"The MIDI output {name} is not there: connect it and choose it again.")
        api, index = found
        import rtmidi

        try:
            out = rtmidi.MidiOut(api, name=CLIENT_NAME)
            out.open_port(index, name="out")
        except (rtmidi.RtMidiError, OSError, SystemError, ValueError) as error:
            raise PortTrouble(
                f"The MIDI output {name} cannot be opened ({_reason(error)}): close other programs that use it."
            ) from None
        return _RtMidiPort(out, name)

    def _found(self) -> dict[str, tuple[int, int]]:
        """Ports by name: RtMidi's system and the port's number in it."""
        try:
            import rtmidi
        except ImportError:
            return {}
        found: dict[str, tuple[int, int]] = {}
        for api in rtmidi.get_compiled_api():
            if api == rtmidi.API_RTMIDI_DUMMY:
                continue
            try:
                out = rtmidi.MidiOut(api, name=f"{CLIENT_NAME} ports")
            except (rtmidi.RtMidiError, OSError, SystemError):
                continue  # this system is not running here
            try:
                for index, name in enumerate(out.get_ports()):
                    if not name.startswith(CLIENT_NAME):
                        found[_distinct(name, found)] = (api, index)
            finally:
                out.delete()
        return found


class _RtMidiPort:
    def __init__(self, out: Any, name: str) -> None:
        self._out = out
        self._name = name

    def send(self, data: Sequence[int]) -> None:
        import rtmidi

        try:
            self._out.send_message(data)
        except (rtmidi.RtMidiError, OSError, SystemError, ValueError) as error:
            raise PortTrouble(
                f"The MIDI output {self._name} no longer answers ({_reason(error)}): playing on the built-in synth."
            ) from None

    def close(self) -> None:
        time.sleep(DRAIN_S)
        try:
            self._out.close_port()
            self._out.delete()
        except Exception:  # noqa: S110 - a port that is gone cannot be closed, and need not be
            pass


def _distinct(name: str, taken: dict[str, tuple[int, int]]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def _reason(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
