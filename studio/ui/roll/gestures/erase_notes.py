"""EraseNotes: sweeping over notes erases them; they vanish at once and go in one step on release."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from studio.edit.operations.notes import delete_notes
from studio.edit.selection import Selection, ids_of
from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.hit import rows_crossed
from studio.ui.roll.note_painter import NotePainter


class EraseNotes:
    """The way between two mouse events counts, so that a fast sweep skips nothing."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, at: Pointer) -> None:
        self._last = at
        self._swept: frozenset[int] = frozenset()
        self.update(at)

    def update(self, at: Pointer) -> None:
        context = self._context
        view = context.viewport  # it may have scrolled since the last place
        x, y = float(view.x(self._last.tick)), self._last.down_px - view.top_px
        rows = rows_crossed(context, x, y, at.x, at.y)
        self._swept |= ids_of(context.notes, rows)
        self._last = at
        context.lifted = self._swept
        count = len(self._swept)
        context.statusText.emit(f"{count} note{'' if count == 1 else 's'} to erase")

    def end(self, at: Pointer) -> None:
        self.update(at)
        self._context.lifted = frozenset()
        document = self._context.document
        kept = document.selection.removed(self._swept)
        erased = delete_notes(document.score, Selection(document.current_track, self._swept))
        label = "Erase notes" if len(self._swept) > 1 else "Erase note"
        document.commit(label, erased.score, selection=kept)

    def cancel(self) -> None:
        self._context.lifted = frozenset()

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        """Nothing: the lifted notes already show as empty places."""
