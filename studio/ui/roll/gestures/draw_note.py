"""DrawNote: a click makes a note with the last length and velocity; dragging on sets length and pitch."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from ml.music import Note, NoteTable
from studio.edit.grid import Snap
from studio.edit.operations.notes import add_note
from studio.ui.roll.context import NoteTemplate, RollContext
from studio.ui.roll.gestures.gesture import DRAG_PX
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.status_text import note_text


class DrawNote:
    """The note starts at the grid line before the mouse, or with Alt right under it, and sounds while it is drawn."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, at: Pointer) -> None:
        snapped = self._context.snap(bypassed=at.alt) is not Snap.OFF
        self._press = at
        self._start = self._context.grid.floor(int(at.tick)) if snapped else int(at.tick)
        self._sizing = False
        self._show(at, self._context.template.length_ticks)

    def update(self, at: Pointer) -> None:
        self._sizing = self._sizing or abs(at.x - self._press.x) > DRAG_PX
        length = self._context.template.length_ticks
        if self._sizing:
            snapped = self._context.snap(bypassed=at.alt) is not Snap.OFF
            end = self._context.grid.next(int(at.tick)) if snapped else round(at.tick)
            shortest = self._context.grid.next(self._start) if snapped else self._start + 1
            length = max(end, shortest) - self._start
        self._show(at, length)

    def _show(self, at: Pointer, length_ticks: int) -> None:
        context = self._context
        self._note = Note(self._start, length_ticks, at.pitch, context.template.velocity)
        context.hearing.sound([(self._note.pitch, self._note.velocity)])
        context.statusText.emit(note_text(context, self._note))

    def end(self, at: Pointer) -> None:
        self.update(at)
        context = self._context
        context.hearing.silence()
        context.template = NoteTemplate(self._note.length, self._note.velocity)
        context.document.apply(
            "Draw note", add_note(context.document.score, context.document.current_track, self._note)
        )

    def cancel(self) -> None:
        self._context.hearing.silence()

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        context = self._context
        colour = context.theme.track_colour(context.document.current_track, context.track.colour)
        table = NoteTable.of([self._note])
        notes.paint(painter, context.viewport, table, np.zeros(1, np.int64), colour, np.ones(1, bool))
