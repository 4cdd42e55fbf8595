"""ArcLayer: from a note to the earlier notes that a model looked at before it wrote that one; and a tried note."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from ml.music import Note
from studio.ui.roll.context import RollContext
from studio.ui.roll.insight import ArcsView
from studio.ui.roll.note_boxes import note_box
from studio.ui.theme import faded

THINNEST_PX, THICKEST_PX = 1.0, 5.0
FAINTEST, STRONGEST = 0.30, 0.95
LIFT = 0.28
"""How high an arc rises, of the distance that it spans; at most `HIGHEST_PX`."""
HIGHEST_PX = 150.0


class ArcLayer:
    """The stronger the look, the thicker and clearer the arc; the strongest one is drawn last."""

    def __init__(self, context: RollContext) -> None:
        self._context = context

    def paint(self, painter: QPainter, area: QRect) -> None:
        insight = self._context.insight
        if insight.arcs is not None:
            self._paint_arcs(painter, insight.arcs)
        if insight.tried is not None:
            self._paint_tried(painter, insight.tried)

    def _paint_arcs(self, painter: QPainter, view: ArcsView) -> None:
        accent = self._context.theme.colour("accent")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        asked = self._box(view.note)
        painter.setPen(QPen(accent, 2))
        painter.drawRect(asked)
        most = max((arc.share for arc in view.arcs), default=1.0)
        end = _middle(asked, left=True)
        for arc in sorted(view.arcs, key=lambda arc: arc.share):
            part = arc.share / most if most > 0 else 0.0
            box = self._box(arc.note)
            colour = faded(accent, FAINTEST + (STRONGEST - FAINTEST) * part)
            painter.setPen(QPen(colour, 1.0))
            painter.drawRect(box)
            width = THINNEST_PX + (THICKEST_PX - THINNEST_PX) * part
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPath(_arc(_middle(box), end))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_tried(self, painter: QPainter, note: Note) -> None:
        colour = self._context.theme.colour("accent")
        pen = QPen(colour, 2)
        pen.setDashPattern([2, 2])
        painter.setPen(pen)
        painter.setBrush(faded(colour, 0.30))
        painter.drawRect(self._box(note))

    def _box(self, note: Note) -> QRect:
        return note_box(self._context.viewport, note)


def _middle(box: QRect, left: bool = False) -> QPointF:
    return QPointF(box.x() + (0 if left else box.width() / 2), box.y() + box.height() / 2)


def _arc(start: QPointF, end: QPointF) -> QPainterPath:
    """A curve over the notes between both ends."""
    lift = min(abs(end.x() - start.x()) * LIFT + 14, HIGHEST_PX)
    top = min(start.y(), end.y()) - lift
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x(), top), QPointF(end.x(), top), end)
    return path
