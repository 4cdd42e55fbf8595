"""How notes look: filled by velocity or surprise, outlined, selected, muted; in batches, and as an image when dense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ml.music import LOCKED, MUTED, NoteTable
from studio.ui.roll.note_boxes import NoteBoxes, note_boxes
from studio.ui.roll.note_names import NoteNames
from studio.ui.roll.occupancy import occupancy, occupancy_image
from studio.ui.roll.padlocks import Padlocks
from studio.ui.roll.rect_batch import draw_rects, draw_rects_by_kind
from studio.ui.roll.surprise_scale import SHADES, UNKNOWN, surprise_levels, surprise_shades
from studio.ui.roll.viewport import PITCHES, Viewport
from studio.ui.theme import Theme, faded, mixed

LEVELS = 12
"""Shades between the softest and the loudest note."""
DENSE = 5000
"""From this many visible notes on they are drawn as one image."""
PLAIN = 1200
"""From this many on they are drawn without edges and names."""
NARROW_PX = 5
"""A note that is less wide has no edges at its sides: nothing of its shade would be left."""
FAINT = 0.55
"""Notes of other tracks have so much of their shade of surprise."""


@dataclass
class NotePainter:
    """Paints notes for one theme. `names` may be None where no names are wanted."""

    theme: Theme
    names: NoteNames | None = None
    locks: Padlocks = field(default_factory=Padlocks)
    _shades: dict[tuple[int, int], list[QColor]] = field(default_factory=dict)

    def shades(self, colour: QColor, selected: bool) -> list[QColor]:
        """Fill colours from soft to loud, `LEVELS` of them."""
        key = (colour.rgba(), int(selected))
        found = self._shades.get(key)
        if found is None:
            quiet = mixed(colour, self.theme.colour("note_quiet"), 0.62)
            found = [mixed(quiet, colour, level / (LEVELS - 1)) for level in range(LEVELS)]
            if selected:
                found = [mixed(shade, self.theme.colour("note_selected"), 0.62) for shade in found]
            self._shades[key] = found
        return found

    def paint(
        self, painter: QPainter, viewport: Viewport, table: NoteTable, rows: NDArray[np.int64], colour: QColor,
        selected: NDArray[np.bool_] | None = None, bits: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        """Draw these rows of the table; `selected` says which of them are, shape (rows,).

        With `bits` (rows,) notes are shaded by surprise in place of velocity; those without a figure are hollow.
        """
        if not len(rows):
            return
        surprise = None if bits is None else surprise_levels(bits)
        if len(rows) > DENSE:
            if surprise is None:
                self.paint_dense(painter, viewport, table, rows, colour)
            else:
                self._paint_dense_surprise(painter, viewport, table, rows, surprise)
            if selected is not None and selected.any():
                self.paint_dense(painter, viewport, table, rows[selected], self.theme.colour("note_selected"))
            return
        boxes = note_boxes(viewport, table.start[rows], table.end[rows], table.pitch[rows])
        flags = table.flags[rows]
        pitch = table.pitch[rows]
        chosen = np.zeros(len(rows), bool) if selected is None else selected
        muted = (flags & MUTED) != 0
        if muted.any():
            self.paint_outlines(painter, boxes.at(muted & ~chosen), faded(colour, 0.75), fill=faded(colour, 0.12))
            self.paint_outlines(painter, boxes.at(muted & chosen), self.theme.colour("note_selected"))
        levels = table.velocity[rows].astype(np.int64) * LEVELS // 128 if surprise is None else surprise
        filled = ~muted
        if surprise is not None and (hollow := filled & (surprise == UNKNOWN)).any():
            ink = self.theme.colour("text_dim")
            self.paint_outlines(painter, boxes.at(hollow), faded(ink, 0.5), fill=faded(ink, 0.1))
            filled &= ~hollow
        for part, is_selected in ((~chosen & filled, False), (chosen & filled, True)):
            if part.any():
                shades = self.shades(colour, is_selected) if surprise is None else surprise_shades(self.theme)
                edge = self.theme.colour("note_edge")
                edge = self.theme.colour("accent") if is_selected else mixed(colour, edge, 0.72)
                self._fill(painter, boxes.at(part), levels[part], shades, edge, len(rows) <= PLAIN)
                if self.names is not None and len(rows) <= PLAIN:
                    self.names.paint(painter, boxes.at(part), pitch[part], levels[part], shades)
        if surprise is not None and chosen.any():  # the fill says how surprising; the frame that it is selected
            self.paint_outlines(painter, boxes.at(chosen), self.theme.colour("note_selected"))
        locked = (flags & LOCKED) != 0
        if locked.any():
            self.locks.paint(painter, boxes.at(locked), self.theme.colour("lock"), self.theme.colour("lock_edge"))

    def _fill(
        self, painter: QPainter, boxes: NoteBoxes, level: NDArray[np.int64], shades: list[QColor], edge: QColor,
        detailed: bool,
    ) -> None:  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        inset = 1 if detailed and boxes.height >= 6 else 0
        if inset:
            painter.setBrush(edge)  # two rectangles that leave the four corners free look gently rounded
            draw_rects(painter, boxes.x, boxes.y + 1, boxes.width, boxes.height - 2)
            draw_rects(painter, boxes.x + 1, boxes.y, np.maximum(boxes.width - 2, 1), boxes.height)
        side = np.where(boxes.width < NARROW_PX, 0, inset)
        left, width = boxes.x + side, np.maximum(boxes.width - 2 * side, 1)
        draw_rects_by_kind(painter, left, boxes.y + inset, width, boxes.height - 2 * inset, level, shades)
        if inset and boxes.height >= 9:
            painter.setBrush(QColor(255, 255, 255, 46))
            draw_rects(painter, left, boxes.y + 1, width, 1)

    def paint_flat(
        self, painter: QPainter, viewport: Viewport, table: NoteTable, rows: NDArray[np.int64], colour: QColor,
        bits: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        """All notes in one colour without edges: the notes of other tracks. With `bits` (rows,) faintly by surprise."""
        if bits is not None:
            for at, shade in self._by_surprise(surprise_levels(bits)):
                self.paint_flat(painter, viewport, table, rows[at], faded(shade, FAINT))
            return
        if len(rows) > DENSE:
            self.paint_dense(painter, viewport, table, rows, colour)
            return
        boxes = note_boxes(viewport, table.start[rows], table.end[rows], table.pitch[rows])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        draw_rects(painter, boxes.x, boxes.y + 1, boxes.width, max(boxes.height - 2, 2))

    def paint_outlines(
        self, painter: QPainter, boxes: NoteBoxes, colour: QColor, *, fill: QColor | None = None, dashed: bool = False
    ) -> None:
        """Outlines of one pixel, with a faint fill when given."""
        if not len(boxes):
            return
        pen = QPen(colour, 1)
        if dashed:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else fill)
        draw_rects(painter, boxes.x, boxes.y, boxes.width, boxes.height)  # a pen adds its width to the right

    def _paint_dense_surprise(
        self, painter: QPainter, viewport: Viewport, table: NoteTable, rows: NDArray[np.int64],
        levels: NDArray[np.int64],
    ) -> None:  # fmt: skip
        """The same by surprise: one image a shade, the most surprising on top."""
        for at, shade in self._by_surprise(levels):
            self.paint_dense(painter, viewport, table, rows[at], shade)

    def _by_surprise(self, levels: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.bool_], QColor]]:
        """Which notes have which shade, the most surprising last."""
        unjudged = mixed(self.theme.colour("row"), self.theme.colour("text_dim"), 0.4)
        for level, shade in zip(range(UNKNOWN, SHADES), (unjudged, *surprise_shades(self.theme)), strict=True):
            if (at := levels == level).any():
                yield at, shade

    def paint_dense(
        self, painter: QPainter, viewport: Viewport, table: NoteTable, rows: NDArray[np.int64], colour: QColor
    ) -> None:
        """The notes as one image, each pitch stretched to its row."""
        start, end = viewport.x(table.start[rows]), viewport.x(table.end[rows])
        image = occupancy_image(occupancy(start, end, table.pitch[rows], viewport.width), colour)
        painter.drawImage(QRect(0, -viewport.top_px, viewport.width, PITCHES * viewport.row_px), image)
