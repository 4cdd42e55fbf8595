"""PaintNotes: dragging lays a note on every grid place it passes; dragging back takes them away again."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from ml.music import Note, NoteTable
from studio.edit.operations.notes import add_notes
from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.status_text import note_text


class PaintNotes:
    """All notes have the pitch of the press; with Shift held each new one takes the pitch under the mouse.

    Places that the same pitch already starts on are left as they are. One step for the whole stroke.
    """

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def begin(self, at: Pointer) -> None:
        context = self._context
        self._grid = context.grid
        self._origin = self._grid.floor(int(at.tick))
        self._pitch = at.pitch
        self._notes: dict[int, Note] = {}
        self._heard: int | None = None
        self.update(at)

    def update(self, at: Pointer) -> None:
        context, grid = self._context, self._grid
        here = grid.floor(int(at.tick))
        low, high = min(self._origin, here), max(self._origin, here)
        self._notes = {start: note for start, note in self._notes.items() if low <= start <= high}
        for start in grid.lines(low, high + 1).tolist():
            if start not in self._notes:
                pitch = at.pitch if at.shift else self._pitch
                length = grid.next(start) - start
                self._notes[start] = Note(start, length, pitch, context.template.velocity)
        newest = self._notes[here]
        context.statusText.emit(note_text(context, newest))
        if here != self._heard:
            context.hearing.silence()  # so that a repeated pitch is struck again
            context.hearing.sound([(newest.pitch, newest.velocity)])
            self._heard = here

    def _new(self) -> NoteTable:
        table = self._context.notes
        fresh = []
        for note in self._notes.values():
            here = table.starting(note.start, note.start + 1)
            if not np.any(table.pitch[here] == note.pitch):
                fresh.append(note)
        return NoteTable.of(fresh)

    def end(self, at: Pointer) -> None:
        self.update(at)
        self._context.hearing.silence()
        document = self._context.document
        document.apply("Paint notes", add_notes(document.score, document.current_track, self._new()))

    def cancel(self) -> None:
        self._context.hearing.silence()

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        context, table = self._context, self._new()
        colour = context.theme.track_colour(context.document.current_track, context.track.colour)
        notes.paint(painter, context.viewport, table, np.arange(len(table)), colour, np.ones(len(table), bool))
