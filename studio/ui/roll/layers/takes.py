"""TakeNotesLayer: proposals beside the document; the active take bright, the others as faint outlines."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.ui.roll.context import RollContext
from studio.ui.roll.note_boxes import note_boxes, visible_rows
from studio.ui.roll.note_painter import PLAIN, NotePainter
from studio.ui.roll.rect_batch import draw_rects
from studio.ui.roll.takes import TakeLayer
from studio.ui.theme import faded, mixed


class TakeNotesLayer:
    """Take notes have dashed edges in the take's own colour, so that they cannot be taken for the song's."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        layers = self._context.takes
        regions = {layer.region for layer in layers if layer.region is not None}
        for region in regions:
            self._paint_region(painter, region, area)
        for layer in sorted(layers, key=lambda layer: layer.active):
            self._paint_take(painter, layer)

    def _paint_region(self, painter: QPainter, region: tuple[int, int], area: QRect) -> None:
        view, theme = self._context.viewport, self._context.theme
        left, right = round(view.x(region[0])), round(view.x(region[1]))
        active = next((layer for layer in self._context.takes if layer.active), None)
        colour = theme.take_colour(active.colour) if active else theme.colour("accent")
        painter.fillRect(QRect(left, area.top(), right - left, area.height()), faded(colour, 0.07))
        painter.setPen(QPen(faded(colour, 0.6), 1, Qt.PenStyle.DashLine))
        painter.drawLine(left, area.top(), left, area.bottom())
        painter.drawLine(right, area.top(), right, area.bottom())

    def _paint_take(self, painter: QPainter, layer: TakeLayer) -> None:
        view, theme = self._context.viewport, self._context.theme
        rows = visible_rows(layer.notes, view)
        table, colour = layer.notes, theme.take_colour(layer.colour)
        notes = NotePainter(theme)
        boxes = note_boxes(view, table.start[rows], table.end[rows], table.pitch[rows])
        if layer.active:
            notes.paint(painter, view, table, rows, mixed(colour, QColor("white"), 0.1 if theme.dark else 0.0))
            if len(rows) <= PLAIN and view.row_px >= 7:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour("note_selected"))
                draw_rects(painter, boxes.x, boxes.y + 1, 2, boxes.height - 2)
        else:
            notes.paint_outlines(painter, boxes, faded(colour, 0.55), fill=faded(colour, 0.08))
