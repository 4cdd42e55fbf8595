"""AuditionView: the pane below the roll where models stand side by side: controls, grid, mixture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from studio.session.takes import TakesBoard, TakeSlot
from studio.ui.action_binding import BoundActions
from studio.ui.audition.audition_bar import AuditionBar, BarWishes, HearingState
from studio.ui.audition.cell_look import CellLook
from studio.ui.audition.comparison import Comparison, mixture_of
from studio.ui.audition.grid import Grid
from studio.ui.audition.mixture_strip import MixtureStrip, MixtureWishes
from studio.ui.audition.take_cell import CellWishes
from studio.ui.theme import DARK, Theme

LEAST_PX = 110
MOST_SHARE = 0.5
"""Of the height of roll, lane and this pane together, when it opens for the first time."""


@dataclass(frozen=True)
class AuditionWishes:
    """What the pane asks for, by part; `stop_model` gets a model's id."""

    bar: BarWishes
    cells: CellWishes
    mixture: MixtureWishes
    stop_model: Callable[[str], None]


class AuditionView(QWidget):
    """Shows the board; owns none of it."""

    def __init__(self, bound: BoundActions, wishes: AuditionWishes) -> None:
        super().__init__()
        self.setObjectName("audition")
        self.setAccessibleName("Comparison of takes")
        self._comparison = Comparison()
        self._heard: TakeSlot | None = None
        look = CellLook.of(DARK, self.font())
        self.bar = AuditionBar(bound, wishes.bar)
        self.grid = Grid(wishes.cells, wishes.stop_model, look)
        self.mixture = MixtureStrip(look, wishes.mixture)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(_rule())
        column.addWidget(self.grid, 1)
        column.addWidget(_rule())
        column.addWidget(self.mixture)
        self.setMinimumHeight(LEAST_PX)

    def set_theme(self, theme: Theme) -> None:
        look = CellLook.of(theme, self.font())
        self.bar.set_theme(theme)
        self.grid.set_look(look)
        self.mixture.set_look(look)

    def show_board(self, board: TakesBoard, hearing: HearingState) -> int:
        """Show takes, mixture and settings as they are now; returns how many takes are painted anew for it."""
        view = self._comparison.view_of(board)
        changed = self.grid.show_view(view)
        self.mixture.show_view(mixture_of(board, view.frame))
        self.bar.show_state(hearing, board.arrangement)
        if board.auditioned is not self._heard:
            self._heard = board.auditioned
            if self._heard is not None:
                self.grid.show_cell(self._heard)
        return changed

    def wanted_px(self, width_px: int) -> int:
        """Height at which nothing has to be scrolled at this width."""
        return self.bar.sizeHint().height() + self.grid.wanted_px(width_px) + self.mixture.height() + 2

    def corner_of(self, slot: TakeSlot) -> QPoint:
        """The place on the screen below a take, for what opens there."""
        cell = self.grid.cells.get(slot)
        return self.mapToGlobal(QPoint(8, 8)) if cell is None else cell.mapToGlobal(cell.parts.thumbnail.bottomLeft())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.mixture.set_header(self.grid.header_px(self.grid.viewport().width()))


def _rule() -> QFrame:
    line = QFrame()
    line.setProperty("role", "rule")
    line.setFixedHeight(1)
    return line
