"""BoxSelect: dragging over empty ground selects what the box touches, of the song and of the heard take; with Shift or
Ctrl it adds."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from studio.edit.selection import Selection, select_box
from studio.ui.roll.context import RollContext, TakeKey
from studio.ui.roll.gestures.gesture import is_drag
from studio.ui.roll.gestures.pick_take_notes import picked_text
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.picking import take_notes_in
from studio.ui.theme import faded


class BoxSelect:
    """The selection follows the box while it is drawn. A click without a drag selects nothing."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, at: Pointer) -> None:
        document = self._context.document
        self._before = document.selection
        self._start = self._at = at
        self._base = self._before if at.shift or at.ctrl else Selection(document.current_track)
        document.select(self._base)
        self._picked_before = self._context.picked
        self._picked_base = self._picked_before if at.shift or at.ctrl else frozenset[TakeKey]()
        self._context.picked = self._picked_base

    def update(self, at: Pointer) -> None:
        self._at = at
        document = self._context.document
        if not is_drag(self._start, at):
            document.select(self._base)
            self._context.picked = self._picked_base
            return
        ticks = sorted((int(self._start.tick), int(at.tick)))
        lowest, highest = sorted((self._start.pitch, at.pitch))
        box = select_box(self._context.score, document.current_track, ticks[0], ticks[1] + 1, (lowest, highest))
        document.select(self._base.added(box.ids))
        of_take = take_notes_in(self._context, (ticks[0], ticks[1] + 1), (lowest, highest))
        self._context.picked = self._picked_base | of_take
        count = len(document.selection)
        said = f"{count} note{'' if count == 1 else 's'} selected"
        self._context.statusText.emit(picked_text(len(self._context.picked)) or said)

    def end(self, at: Pointer) -> None:
        self.update(at)

    def cancel(self) -> None:
        self._context.document.select(self._before)
        self._context.picked = self._picked_before

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        if not is_drag(self._start, self._at):
            return
        accent = self._context.theme.colour("accent")
        painter.setPen(QPen(accent, 1))
        painter.setBrush(faded(accent, 0.12))
        view = self._context.viewport  # the corner where it began stays on the music when the view scrolls
        left, right = sorted((round(float(view.x(self._start.tick))), round(self._at.x)))
        top, bottom = sorted((round(self._start.down_px - view.top_px), round(self._at.y)))
        painter.drawRect(QRectF(left, top, right - left, bottom - top))
