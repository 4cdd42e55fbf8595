"""The strip above the roll: tools, grid and what the roll shows."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QWidget

from studio.edit.grid import GRID_CHOICES, grid_choice
from studio.ui.action_binding import BoundActions
from studio.ui.commands.view_actions import TOOLS
from studio.ui.fields import FieldKeys
from studio.ui.labels import dim_label
from studio.ui.roll.context import RollContext
from studio.ui.roll.view import RollView

ADAPTIVE = "adaptive"
LEAST_GRID_PX, WHOLE_FROM_PX = 72, 620
SWITCHES = ("view.ghosts", "view.follow", "view.hear_edits", "view.surprise", "view.explain", "view.next_notes")


class ToolStrip(QWidget):
    """Buttons of actions, and the list of grids."""

    def __init__(self, bound: BoundActions, context: RollContext, roll: RollView) -> None:
        super().__init__()
        self.setObjectName("tools")
        self._context = context
        self.grid = QComboBox()
        self.grid.setAccessibleName("Grid")
        self.grid.setToolTip("The grid that notes snap to  (G finer, Shift+G coarser, T triplets)")
        self.grid.addItem(ADAPTIVE, None)
        for choice in GRID_CHOICES:
            self.grid.addItem(choice.label, choice.label)
        self.grid.setMinimumWidth(LEAST_GRID_PX)
        self.grid.setMaxVisibleItems(len(GRID_CHOICES) + 1)
        self.grid.activated.connect(self._choose)
        self.grid.activated.connect(lambda _: roll.setFocus())
        FieldKeys(self.grid, roll.setFocus)
        self._spare = (dim_label("Grid"), bound.button("edit.undo"), bound.button("edit.redo"))
        """What a narrow window goes without: both steps have keys and stand in the menu."""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.setSpacing(2)
        for tool, *_ in TOOLS:
            layout.addWidget(bound.button(f"view.tool_{tool.value}"))
        layout.addWidget(_line())
        layout.addWidget(self._spare[0])
        layout.addSpacing(4)
        layout.addWidget(self.grid)
        layout.addWidget(bound.button("view.snap"))
        layout.addWidget(_line())
        for name in SWITCHES:
            layout.addWidget(bound.button(name))
        layout.addStretch(1)
        for button in self._spare[1:]:
            layout.addWidget(button)
        context.gridChanged.connect(self.show_grid)
        self.show_grid()

    def minimumSizeHint(self) -> QSize:
        spare_px = sum(part.minimumSizeHint().width() for part in self._spare if not part.isHidden())
        size = super().minimumSizeHint()
        return QSize(size.width() - spare_px, size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= WHOLE_FROM_PX
        for part in self._spare:
            part.setVisible(wide)

    def show_grid(self) -> None:
        choice = self._context.grid_setting.choice
        self.grid.setCurrentIndex(max(0, self.grid.findData(choice.label if choice is not None else None)))

    def _choose(self) -> None:
        label = self.grid.currentData()
        setting = self._context.grid_setting
        self._context.grid_setting = replace(setting, choice=None if label is None else grid_choice(label))


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedWidth(13)
    return line
