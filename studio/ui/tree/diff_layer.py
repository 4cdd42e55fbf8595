"""DiffLayer: what one take has that another has not, drawn over the notes of the roll."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from ml.requests import TakeNote
from studio.session.take_diff import TakeDiff
from studio.ui.roll.context import RollContext
from studio.ui.roll.note_boxes import NoteBoxes, note_boxes
from studio.ui.roll.note_painter import NotePainter
from studio.ui.theme import faded

ADDED, CHANGED, GONE = 1, 6, "error"
"""Colours: two of the theme's take palette, and that of errors."""
MOST_NOTES = 5000


@dataclass(frozen=True, eq=False)
class ShownDiff:
    """A difference with the words that stand above it."""

    diff: TakeDiff
    label: str


class DiffLayer:
    """Shows nothing while `shown` is None. Notes of other tracks than the current one are fainter."""

    def __init__(self, context: RollContext) -> None:
        self._context = context
        self.shown: ShownDiff | None = None

    def paint(self, painter: QPainter, area: QRect) -> None:
        if self.shown is None:
            return
        theme, diff = self._context.theme, self.shown.diff
        colours = {"added": theme.take_colour(ADDED), "changed": theme.take_colour(CHANGED), "gone": theme.colour(GONE)}
        painter.fillRect(area, faded(theme.colour("row"), 0.55))  # the song steps back
        self._notes(painter, diff.same, theme.colour("text_dim"), fill=0.25)
        self._notes(painter, diff.gone, colours["gone"], dashed=True)
        self._notes(painter, [before for before, _ in diff.changed], colours["changed"], dashed=True)
        self._threads(painter, diff, colours["changed"])
        self._notes(painter, [after for _, after in diff.changed], colours["changed"], fill=0.75)
        self._notes(painter, diff.added, colours["added"], fill=0.75)
        self._words(painter, self.shown.label, [(word, colours[word]) for word in ("added", "changed", "gone")])

    def _boxes(self, notes: list[TakeNote]) -> NoteBoxes:
        start = np.array([note.start for note in notes], np.int64)
        length = np.array([note.length for note in notes], np.int64)
        return note_boxes(self._context.viewport, start, start + length, np.array([n.pitch for n in notes], np.int64))

    def _notes(
        self, painter: QPainter, notes: Iterable[TakeNote], colour: QColor, *, fill: float = 0.0, dashed: bool = False
    ) -> None:
        current, paint = self._context.document.current_track, NotePainter(self._context.theme)
        found = list(notes)[:MOST_NOTES]
        for here in (False, True):
            some = [note for note in found if (note.track == current) is here]
            if some:
                strength = 1.0 if here else 0.4
                inside = faded(colour, fill * strength) if fill else None
                paint.paint_outlines(
                    painter, self._boxes(some), faded(colour, 0.9 * strength), fill=inside, dashed=dashed
                )

    def _threads(self, painter: QPainter, diff: TakeDiff, colour: QColor) -> None:
        """From where a note was to where it is."""
        pairs = diff.changed[:MOST_NOTES]
        if not pairs:
            return
        painter.setPen(QPen(faded(colour, 0.8), 1, Qt.PenStyle.DotLine))
        old, new = self._boxes([one for one, _ in pairs]), self._boxes([other for _, other in pairs])
        for row in range(len(pairs)):
            if old.y[row] != new.y[row]:
                x = int(old.x[row]) + 3
                painter.drawLine(QPointF(x, old.y[row] + old.height / 2), QPointF(x, new.y[row] + new.height / 2))

    def _words(self, painter: QPainter, label: str, kinds: list[tuple[str, QColor]]) -> None:
        """What is compared, and which colour means what."""
        theme = self._context.theme
        font = QFont(painter.font())
        font.setPixelSize(12)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        label = metrics.elidedText(label, Qt.TextElideMode.ElideRight, max(self._context.viewport.width - 260, 120))
        width = metrics.horizontalAdvance(label) + sum(metrics.horizontalAdvance(word) + 26 for word, _ in kinds) + 20
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
