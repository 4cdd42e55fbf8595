"""DiffLayer: what one take has that another has not, drawn over the notes of the roll."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from studio.session.take_diff import TakeDiff
from studio.ui.roll.context import RollContext
from studio.ui.roll.note_boxes import NoteBoxes, note_boxes
from studio.ui.roll.note_painter import NotePainter
from studio.ui.theme import faded

ADDED, CHANGED, GONE = 1, 0, "error"
"""Colours: two of the theme's take palette, and that of errors."""
MOST_NOTES = 5000
VEIL = 0.8
"""How far the song steps back."""


@dataclass(frozen=True, eq=False)
class ShownDiff:
    """A difference, and what it leads from and to."""

    diff: TakeDiff
    label: str


@dataclass(frozen=True)
class _Layout:
    """Where the notes of a difference lie in a view; the notes of `here` are on the current track."""

    of: tuple[object, ...]
    boxes: dict[str, NoteBoxes]
    here: dict[str, NDArray[np.bool_]]


class DiffLayer:
    """Shows nothing while `shown` is None. Notes of other tracks than the current one are fainter.

    Where the notes lie is worked out when the difference, the view or the current track changes, not for each frame.
    """

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self._layout: _Layout | None = None
        self.shown: ShownDiff | None = None

    def paint(self, painter: QPainter, area: QRect) -> None:
        if self.shown is None:
            return
        theme, diff, layout = self._context.theme, self.shown.diff, self._laid_out(self.shown)
        colours = {"added": theme.take_colour(ADDED), "changed": theme.take_colour(CHANGED), "gone": theme.colour(GONE)}
        painter.fillRect(area, faded(theme.colour("row"), VEIL))
        self._notes(painter, layout, "same", theme.colour("text_dim"), fill=0.25)
        self._notes(painter, layout, "gone", colours["gone"], dashed=True)
        self._notes(painter, layout, "before", colours["changed"], dashed=True)
        self._threads(painter, layout, colours["changed"])
        self._notes(painter, layout, "after", colours["changed"], fill=0.75)
        self._notes(painter, layout, "added", colours["added"], fill=0.75)
        counts = {"added": len(diff.added), "changed": len(diff.changed), "gone": len(diff.gone)}
        words = [(f"{counts[kind]} {kind}", colours[kind]) for kind in colours]
        words.append((f"{len(diff.same)} the same", theme.colour("text_dim")))
        self._words(painter, self.shown.label, words)

    def _laid_out(self, shown: ShownDiff) -> _Layout:
        view, current = self._context.viewport, self._context.document.current_track
        of = (shown, view, current)
        if self._layout is None or self._layout.of != of:
            diff = shown.diff
            kinds = {
                "same": diff.same, "gone": diff.gone, "added": diff.added,
                "before": [old for old, _ in diff.changed], "after": [new for _, new in diff.changed],
            }  # fmt: skip
            boxes, here = {}, {}
            for kind, notes in kinds.items():
                rows = [(n.start, n.start + n.length, n.pitch, n.track) for n in notes[:MOST_NOTES]]
                start, end, pitch, track = np.array(rows, np.int64).reshape(-1, 4).T
                boxes[kind], here[kind] = note_boxes(view, start, end, pitch), track == current
            self._layout = _Layout(of, boxes, here)
        return self._layout

    def _notes(
        self, painter: QPainter, layout: _Layout, kind: str, colour: QColor, *, fill: float = 0.0, dashed: bool = False
    ) -> None:
        paint, boxes, here = NotePainter(self._context.theme), layout.boxes[kind], layout.here[kind]
        for some, strength in ((~here, 0.4), (here, 1.0)):
            inside = faded(colour, fill * strength) if fill else None
            paint.paint_outlines(painter, boxes.at(some), faded(colour, 0.9 * strength), fill=inside, dashed=dashed)

    @staticmethod
    def _threads(painter: QPainter, layout: _Layout, colour: QColor) -> None:
        """From where a note was to where it is."""
        painter.setPen(QPen(faded(colour, 0.8), 1, Qt.PenStyle.DotLine))
        old, new = layout.boxes["before"], layout.boxes["after"]
        middle = old.height / 2
        for row in np.flatnonzero(old.y != new.y).tolist():
            x = int(old.x[row]) + 3
            painter.drawLine(QPointF(x, old.y[row] + middle), QPointF(x, new.y[row] + middle))

    def _words(self, painter: QPainter, label: str, kinds: list[tuple[str, QColor]]) -> None:
        """What is compared, and which colour means what."""
        theme = self._context.theme
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        beside = sum(metrics.horizontalAdvance(word) + 26 for word, _ in kinds) + 20
        room = max(self._context.viewport.width - beside - 24, 60)
        label = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(label) + beside
        box = QRect(8, 8, width, 24)
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRect(box)
        painter.setPen(theme.colour("text"))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(box.adjusted(10, 0, 0, 0), middle, label)
        x = box.left() + 10 + metrics.horizontalAdvance(label) + 14
        for word, colour in kinds:
            painter.fillRect(QRect(x, box.center().y() - 4, 9, 9), colour)
            painter.drawText(QRect(x + 14, box.top(), 100, box.height()), middle, word)
            x += metrics.horizontalAdvance(word) + 26
