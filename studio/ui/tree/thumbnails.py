"""Little rolls of takes as pictures: painted when a row comes into sight, kept while there is room."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from studio.project import RequestRecord, TakeRecord
from studio.ui.theme import faded

KEPT = 512
LEAST_PITCHES = 12
"""Semitones shown at the least, so that two notes do not fill the height."""
MOST_NOTES = 400
"""More notes than this cannot be told apart at this size."""


class Thumbnails:
    """Pictures by take, size and colour; those not seen for longest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], tuple[object, QPixmap]] = OrderedDict()

    def picture(
        self, record: RequestRecord, take: TakeRecord, size: QSize, colour: QColor, line: QColor, ratio: float
    ) -> QPixmap:
        """The take over the bars that were asked for."""
        key = (record.number, take.model, take.index, size.width(), size.height(), colour.rgba(), ratio)
        found = self._kept.get(key)
        if found is None or found[0] is not take.notes:
            found = self._kept[key] = (take.notes, _painted(record, take, size, colour, line, ratio))
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found[1]


def _painted(
    record: RequestRecord, take: TakeRecord, size: QSize, colour: QColor, line: QColor, ratio: float
) -> QPixmap:
    picture = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    region, time_map = record.request.region, record.request.score.time_map
    across = size.width() / max(region.end_tick - region.start_tick, 1)
    notes = take.notes[:MOST_NOTES]
    pitches = [note.pitch for note in notes] or [60]
    low, high = min(pitches), max(pitches)
    if high - low < LEAST_PITCHES:
        low, high = (low + high - LEAST_PITCHES) // 2, (low + high + LEAST_PITCHES) // 2
    down = size.height() / (high - low + 1)
    thick = min(max(down, 2.0), 4.0)
    painter = QPainter(picture)
    painter.setPen(Qt.PenStyle.NoPen)
    for tick in time_map.bar_lines(region.start_tick, region.end_tick)[:64]:
        if tick > region.start_tick:
            painter.fillRect(QRectF((tick - region.start_tick) * across, 0, 1, size.height()), line)
    for note in notes:
        x, y = (note.start - region.start_tick) * across, (high - note.pitch) * down
        strong = note.track == region.tracks[0]
        box = QRectF(x, y + (down - thick) / 2, max(note.length * across - 1, 1.5), thick)
        painter.fillRect(box, colour if strong else faded(colour, 0.6))
    painter.end()
    return picture
