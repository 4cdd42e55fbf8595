"""ResizeNotes: dragging a left or right edge; all selected notes change by as much."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from ml.music import Score
from studio.edit.grid import Snap
from studio.edit.operations.notes import resize_notes
from studio.edit.selection import Selection
from studio.ui.roll.context import NoteTemplate, RollContext
from studio.ui.roll.gestures.gesture import is_drag
from studio.ui.roll.gestures.pointer import Pointer
from studio.ui.roll.hit import Hit, Part
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.status_text import note_text


class ResizeNotes:
    """The edge in hand goes to a grid line, or with Alt to any tick; no note gets shorter than a grid step
    by snapping, nor than a tick without. The next note drawn gets the new length."""

    def __init__(self, context: RollContext, hit: Hit) -> None:
        self._context = context
        self._hit = hit
        self._change = (0, 0)
        self._shortest = 1
        self._dragging = False

    def begin(self, at: Pointer) -> None:
        document = self._context.document
        self._start = at
        self._before = document.selection
        self._note = self._context.notes[self._hit.row]
        if self._hit.id not in self._before.ids:
            chosen = self._before.added({self._hit.id}) if at.ctrl or at.shift else Selection(
                document.current_track, frozenset({self._hit.id}))  # fmt: skip
            document.select(chosen)
        self._context.statusText.emit(note_text(self._context, self._note))
        selection = document.selection
        # The operation is tried on a score of the selected notes alone, so a drag costs the same in any piece.
        held = self._context.track.with_notes(selection.notes(document.score))
        self._alone = Score(tracks=(held,), time_map=self._context.time_map)
        self._all_held = Selection(0, selection.ids)
        self._shown = held.notes

    def update(self, at: Pointer) -> None:
        if not self._dragging and not is_drag(self._start, at):
            return
        self._dragging = True
        context, note = self._context, self._note
        left = self._hit.part is Part.LEFT
        edge = note.start if left else note.end
        target = max(0, round(edge + at.tick - self._start.tick))
        snapped = context.snap(bypassed=at.alt) is not Snap.OFF
        if snapped:
            target = context.grid.nearest(target)
        self._shortest = min(context.grid.step_ticks, note.length) if snapped else 1
        self._change = (target - edge, 0) if left else (0, target - edge)
        self._shown = resize_notes(self._alone, self._all_held, *self._change, self._shortest).score.tracks[0].notes
        context.lifted = self._all_held.ids
        shown = self._shown[int(np.flatnonzero(self._shown.id == self._hit.id)[0])]
        context.statusText.emit(note_text(context, shown))

    def end(self, at: Pointer) -> None:
        self.update(at)
        self._context.lifted = frozenset()
        document = self._context.document
        if not self._dragging:
            document.select(self._before.toggled({self._hit.id}) if at.ctrl else document.selection)
            return
        label = "Resize notes" if len(self._all_held) > 1 else "Resize note"
        document.apply(label, resize_notes(document.score, document.selection, *self._change, self._shortest))
        shown = self._shown[int(np.flatnonzero(self._shown.id == self._hit.id)[0])]
        self._context.template = NoteTemplate(shown.length, shown.velocity)

    def cancel(self) -> None:
        self._context.lifted = frozenset()
        self._context.document.select(self._before)

    def paint(self, painter: QPainter, notes: NotePainter) -> None:
        if self._dragging:
            context, shown = self._context, self._shown
            colour = context.theme.track_colour(context.document.current_track, context.track.colour)
            notes.paint(painter, context.viewport, shown, np.arange(len(shown)), colour, np.ones(len(shown), bool))
