"""The surprise curve: how unexpected each note of a take was to the model that wrote it, over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ml.music import TimeMap
from ml.requests import TakeNote
from studio.ui.labels import dim_label

WINDOW_NOTES = 5
"""Notes over which the line is averaged; the dots are single notes."""
MOST_LABELS = 8


def smoothed(bits: np.ndarray, window: int = WINDOW_NOTES) -> np.ndarray:
    """Centred moving average with shorter windows at both ends; same shape as `bits`, (notes,)."""
    if not len(bits):
        return bits
    sums = np.concatenate([[0.0], np.cumsum(bits)])
    at = np.arange(len(bits))
    low = np.maximum(at - window // 2, 0)
    high = np.minimum(at + window // 2 + 1, len(bits))
    return (sums[high] - sums[low]) / (high - low)


class SurpriseCurve(QWidget):
    """Bits per note against bars. Low: the model saw the note coming; high: it surprised itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = dim_label("Surprise")
        self.plot = pg.PlotWidget(enableMenu=False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFixedHeight(84)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.getAxis("left").setWidth(26)
        self._dots = pg.ScatterPlotItem(size=5, pen=None)
        self._line = pg.PlotDataItem()
        self.plot.addItem(self._line)
        self.plot.addItem(self._dots)
        self.setToolTip(
            "How unexpected each note was to the model itself, in bits: dots are notes, the line their average.\n"
            "Low means that the model saw the note coming, a peak that it surprised itself."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.caption)
        layout.addWidget(self.plot)

    @property
    def dots(self) -> tuple[np.ndarray, np.ndarray]:
        """Bar positions and bits of the notes that are shown, each of shape (notes,)."""
        bars, bits = self._dots.getData()
        return np.asarray(bars), np.asarray(bits)

    def set_colours(self, background: QColor, axis: QColor, line: QColor) -> None:
        self.plot.setBackground(background)
        for name in ("left", "bottom"):
            self.plot.getAxis(name).setPen(axis)
            self.plot.getAxis(name).setTextPen(axis)
        self._line.setPen(pg.mkPen(line, width=2))
        faint = QColor(line)
        faint.setAlphaF(0.55)
        self._dots.setBrush(pg.mkBrush(faint))

    def show_notes(self, notes: Sequence[TakeNote], time_map: TimeMap, ticks: tuple[int, int]) -> None:
        """Draw the bits of these notes; x is the bar number as musicians count, with its fraction."""
        ordered = sorted(notes, key=lambda note: note.start)
        bits = np.array([note.bits for note in ordered])
        bars = np.array([_bar_position(time_map, note.start) for note in ordered])
        self._dots.setData(bars, bits)
        self._line.setData(bars, smoothed(bits))
        first, last = (_bar_position(time_map, tick) for tick in ticks)
        step = max(1, round((last - first) / MOST_LABELS))
        bars_shown = range(int(first), int(last) + 1, step)
        self.plot.getAxis("bottom").setTicks([[(bar, str(bar)) for bar in bars_shown]])
        self.plot.setXRange(first, max(first + 1, last), padding=0.01)
        self.plot.setYRange(0, max(8.0, float(bits.max(initial=0))), padding=0.05)
        mean = f": {bits.mean():.1f} bits per note" if len(bits) else ""
        self.caption.setText(f"Surprise{mean}")


def _bar_position(time_map: TimeMap, tick: int) -> float:
    bar = time_map.bar_at(tick)
    start, end = time_map.bar_start(bar), time_map.bar_start(bar + 1)
    return bar + 1 + (tick - start) / max(1, end - start)
