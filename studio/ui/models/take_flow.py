"""What rows and keys do with a take: hear it in the song, keep it, export it."""

from __future__ import annotations

from collections.abc import Callable

from studio.session.studio import Studio
from studio.session.takes import TakeSlot

Attempt = Callable[[Callable[[], object]], None]


class TakeFlow:
    """Takes are named by their number over all models, from 0; a number that is gone by now does nothing.

    `attempt` runs what may be refused; `export` asks for a name and writes; `show_transport` follows a start.
    """

    def __init__(
        self,
        studio: Studio,
        attempt: Attempt,
        export: Callable[[TakeSlot], None],
        show_transport: Callable[[], None],
    ) -> None:
        self._studio = studio
        self._attempt = attempt
        self._export = export
        self._show_transport = show_transport

    def hear(self, number: int) -> None:
        """Hear a take in the song; what stands still begins to play the loop over the join."""
        if slot := self._slot(number):
            self._attempt(lambda: self._studio.audition(slot))
            self._play_join()

    def hear_next(self, step: int) -> None:
        self._studio.audition_next(step)
        self._play_join()

    def accept(self, number: int) -> None:
        if slot := self._slot(number):
            self._attempt(lambda: self._studio.accept(slot))

    def export(self, number: int) -> None:
        if slot := self._slot(number):
            self._attempt(lambda: self._export(slot))

    def _slot(self, number: int) -> TakeSlot | None:
        slots = self._studio.takes.slots
        return slots[number] if number < len(slots) else None

    def _play_join(self) -> None:
        transport = self._studio.transport
        if not transport.playing and transport.loop is not None:
            transport.play(transport.loop[0])
            self._show_transport()
