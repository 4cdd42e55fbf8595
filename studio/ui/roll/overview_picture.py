"""OverviewPicture: the whole piece as one small image; after an edit only the tracks it touched are gone through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from ml.music import NoteTable, Score
from studio.ui.roll.occupancy import occupancy, occupancy_image
from studio.ui.theme import Theme, faded

Covered = NDArray[np.bool_]


class OverviewPicture:
    """Keeps which pixels each note table covers, and the image made from them."""

    def __init__(self) -> None:
        self._covered: list[tuple[NoteTable, Covered]] = []
        self._scale: tuple[int, float] = (0, 0.0)
        self._score: Score | None = None
        self._made_for: tuple[object, ...] = ()
        self._image = QImage()

    def image(
        self, score: Score, current_track: int, theme: Theme, size: tuple[int, int], px_per_tick: float
    ) -> QImage:
        """All tracks in their colours, the current one on top; `size` is width and height in device pixels.

        The pitches in use fill the height; where there are more pitches than pixels, neighbours share one.
        """
        wanted = (current_track, theme.name, size, px_per_tick)
        if score is not self._score or wanted != self._made_for:
            self._score, self._made_for = score, wanted
            self._image = self._made(score, current_track, theme, size, px_per_tick)
        return self._image

    def _made(
        self, score: Score, current_track: int, theme: Theme, size: tuple[int, int], px_per_tick: float
    ) -> QImage:
        width, height = size
        covered = self._covered_by(score, width, px_per_tick)
        tables = [track.notes for track in score.tracks if len(track.notes)]
        low = max(min((int(t.pitch.min()) for t in tables), default=48) - 2, 0)
        high = min(max((int(t.pitch.max()) for t in tables), default=72) + 2, 127)
        pixel_of = (high - np.arange(127, -1, -1)) * height // (high - low + 1)
        result = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        result.fill(Qt.GlobalColor.transparent)
        with QPainter(result) as painter:
            for index in sorted(range(len(score.tracks)), key=lambda index: index == current_track):
                track = score.tracks[index]
                if not len(track.notes):
                    continue
                shown = np.zeros((height, width), bool)
                for row in range(127 - high, 128 - low):
                    shown[pixel_of[row]] |= covered[index][row]
                colour = faded(theme.track_colour(index, track.colour), 1.0 if index == current_track else 0.6)
                painter.drawImage(0, 0, occupancy_image(shown, colour))
        return result

    def _covered_by(self, score: Score, width: int, px_per_tick: float) -> list[Covered]:
        """The pixels of each track, taken over for the tables that were there before at the same scale."""
        known = self._covered if self._scale == (width, px_per_tick) else []
        self._scale = (width, px_per_tick)
        self._covered = []
        for track in score.tracks:
            table = track.notes
            found = next((covered for old, covered in known if old is table), None)
            if found is None:
                found = occupancy(table.start * px_per_tick, table.end * px_per_tick, table.pitch, width)
            self._covered.append((table, found))
        return [covered for _, covered in self._covered]
