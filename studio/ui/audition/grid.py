"""The grid of the comparison: a row for each model, a column for each take; only what changed is painted anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from studio.session.takes import TakeSlot
from studio.ui import icons
from studio.ui.audition.cell_layout import cell_height
from studio.ui.audition.cell_look import CellLook
from studio.ui.audition.cell_view import ComparisonView
from studio.ui.audition.model_header import ModelHeader
from studio.ui.audition.orders import FILTERS
from studio.ui.audition.take_cell import CellWishes, TakeCell
from studio.ui.labels import dim_label

HEADER_PX, NARROW_HEADER_PX = 128, 80
NARROW_PX = 620
LEAST_CELL_PX, MOST_CELL_PX = 98, 420
BAR_PX = 40
"""Bars of long takes may be as wide as this where there is room: they are dragged over one by one."""
GAP_PX, MARGIN_PX = 4, 4
PAINTED_AT_ONCE, PAINT_GAP_MS = 4, 15
EMPTY_TEXT = (
    "Tick two or more models in the panel on the right and ask: their takes appear here side by side,"
    " each model in a row of its own."
)


class Grid(QScrollArea):
    """Cells belong to takes: they are moved when the order changes, and go to other takes when theirs is gone."""

    def __init__(self, wishes: CellWishes, stop_model: Callable[[str], None], look: CellLook) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(False)
        self._wishes = wishes
        self._stop_model = stop_model
        self._look = look
        self._view = ComparisonView()
        self._stop_icon = QIcon()
        self._unpainted: list[TakeSlot] = []
        self._paint_due = QTimer(self)
        self._paint_due.setSingleShot(True)
        self._paint_due.setInterval(PAINT_GAP_MS)
        self._paint_due.timeout.connect(self._paint_some)
        self._page = QWidget()
        self.cells: dict[TakeSlot, TakeCell] = {}
        self._spare: list[TakeCell] = []
        self.headers: dict[str, ModelHeader] = {}
        self.empty = dim_label(EMPTY_TEXT, wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setParent(self._page)
        self.nothing = dim_label(f'No take passes the filter: choose "{FILTERS[0][1]}" above.')
        self.nothing.setParent(self._page)
        self.setWidget(self._page)
        self.set_look(look)

    def set_look(self, look: CellLook) -> None:
        self._look = look
        self._stop_icon = icons.icon("stop", look.theme.colour("text"), size_px=14)
        for cell in (*self.cells.values(), *self._spare):
            cell.set_look(look)
        for header in self.headers.values():
            header.set_stop_icon(self._stop_icon)
        self._arrange()

    # --- showing

    def show_view(self, view: ComparisonView) -> int:
        """Show this; returns how many cells changed."""
        shape = [(row.model, [cell.slot for cell in row.cells]) for row in view.rows]
        before = [(row.model, [cell.slot for cell in row.cells]) for row in self._view.rows]
        self._view = view
        if shape != before:
            self._renew()
            self._arrange()
        for row in view.rows:
            self.headers[row.model].show_view(row)
        changed = [cell for cell in view.cells if self.cells[cell.slot].show_view(cell)]
        waiting = [slot for slot in self._unpainted if slot in self.cells]
        fresh = [cell.slot for cell in changed if cell.slot not in waiting]
        self._unpainted = [*(cell.slot for cell in changed if cell.heard), *waiting, *fresh]
        self._paint_some()
        return len(changed)

    @property
    def is_painted(self) -> bool:
        """Whether no cell waits to be painted."""
        return not self._unpainted

    def _paint_some(self) -> None:
        """Let a few cells be painted now and the others a little later: all at once would hold the window up."""
        now, self._unpainted = self._unpainted[:PAINTED_AT_ONCE], self._unpainted[PAINTED_AT_ONCE:]
        for slot in now:
            if slot in self.cells:
                self.cells[slot].update()
        if self._unpainted:
            self._paint_due.start()

    def show_cell(self, slot: TakeSlot) -> None:
        """Scroll so that a take is in sight."""
        if slot in self.cells:
            self.ensureWidgetVisible(self.cells[slot], 8, 8)

    def _renew(self) -> None:
        wanted = {cell.slot: cell for cell in self._view.cells}
        for slot in [slot for slot in self.cells if slot not in wanted]:
            self.cells[slot].hide()
            self._spare.append(self.cells.pop(slot))
        models = {row.model for row in self._view.rows}
        for model in [model for model in self.headers if model not in models]:
            header = self.headers.pop(model)
            header.hide()
            header.deleteLater()
        for slot, view in wanted.items():
            if slot not in self.cells and self._spare:
                self.cells[slot] = self._spare.pop()
            elif slot not in self.cells:
                cell = self.cells[slot] = TakeCell(view, self._look, self._wishes)
                cell.setParent(self._page)
        for row in self._view.rows:
            if row.model not in self.headers:
                header = self.headers[row.model] = ModelHeader(row, self._stop_model)
                header.set_stop_icon(self._stop_icon)
                header.setParent(self._page)

    # --- places

    def sizeHint(self) -> QSize:
        return QSize(600, self.wanted_px(self.width()))

    def wanted_px(self, width_px: int) -> int:
        """Height at which all rows are in sight at this width."""
        rows = max(len(self._view.rows), 1)
        return rows * (cell_height(self._cell_px(width_px), self._look.line_px) + GAP_PX) + GAP_PX

    @staticmethod
    def header_px(width_px: int) -> int:
        return NARROW_HEADER_PX if width_px < NARROW_PX else HEADER_PX

    def _cell_px(self, width_px: int) -> int:
        columns = max(self._view.columns, 1)
        room = width_px - self.header_px(width_px) - 2 * MARGIN_PX - columns * GAP_PX
        bars = 0 if self._view.frame is None else self._view.frame.bars
        return min(max(room // columns, LEAST_CELL_PX), max(MOST_CELL_PX, BAR_PX * bars))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width = self.viewport().width()
        head, cell_px = self.header_px(width), self._cell_px(width)
        tall = cell_height(cell_px, self._look.line_px)
        total = max(width, head + 2 * MARGIN_PX + self._view.columns * (cell_px + GAP_PX))
        self._page.resize(total, max(self.wanted_px(width), self.viewport().height() if not self._view.rows else 0))
        self.empty.setGeometry(24, 0, max(width - 48, 10), min(self._page.height(), 80))
        self.empty.setVisible(not self._view.rows)
        top = GAP_PX
        self.nothing.hide()
        for row in self._view.rows:
            self.headers[row.model].setGeometry(0, top, head, tall)
            self.headers[row.model].show()
            for column, cell in enumerate(row.cells):
                left = head + MARGIN_PX + column * (cell_px + GAP_PX)
                self.cells[cell.slot].setGeometry(left, top, cell_px, tall)
                self.cells[cell.slot].show()
            top += tall + GAP_PX
        if self._view.rows and not self._view.cells and self._view.hidden:
            self.nothing.move(head + 12, GAP_PX + 8)
            self.nothing.adjustSize()
            self.nothing.show()
