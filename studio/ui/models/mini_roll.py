"""A little roll: the notes of one take in the size of a button, growing while the model writes them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ml.requests import TakeNote

LEAST_PITCHES = 12
"""Semitones shown at the least, so that a melody of two notes does not fill the height."""
MARGIN_PX = 3.0
DRUM_STRIP_PX = 7.0
TONES = (1.0, 0.62, 0.82, 0.5)
"""How strong the colour is for the first, second, ... of several tracks."""
GIVEN_TONE = 0.30


class MiniRoll(QWidget):
    """Notes over [start_tick, end_tick) with faint bar lines; scaled to the pitches that occur.

    `pitches` fixes the range (lowest, highest) so that the rows of one request can be compared by eye.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._notes: Sequence[TakeNote] = ()
        self._ticks = (0, 1)
        self._bar_ticks: Sequence[int] = ()
        self._pitches = (60, 60 + LEAST_PITCHES)
        self._given: Sequence[TakeNote] = ()
        self._tracks: tuple[int, ...] = ()
        self._drums: frozenset[int] = frozenset()
        self._colour = QColor("grey")
        self._line = QColor("grey")

    def sizeHint(self) -> QSize:
        return QSize(150, 32)

    def set_colours(self, note: QColor, line: QColor) -> None:
        self._colour, self._line = note, line
        self.update()

    def set_notes(
        self,
        notes: Sequence[TakeNote],
        ticks: tuple[int, int],
        bar_ticks: Sequence[int],
        pitches: tuple[int, int],
        *,
        given: Sequence[TakeNote] = (),
        tracks: tuple[int, ...] = (),
        drums: frozenset[int] = frozenset(),
    ) -> None:
        """Show these notes of the region `ticks`, and faintly those `given` there; repaints only for something new.

        Notes of several `tracks` differ in how strong their colour is; `drums` among them have a strip at the foot.
        """
        low, high = pitches
        if high - low < LEAST_PITCHES:
            low = (low + high - LEAST_PITCHES) // 2
            high = low + LEAST_PITCHES
        state = (len(notes), ticks, tuple(bar_ticks), (low, high), tracks, drums)
        shown = (len(self._notes), self._ticks, tuple(self._bar_ticks), self._pitches, self._tracks, self._drums)
        if state != shown or notes is not self._notes or given is not self._given:
            self._notes, self._ticks, self._bar_ticks, self._pitches = notes, ticks, bar_ticks, (low, high)
            self._given, self._tracks, self._drums = given, tracks, drums
            self.update()

    def note_rectangles(self) -> list[QRectF]:
        """Where each note of the take is painted, in pixels of this widget."""
        return [self._rectangle(note) for note in self._notes]

    def _rectangle(self, note: TakeNote) -> QRectF:
        start, end = self._ticks
        low, high = self._pitches
        across = (self.width() - 2 * MARGIN_PX) / max(1, end - start)
        left, wide = MARGIN_PX + (note.start - start) * across, max(1.5, note.length * across - 1.0)
        foot = DRUM_STRIP_PX if self._drums else 0.0
        if note.track in self._drums:
            # Kick low, cymbals high: the order of the General MIDI keys from 35 to 59.
            height = min(max((note.pitch - 35) / 24, 0.0), 1.0) * (DRUM_STRIP_PX - 2)
            return QRectF(left, self.height() - MARGIN_PX - 2 - height, 2.0, 2.0)
        down = (self.height() - 2 * MARGIN_PX - foot) / (high - low + 1)
        thick = max(2.0, min(down, 4.0))
        return QRectF(left, MARGIN_PX + (high - note.pitch) * down + (down - thick) / 2, wide, thick)

    def _tone(self, track: int) -> QColor:
        colour = QColor(self._colour)
        place = self._tracks.index(track) if track in self._tracks else 0
        colour.setAlphaF(TONES[place % len(TONES)])
        return colour

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        start, end = self._ticks
        across = (self.width() - 2 * MARGIN_PX) / max(1, end - start)
        for tick in self._bar_ticks:
            if start < tick < end:
                painter.fillRect(QRectF(MARGIN_PX + (tick - start) * across, 0, 1, self.height()), self._line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        faint = QColor(self._colour)
        faint.setAlphaF(GIVEN_TONE)
        painter.setBrush(faint)
        for note in self._given:
            painter.drawRoundedRect(self._rectangle(note), 1, 1)
        tones = {track: self._tone(track) for track in self._tracks}
        for note in self._notes:
            painter.setBrush(tones.get(note.track, self._colour))
            painter.drawRoundedRect(self._rectangle(note), 1, 1)
        painter.end()
