"""Thumbnail: the notes of one take in the size of a stamp, painted in one batch as often as they come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from ml.requests import TakeNote
from studio.ui.audition.cell_view import RollFrame
from studio.ui.roll.rect_batch import draw_rects
from studio.ui.theme import faded

LEAST_PITCHES = 12
"""Semitones shown at the least, so that a melody of two notes does not fill the height."""
DRUM_STRIP_PX = 8
DRUM_PITCHES = (35, 59)
"""Kick to cymbals: the order of the General MIDI keys, low to high in the strip."""
MARGIN_PX = 2
LEAST_BAR_PX = 6
"""Lines closer than this would hide the notes."""
THICKEST_PX = 4
TONES = (1.0, 0.62, 0.82, 0.5)
"""How strong the colour is for the first, second, ... of several tracks."""
GIVEN_TONE = 0.32

Columns = NDArray[np.int64]
"""Start, length, pitch and track of notes, shape (4, notes)."""


class Thumbnail:
    """Keeps the columns of the notes that it painted last: streaming hands over the same tuple many times."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, Columns]] = {}

    def paint(
        self, painter: QPainter, area: QRect, frame: RollFrame, notes: Sequence[TakeNote], colour: QColor, line: QColor
    ) -> None:
        """Bar lines in `line`, faintly the notes that stay, and `notes` in `colour`, paler for further tracks."""
        painter.setPen(Qt.PenStyle.NoPen)
        for tick in self.lines(area, frame):
            painter.fillRect(self.x_of(area, frame, tick), area.top(), 1, area.height(), line)
        given = self._columns("given", frame.given)
        painter.setBrush(faded(colour, GIVEN_TONE))
        self._paint(painter, area, frame, given)
        columns = self._columns("notes", notes)
        if len(frame.tracks) <= 1:
            painter.setBrush(colour)
            self._paint(painter, area, frame, columns)
            return
        for place, track in enumerate(frame.tracks):
            painter.setBrush(faded(colour, TONES[place % len(TONES)]))
            self._paint(painter, area, frame, columns[:, columns[3] == track])

    def _columns(self, name: str, notes: Sequence[TakeNote]) -> Columns:
        known = self._kept.get(name)
        if known is not None and known[0] is notes:
            return known[1]
        rows = [(note.start, note.length, note.pitch, note.track) for note in notes]
        columns = np.array(rows, np.int64).reshape(-1, 4).T
        self._kept[name] = (notes, columns)
        return columns

    @staticmethod
    def _paint(painter: QPainter, area: QRect, frame: RollFrame, columns: Columns) -> None:
        if not columns.size:
            return
        x, y, width, height = note_rectangles(area, frame, columns)
        draw_rects(painter, x, y, width, height)

    @staticmethod
    def lines(area: QRect, frame: RollFrame) -> tuple[int, ...]:
        """Ticks of the bar lines to show: all, or of long takes every second, fourth, ... bar."""
        every = 1
        while every * max(area.width(), 1) < LEAST_BAR_PX * frame.bars:
            every *= 2
        return frame.starts[every::every]

    @staticmethod
    def x_of(area: QRect, frame: RollFrame, tick: int) -> int:
        """Where a tick lies, in pixels."""
        start, end = frame.ticks
        return area.left() + MARGIN_PX + (tick - start) * (area.width() - 2 * MARGIN_PX) // max(1, end - start)

    @staticmethod
    def bar_at(area: QRect, frame: RollFrame, x: float) -> int:
        """The bar, from 0, under a pixel."""
        start, end = frame.ticks
        share = (x - area.left() - MARGIN_PX) / max(1, area.width() - 2 * MARGIN_PX)
        return frame.bar_at(round(start + share * (end - start)))


def note_rectangles(area: QRect, frame: RollFrame, columns: Columns) -> tuple[Columns, Columns, Columns, Columns]:
    """Left, top, width and height of notes in whole pixels, each of shape (notes,)."""
    (start, end), (low, high) = frame.ticks, frame.pitches
    if high - low < LEAST_PITCHES:
        low = (low + high - LEAST_PITCHES) // 2
        high = low + LEAST_PITCHES
    across = (area.width() - 2 * MARGIN_PX) / max(1, end - start)
    x = area.left() + MARGIN_PX + np.floor((columns[0] - start) * across).astype(np.int64)
    width = np.maximum(np.floor(columns[1] * across).astype(np.int64) - 1, 2)
    width = np.maximum(np.minimum(width, area.right() - MARGIN_PX + 1 - x), 1)
    tall = area.height() - 2 * MARGIN_PX - (DRUM_STRIP_PX if frame.drums else 0)
    down = tall / (high - low + 1)
    thick = int(min(max(down, 2), THICKEST_PX))
    place = (high - columns[2]) * down + (down - thick) / 2
    y = area.top() + MARGIN_PX + np.maximum(np.minimum(np.round(place), tall - thick), 0).astype(np.int64)
    height = np.full(x.shape, thick, np.int64)
    if frame.drums:
        drum = np.isin(columns[3], list(frame.drums))
        first, last = DRUM_PITCHES
        rise = np.clip((columns[2] - first) / (last - first), 0, 1) * (DRUM_STRIP_PX - 3)
        foot = area.bottom() - MARGIN_PX - 1 - np.round(rise).astype(np.int64)
        y, width, height = np.where(drum, foot, y), np.where(drum, 2, width), np.where(drum, 2, height)
    return x, y, width, height
