"""A list of values with their names, and labelled rows: what the drawer is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.fields import FieldKeys
from studio.ui.labels import dim_label, heading


class Choice(QComboBox):
    """Shows a name for each value; `value` is the chosen one."""

    def __init__(
        self,
        name: str,
        tooltip: str,
        choices: Sequence[tuple[object, str]],
        changed: Callable[[], None],
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self._values: list[object] = []
        self.show_choices(choices)
        self.setMaxVisibleItems(16)
        self.activated.connect(lambda _: changed())
        self.activated.connect(lambda _: leave())
        FieldKeys(self, leave)

    @property
    def value(self) -> object:
        return self._values[self.currentIndex()]

    def show_choices(self, choices: Sequence[tuple[object, str]]) -> None:
        """Offer these from now on; the first is chosen."""
        if [value for value, _ in choices] == self._values:
            return
        self._values = [value for value, _ in choices]
        self.clear()
        self.addItems([text for _, text in choices])

    def show_value(self, value: object) -> None:
        """Show a value; the first one where it is none of the choices."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else 0)


TALLEST_PX = 30


class Rows(QGridLayout):
    """Labels on the left, fields on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setVerticalSpacing(5)
        self.setHorizontalSpacing(8)
        self.setColumnStretch(1, 1)
        self.setColumnMinimumWidth(0, 52)

    def add(self, text: str, *fields: QWidget, stretch: tuple[int, ...] = (0,)) -> None:
        """A row; the fields numbered in `stretch` share the room that is left."""
        row = self.rowCount()
        label = dim_label(text)
        label.setMinimumHeight(min(fields[0].sizeHint().height(), TALLEST_PX))  # beside the first line of tall fields
        self.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        line = QHBoxLayout()
        line.setSpacing(4)
        for number, field in enumerate(fields):
            line.addWidget(field, 1 if number in stretch else 0)
        if not stretch:
            line.addStretch(1)
        self.addLayout(line, row, 1)


def block(role: str, title: str, says: str, rows: Rows) -> QFrame:
    """Rows under a title; `role` "must" or "leans" gives the line at its left, whole or broken."""
    frame = QFrame()
    frame.setProperty("block", role)
    column = QVBoxLayout(frame)
    column.setContentsMargins(10, 2, 0, 4)
    column.setSpacing(4)
    top = QHBoxLayout()
    top.setSpacing(8)
    top.addWidget(heading(title))
    top.addWidget(dim_label(says), 1)
    column.addLayout(top)
    column.addLayout(rows)
    return frame
