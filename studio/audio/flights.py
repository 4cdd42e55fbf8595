"""Notes in flight: every note-on handed to the output whose end is not yet certain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CLICK = -1
"""The `start_tick` of metronome clicks, which are no notes of the piece."""


@dataclass(eq=False, slots=True)
class Flight:
    """A note handed to the output: about to sound, sounding, or just over. Times are the output's.

    `start_tick` tells which note of the plan it is; `off_sent` that its note-off was handed over too.
    """

    slot: int
    key: int
    start_tick: int
    on_s: float
    off_s: float
    release: int = 64
    off_sent: bool = False


class Flights:
    """The notes in flight, oldest note-on first."""

    def __init__(self) -> None:
        self._flights: list[Flight] = []

    def __iter__(self) -> Iterator[Flight]:
        return iter(self._flights)

    def __len__(self) -> int:
        return len(self._flights)

    def add(self, flight: Flight) -> None:
        self._flights.append(flight)

    def due(self, until_s: float, *, inclusive: bool = False) -> list[Flight]:
        """Notes whose note-off falls before `until_s` and was not handed over yet; marked as handed over."""
        due = [
            flight
            for flight in self._flights
            if not flight.off_sent and (flight.off_s < until_s or (inclusive and flight.off_s == until_s))
        ]
        for flight in due:
            flight.off_sent = True
        return due

    def unended(self) -> list[Flight]:
        """Notes whose note-off was not handed over yet."""
        return [flight for flight in self._flights if not flight.off_sent]

    def prune(self, sure_s: float) -> None:
        """Forget notes that surely ended before `sure_s`."""
        self._flights = [f for f in self._flights if not (f.off_sent and f.off_s < sure_s)]

    def take_sounding(self, now_s: float, sure_s: float) -> list[Flight]:
        """Empty the list and return the notes that may sound at `now_s`, one for each slot and key.

        Of several on one key only the last to start matters: its note-on ended the others. Left out are
        notes not yet begun, and those whose note-off was due before `sure_s`.
        """
        last: dict[tuple[int, int], Flight] = {}
        for flight in self._flights:
            held = last.get((flight.slot, flight.key))
            if flight.on_s <= now_s and (held is None or held.on_s <= flight.on_s):
                last[(flight.slot, flight.key)] = flight
        self._flights = []
        return [f for f in last.values() if not (f.off_sent and f.off_s <= sure_s)]
