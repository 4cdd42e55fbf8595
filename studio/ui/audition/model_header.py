"""ModelHeader: the left end of a row: a model's name, how far and how fast it is, and a button to stop it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.ui.audition.cell_view import RowView
from studio.ui.labels import ElidedLabel, as_plain_tooltip

SMALL_PX = 11


class ModelHeader(QWidget):
    """`stop` is called with the model's id."""

    def __init__(self, view: RowView, stop: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName(f"row.{view.model}")
        self.view: RowView | None = None
        self.name = ElidedLabel()
        bold = self.name.font()
        bold.setBold(True)
        self.name.setFont(bold)
        self.state, self.chosen = ElidedLabel(), ElidedLabel()
        for label in (self.state, self.chosen):
            small = label.font()
            small.setPixelSize(SMALL_PX)
            label.setFont(small)
        self.chosen.setProperty("role", "dim")
        self.stop = QToolButton()
        self.stop.setProperty("small", True)
        self.stop.setAutoRaise(True)
        self.stop.setIconSize(QSize(14, 14))
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stop.clicked.connect(lambda _: stop(view.model))
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.name, 1)
        top.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 3, 4, 3)
        column.setSpacing(1)
        column.addLayout(top)
        column.addWidget(self.state)
        column.addWidget(self.chosen)
        column.addStretch(1)
        self.show_view(view)

    def set_stop_icon(self, icon: QIcon) -> None:
        self.stop.setIcon(icon)

    def show_view(self, view: RowView) -> None:
        """Show how far the model is now."""
        before, self.view = self.view, view
        if before is not None and replace(view, cells=()) == replace(before, cells=()):
            return
        self.name.setText(view.name)
        self.name.setToolTip(as_plain_tooltip("\n".join((view.name, *view.remarks))))
        said = view.trouble or " · ".join(part for part in (view.state, view.speed) if part)
        self.state.setText(view.speed if view.running and view.speed else said)  # both together are too wide here
        self.state.setToolTip(as_plain_tooltip(view.trouble or f"{said}: all its takes together, while others wrote"))
        role = "error" if view.trouble else "dim"
        if self.state.property("role") != role:
            self.state.setProperty("role", role)
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)
        self.chosen.setText(view.chosen)
        self.chosen.setToolTip(as_plain_tooltip(view.chosen))
        self.stop.setVisible(view.running)
        tip = as_plain_tooltip(f"Stop {view.name} alone; its complete takes stay")
        self.stop.setToolTip(tip)
        self.stop.setAccessibleName(f"Stop {view.name}")
        self.setAccessibleName(f"{view.name}, {said}")
