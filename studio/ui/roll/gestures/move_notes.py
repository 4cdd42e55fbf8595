"""MoveNotes: dragging notes moves the selection, with Ctrl a copy of it; a click selects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QPainter

from ml.music import NoteTable
from studio.edit.grid import snapped_move
from studio.edit.operations.notes import clamped_move, move_notes
from studio.edit.selection import Selection, select_starting
from studio.ui.roll.context import NoteTemplate, RollContext
from studio.ui.roll.gestures.gesture import is_drag
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.hit import Hit
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.status_text import note_text


class MoveNotes:
    """Alt follows the mouse off the grid, Shift keeps to one axis; the group stops as one at the edges.

    On a click that does not become a drag: plain selects the note alone, Ctrl toggles it, Shift selects
    from the anchor (the note clicked before) to it.
    """

    def __init__(self, context: RollContext, hit: Hit, anchor_id: int | None = None) -> None:
        self._context = context
        self._hit = hit
        self._anchor_id = anchor_id
        self._moved = (0, 0)
        self._dragging = False

    def begin(self, at: Pointer) -> None:
        document = self._context.document
        self._start = at
        self._before = document.selection
        self._table = self._context.notes
        self._note = self._table[self._hit.row]
        if self._hit.id not in self._before.ids and not at.ctrl and not at.shift:
            document.select(Selection(document.current_track, frozenset({self._hit.id})))
        self._context.template = NoteTemplate(self._note.length, self._note.velocity)
        self._context.hearing.sound([(self._note.pitch, self._note.velocity)])
        self._context.statusText.emit(note_text(self._context, self._note))

    def _grab(self) -> None:
        """The press has become a drag: what is selected now, with the note in hand, is what moves."""
        document = self._context.document
        self._dragging = True
        if self._hit.id not in document.selection.ids:
            document.select(self._before.added({self._hit.id}))
        self._rows = self._table.rows_of(document.selection.ids)
        self._held = self._table.take(self._rows)

    def update(self, at: Pointer) -> None:
        if not self._dragging:
            if not is_drag(self._start, at):
                return
            self._grab()
        context = self._context
        d_ticks = round(at.tick - self._start.tick)
        d_pitch = at.pitch - self._start.pitch
        if at.shift:
            sideways = abs(at.x - self._start.x) >= abs(at.y - self._start.y)
            d_ticks, d_pitch = (d_ticks, 0) if sideways else (0, d_pitch)
        d_ticks = snapped_move(context.grid, self._note.start, d_ticks, context.snap(bypassed=at.alt))
        self._moved = clamped_move(self._table, self._rows, d_ticks, d_pitch)
        context.lifted = frozenset() if at.ctrl else context.document.selection.ids
        pitch = self._note.pitch + self._moved[1]
        context.hearing.sound([(pitch, self._note.velocity)])
        moved = replace(self._note, start=self._note.start + self._moved[0], pitch=pitch)
        context.statusText.emit(note_text(context, moved))

    def end(self, at: Pointer) -> None:
        self.update(at)
        self._let_go()
        document = self._context.document
        if not self._dragging:
            self._click(at)
        elif at.ctrl:
            copied = move_notes(document.score, document.selection, *self._moved, copy=True)
            document.apply("Copy notes" if len(self._rows) > 1 else "Copy note", copied)
        else:
            moved = move_notes(document.score, document.selection, *self._moved)
            document.apply("Move notes" if len(self._rows) > 1 else "Move note", moved)

    def _click(self, at: Pointer) -> None:
        document = self._context.document
        if at.ctrl:
            document.select(self._before.toggled({self._hit.id}))
        elif at.shift:
            document.select(self._extended())
        else:
            document.select(Selection(document.current_track, frozenset({self._hit.id})))

    def _extended(self) -> Selection:
        """What was selected and every note from the anchor's start to this note's start."""
        anchor = np.flatnonzero(self._table.id == self._anchor_id)
        first = int(self._table.start[anchor[0]]) if len(anchor) else self._note.start
        low, high = sorted((first, self._note.start))
        between = select_starting(self._context.document.score, self._before.track, low, high + 1)
        return self._before.added(between.ids)

    def cancel(self) -> None:
        self._let_go()
        self._context.document.select(self._before)

    def _let_go(self) -> None:
        self._context.lifted = frozenset()
        self._context.hearing.silence()

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        if self._dragging:
            context = self._context
            d_ticks, d_pitch = self._moved
            shown = moved_table(self._held, d_ticks, d_pitch)
            rows = np.arange(len(shown))
            colour = context.theme.track_colour(context.document.current_track, context.track.colour)
            notes.paint(painter, context.viewport, shown, rows, colour, np.ones(len(shown), bool))


def moved_table(table: NoteTable, d_ticks: int, d_pitch: int) -> NoteTable:
    """All notes of a table moved alike, which keeps them sorted."""
    pitch = table.pitch.astype(np.int64) + d_pitch
    return table.replaced(slice(None), start=table.start + d_ticks, pitch=pitch)
