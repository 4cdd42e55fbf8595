"""The plot of scores: how often each entrant is preferred to an average one, with the interval around it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.project.ballot import Entrant
from studio.session.scores import Scores, as_share
from studio.ui.theme import Theme

ROW_PX, FRAME_PX = 30, 56
LONGEST_NAME = 32


class ScorePlot(QWidget):
    """Best at the top. The x axis is a share of wins in per cent, so that nobody needs to know about odds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pg.PlotWidget(enableMenu=False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setLabel("bottom", "preferred to an average opponent, % (a tie counts half)")
        self._even = pg.InfiniteLine(50.0, angle=90)
        self._bars = pg.ErrorBarItem(x=np.zeros(0), y=np.zeros(0), beam=0.25)
        self._dots = pg.ScatterPlotItem(size=9, pen=None)
        for item in (self._even, self._bars, self._dots):
            self.plot.addItem(item)
        self.setToolTip("A dot is the best guess, the bar around it what the votes leave open.\n"
                        "Where bars overlap widely, the votes do not tell those two apart.")  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    @property
    def dots(self) -> tuple[np.ndarray, np.ndarray]:
        """Per cent and row of each entrant that is shown, each of shape (entrants,); row 0 is the last."""
        x, y = self._dots.getData()
        return np.asarray(x), np.asarray(y)

    def set_theme(self, theme: Theme) -> None:
        self.plot.setBackground(theme.colour("panel"))
        for name in ("left", "bottom"):
            self.plot.getAxis(name).setPen(theme.colour("border"))
            self.plot.getAxis(name).setTextPen(theme.colour("text"))
        accent, faint = theme.colour("accent"), QColor(theme.colour("text_dim"))
        self._dots.setBrush(pg.mkBrush(accent))
        self._bars.setData(pen=pg.mkPen(accent, width=2))
        self._even.setPen(pg.mkPen(faint, style=Qt.PenStyle.DashLine))

    def show_scores(self, scores: Scores, names: Mapping[Entrant, str]) -> None:
        """Draw these; none at all leaves the plot empty."""
        found = scores.scores
        rows = np.arange(len(found) - 1, -1, -1, dtype=float)
        middle, low, high = (
            np.array([100 * as_share(value) for value in values])
            for values in ([s.strength for s in found], [s.low for s in found], [s.high for s in found])
        )
        self._dots.setData(middle, rows)
        self._bars.setData(x=middle, y=rows, left=middle - low, right=high - middle)
        labels = [(row, _short(names[score.entrant])) for row, score in zip(rows, found, strict=True)]
        self.plot.getAxis("left").setTicks([labels])
        self.plot.setXRange(0, 100, padding=0.01)
        self.plot.setYRange(-0.6, max(len(found) - 0.4, 0.6), padding=0)
        self.setFixedHeight(FRAME_PX + ROW_PX * max(1, len(found)))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
