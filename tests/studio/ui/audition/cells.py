"""The cells of the comparison, found by the number of their take."""

from __future__ import annotations

from studio.ui.audition.take_cell import TakeCell
from studio.ui.main_window import MainWindow


def cell(window: MainWindow, number: int) -> TakeCell:
    return window.audition.grid.cells[window.studio.takes.slots[number]]
