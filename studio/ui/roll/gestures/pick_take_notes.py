"""PickTakeNotes: a click on a note of the heard take picks it; Ctrl or Shift adds it or lets it go."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from studio.ui.roll.context import RollContext, TakeKey
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter


class PickTakeNotes:
    """The note sounds while the button is held."""

    def __init__(self, context: RollContext, key: TakeKey, velocity: int) -> None:
        self._context = context
        self._key = key
        self._velocity = velocity

    def begin(self, at: Pointer) -> None:
        context = self._context
        self._before = context.picked
        one = frozenset({self._key})
        context.picked = self._before ^ one if at.ctrl or at.shift else one
        context.hearing.sound([(self._key[2], self._velocity)])
        context.statusText.emit(picked_text(len(context.picked)))

    def update(self, at: Pointer) -> None:
        """Nothing changes on the way."""

    def end(self, at: Pointer) -> None:
        self._context.hearing.silence()

    def cancel(self) -> None:
        self._context.hearing.silence()
        self._context.picked = self._before

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        """The picked notes are shown as such already."""


def picked_text(count: int) -> str:
    """What can be done with so many picked notes; "" for none."""
    if not count:
        return ""
    notes = "1 note" if count == 1 else f"{count} notes"
    return f"{notes} of the take picked: Shift+Return keeps, Alt+Return puts into the mixture."
