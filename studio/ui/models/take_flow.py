"""What rows and keys do with a take: hear it in the song, compare it with what was there, keep it, export it."""

from __future__ import annotations

from collections.abc import Callable

from studio.session.studio import Studio
from studio.session.takes import TakeSlot
from studio.ui.audition.comparison import digits_of

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
        self._before: TakeSlot | None = None

    def hear(self, number: int) -> None:
        """Hear a take in the song; what stands still begins to play the loop over the join."""
        if slot := self._slot(number):
            self.hear_slot(slot)

    def hear_digit(self, digit: int) -> None:
        """Hear the take that has this key now, 1 to 9."""
        slot = next((slot for slot, key in digits_of(self._studio.takes).items() if key == digit), None)
        if slot is not None:
            self.hear_slot(slot)

    def has_digit(self, digit: int) -> bool:
        board = self._studio.takes
        return board.showing and digit in digits_of(board).values()

    def hear_slot(self, slot: TakeSlot) -> None:
        self._attempt(lambda: self._studio.audition(slot))
        self.play_join()

    @property
    def can_compare(self) -> bool:
        board = self._studio.takes
        return board.auditioned is not None or self._before in board.slots or self._studio.auditioning.can_hear_before

    @property
    def hears_before(self) -> bool:
        """Whether the song is heard as it was, while there is something to compare with."""
        board, auditioning = self._studio.takes, self._studio.auditioning
        return auditioning.hearing_before or (board.auditioned is None and self._before in board.slots)

    def compare(self) -> None:
        """Hear the song as it was without the take, or before the last accept; once more, and it is back."""
        board, auditioning = self._studio.takes, self._studio.auditioning
        if board.auditioned is not None:
            self._before = board.auditioned
            self._attempt(lambda: self._studio.audition(None))
            self._studio.say("Heard as before, without the take.")
        elif self._before is not None and self._before in board.slots:
            self.hear_slot(self._before)
            self._studio.say(f"Heard with {self._before.title}.")
        else:
            self._attempt(lambda: self._studio.hear_before(not auditioning.hearing_before))

    def hear_next(self, step: int) -> None:
        self._studio.audition_next(step)
        self.play_join()

    def accept(self, number: int) -> None:
        if slot := self._slot(number):
            self._attempt(lambda: self._studio.accept(slot))

    def export(self, number: int) -> None:
        if slot := self._slot(number):
            self._attempt(lambda: self._export(slot))

    def export_slot(self, slot: TakeSlot) -> None:
        self._attempt(lambda: self._export(slot))

    def _slot(self, number: int) -> TakeSlot | None:
        slots = self._studio.takes.slots
        return slots[number] if number < len(slots) else None

    def play_join(self) -> None:
        """Play the loop over the join, if the music stands."""
        transport = self._studio.transport
        if not transport.playing and transport.loop is not None:
            transport.play(transport.loop[0])
            self._show_transport()
