"""The last note of a take as the network reads it: `ml.tensors.event_features.note_rows` for a single asked note."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.event_features import COLUMN, MIDDLE_PITCH, NONE, bar_length_class
from ml.tensors.window import Window

BLANK: list[int] = NONE.tolist()
LENGTH_CLASSES: list[int] = v.length_class(np.arange(int(v.LENGTHS[-1]) + 1)).tolist()
"""Of each length in steps up to the longest."""


class NoteReader:
    """Reads one note in a hundredth of the time that arrays of one row take; a test holds it to what those give."""

    def __init__(self, grid: BarGrid, window: Window, instruments: NDArray[np.int64], tonic: int, minor: bool) -> None:
        self._grid, self._window = grid, window
        self._instruments: list[int] = instruments.tolist()
        self._tonic, self._minor = tonic, minor
        self._start = grid.start(window.first_bar)
        self._bar_class: dict[int, int] = {}

    def __call__(
        self, note: tuple[int, int, int, int, int], delta: int, interval_from: int
    ) -> tuple[list[int], tuple[float, float, int]]:
        """Features and place of a note: onset, part, pitch, length in steps, velocity.

        `delta` is its onset class, `interval_from` the pitch before in its part, -1 for none.
        """
        onset, part, pitch, length, velocity = note
        window = self._window
        bar, position, bar_length = self._grid.place(onset)
        drums = self._instruments[part] == v.DRUMS
        row = BLANK.copy()
        row[COLUMN["kind"]] = v.ASKED
        row[COLUMN["part"]] = part
        row[COLUMN["instrument"]] = self._instruments[part]
        row[COLUMN["length"]] = LENGTH_CLASSES[length]
        row[COLUMN["velocity"]] = velocity // (128 // v.VELOCITIES)
        row[COLUMN["position"]] = position % v.POSITIONS
        row[COLUMN["bar_length"]] = self._class_of(bar_length)
        row[COLUMN["bar"]] = (bar - window.first_bar) % v.BAR_CYCLE
        row[COLUMN["left"]] = min(max(window.end_bar - bar, 0), v.BARS_LEFT - 1)
        row[COLUMN["delta"]] = delta
        if drums:
            row[COLUMN["pitch"]] = pitch + v.PITCHES
            row[COLUMN["pitch_class"]], row[COLUMN["octave"]] = 12, 11
        else:
            row[COLUMN["pitch"]] = pitch
            row[COLUMN["pitch_class"]], row[COLUMN["octave"]] = pitch % 12, pitch // 12
            if self._tonic >= 0:
                row[COLUMN["degree"]] = (pitch - self._tonic) % 12 + (12 if self._minor else 0)
            interval = pitch - interval_from + v.INTERVALS // 2
            if interval_from >= 0 and 0 <= interval < v.INTERVALS:
                row[COLUMN["interval"]] = interval
        quarters = (onset - self._start) / v.STEPS_PER_QUARTER
        bars = bar - window.first_bar + position / max(bar_length, 1)
        return row, (quarters, bars, MIDDLE_PITCH if drums else pitch)

    def _class_of(self, bar_length: int) -> int:
        known = self._bar_class.get(bar_length)
        if known is None:
            self._bar_class[bar_length] = known = int(bar_length_class(np.array([bar_length]))[0])
        return known
