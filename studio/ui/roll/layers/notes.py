"""NoteLayer: the notes of the track being edited, selected ones bright, lifted ones as empty places."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from studio.ui.roll.context import RollContext
from studio.ui.roll.note_boxes import note_boxes, visible_rows
from studio.ui.roll.note_names import NoteNames
from studio.ui.roll.note_painter import NotePainter
from studio.ui.roll.replaced import replaced_by
from studio.ui.theme import faded


class NoteLayer:
    """Also lends its painter to gestures, so that a note in the hand looks as it will when it is let go."""

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self._made_for: tuple[object, ...] = ()
        self._painter = NotePainter(context.theme)

    def painter_for(self, device_pixel_ratio: float) -> NotePainter:
        """The note painter for the present theme, zoom and key."""
        context = self._context
        height = context.viewport.row_px - 1
        key = context.key_at(context.viewport.left_tick)
        wanted = (context.theme, height, key, device_pixel_ratio, context.names_shown, context.track.drums)
        if wanted != self._made_for:
            named = context.names_shown and not context.track.drums
            names = NoteNames(context.theme, height, key, device_pixel_ratio) if named else None
            self._painter = NotePainter(context.theme, names)
            self._made_for = wanted
        return self._painter

    def paint(self, painter: QPainter, area: QRect) -> None:
        context = self._context
        view, table = context.viewport, context.notes
        rows = visible_rows(table, view)
        notes = self.painter_for(painter.device().devicePixelRatioF())
        colour = context.theme.track_colour(context.document.current_track, context.track.colour)
        if context.lifted:
            lifted = np.isin(table.id[rows], np.fromiter(context.lifted, np.int64))
            gone = rows[lifted]
            places = note_boxes(view, table.start[gone], table.end[gone], table.pitch[gone])
            notes.paint_outlines(painter, places, faded(colour, 0.45), dashed=True)
            rows = rows[~lifted]
        replaced = replaced_by(context.takes, context.document.current_track, table, rows)
        if replaced.any():
            notes.paint_flat(painter, view, table, rows[replaced], faded(colour, 0.30))
            rows = rows[~replaced]
        surprise = context.insight.surprise
        bits = None if surprise is None else surprise.of_song(context.document.current_track, table.id[rows])
        notes.paint(painter, view, table, rows, colour, context.is_selected(table.id[rows]), bits)
