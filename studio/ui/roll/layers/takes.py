"""TakeNotesLayer: proposals beside the document; the active take bright, the others as faint outlines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen

from studio.ui.roll.context import RollContext
from studio.ui.roll.note_boxes import note_boxes, visible_rows
from studio.ui.roll.note_painter import PLAIN, NotePainter
from studio.ui.roll.picking import picked_rows
from studio.ui.roll.rect_batch import draw_rects
from studio.ui.roll.takes import MIXED, TakeLayer
from studio.ui.theme import faded, mixed

CLEAR_OTHERS = 3
"""Outlines of more takes than these beside the heard one get fainter, so that it can still be made out."""


class TakeNotesLayer:
    """Take notes are hatched and have the take's own colour, so that nobody takes them for the song's."""

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self._others = 1.0
        """How strongly the takes beside the heard one show."""

    def paint(self, painter: QPainter, area: QRect) -> None:
        others = {layer.colour for layer in self._context.takes if not layer.active}  # each has a layer for every track
        self._others = min(CLEAR_OTHERS / max(len(others), 1), 1.0)
        for layer in sorted(self._context.takes, key=lambda layer: (layer.active, self._in_front(layer))):
            if layer.active or self._in_front(layer):
                self._paint_take(painter, layer)
        for layer in self._context.takes:
            if layer.active and layer.label and layer.region is not None:
                self._paint_label(painter, layer.label, layer.region[0], layer.colour)
                break

    def _in_front(self, layer: TakeLayer) -> bool:
        """Whether the layer is for the track that is edited, or none of them is: of other tracks one take is enough."""
        current = self._context.document.current_track
        return layer.track == current or all(other.track != current for other in self._context.takes)

    def _paint_take(self, painter: QPainter, layer: TakeLayer) -> None:
        theme, rows = self._context.theme, visible_rows(layer.notes, self._context.viewport)
        if layer.colour != MIXED:
            self._paint_notes(painter, layer, rows, theme.take_colour(layer.colour))
            return
        colours = layer.notes.source[rows]
        for colour in np.unique(colours).tolist():
            self._paint_notes(painter, layer, rows[colours == colour], theme.take_colour(colour))

    def _paint_notes(self, painter: QPainter, layer: TakeLayer, rows: NDArray[np.int64], colour: QColor) -> None:
        view, theme, table = self._context.viewport, self._context.theme, layer.notes
        notes = NotePainter(theme)
        boxes = note_boxes(view, table.start[rows], table.end[rows], table.pitch[rows])
        if not layer.active:
            faint = self._others
            notes.paint_outlines(painter, boxes, faded(colour, 0.6 * faint), fill=faded(colour, 0.08 * faint))
            return
        if not self._in_front(layer):
            notes.paint_outlines(painter, boxes, faded(colour, 0.8), fill=faded(colour, 0.30))
            return
        surprise = self._context.insight.surprise
        bits = None if surprise is None else surprise.of_take(table)[rows]
        notes.paint(painter, view, table, rows, colour, bits=bits)
        if len(rows) <= PLAIN and view.row_px >= 7:
            hatch = QBrush(faded(theme.text_on(colour), 0.30), Qt.BrushStyle.BDiagPattern)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(hatch)
            draw_rects(painter, boxes.x + 1, boxes.y + 1, boxes.width - 2, boxes.height - 2)
            notes.paint_outlines(painter, boxes, theme.colour("note_selected"))
        if (picked := picked_rows(self._context, layer.track, table)[rows]).any():
            chosen = boxes.at(picked)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(mixed(colour, theme.colour("note_selected"), 0.62))
            draw_rects(painter, chosen.x, chosen.y, chosen.width, chosen.height)

    def _paint_label(self, painter: QPainter, label: str, start_tick: int, colour: int) -> None:
        """Which take is heard, where its bars begin."""
        fill = self._context.theme.take_colour(colour)
        font = QFont(painter.font())
        font.setPixelSize(11)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        width = QFontMetrics(font).horizontalAdvance(label) + 14
        tag = QRect(max(round(self._context.viewport.x(start_tick)) + 4, 4), 4, width, 18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(self._context.theme.text_on(fill))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, label)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
