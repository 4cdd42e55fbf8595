"""TakeSwaps: undo and redo of notes that were swapped in takes, which are no part of the song's own history."""

from __future__ import annotations

from dataclasses import dataclass

from ml.music import Score
from ml.requests import TakeNote
from studio.session.studio import Studio
from studio.session.takes import TakeSlot


@dataclass(frozen=True, eq=False)
class Swap:
    """All notes of a take before and after one of them was swapped, and the song at that time."""

    slot: TakeSlot
    before: tuple[TakeNote, ...]
    after: tuple[TakeNote, ...]
    score: Score


class TakeSwaps:
    """A swap can be undone while it is the last thing that happened: later edits of the song are undone first."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._done: list[Swap] = []
        self._undone: list[Swap] = []

    def swap(self, slot: TakeSlot, notes: tuple[TakeNote, ...]) -> None:
        """Give a complete take other notes."""
        # Before anybody is told: who shows what can be undone asks then.
        self._done = [swap for swap in self._done if swap.slot in self._studio.takes.slots]
        self._done.append(Swap(slot, slot.notes, notes, self._studio.document.score))
        self._undone.clear()
        self._studio.swap_in_take(slot, notes)

    @property
    def undo_label(self) -> str:
        """What undo would take back, "" where the song's own history has the word."""
        return self._label(self._done[-1], self._done[-1].after) if self._done else ""

    @property
    def redo_label(self) -> str:
        """What redo would bring back, or ""."""
        return self._label(self._undone[-1], self._undone[-1].before) if self._undone else ""

    def undo(self) -> None:
        """Take back the last swap; there must be one (`undo_label`)."""
        swap = self._done.pop()
        self._undone.append(swap)
        self._studio.swap_in_take(swap.slot, swap.before)

    def redo(self) -> None:
        """Bring back what was undone last; there must be something (`redo_label`)."""
        swap = self._undone.pop()
        self._done.append(swap)
        self._studio.swap_in_take(swap.slot, swap.after)

    def _label(self, swap: Swap, now: tuple[TakeNote, ...]) -> str:
        """What the swap is called while its take shows and neither it nor the song has changed since."""
        board = self._studio.takes
        here = not board.blind and swap.slot in board.slots and swap.slot.notes == now
        return f"Swap note in {swap.slot.title}" if here and self._studio.document.score is swap.score else ""
