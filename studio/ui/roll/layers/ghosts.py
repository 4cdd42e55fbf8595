"""GhostLayer: the notes of the other tracks, each dimmed in its own colour or that of its surprise, live."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from studio.ui.roll.context import RollContext
from studio.ui.roll.note_boxes import visible_rows
from studio.ui.roll.note_painter import NotePainter
from studio.ui.theme import faded


class GhostLayer:
    """Drums are left out behind a melodic track and the other way round: their rows mean other things."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        context = self._context
        if not context.ghosts_shown:
            return
        theme, surprise = context.theme, context.insight.surprise
        notes = NotePainter(theme)
        for index, track in enumerate(context.score.tracks):
            other_kind = track.drums != context.track.drums
            if index == context.document.current_track or index in context.hidden_ghosts or other_kind:
                continue
            rows = visible_rows(track.notes, context.viewport)
            if len(rows):
                colour = faded(theme.track_colour(index, track.colour), 0.30 if theme.dark else 0.26)
                bits = None if surprise is None else surprise.of_song(index, track.notes.id[rows])
                notes.paint_flat(painter, context.viewport, track.notes, rows, colour, bits)
