"""Segments: a row of buttons of which one, or any number, is pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


@dataclass(frozen=True, slots=True)
class Segment:
    """One button: its text and its tooltip, which also says its key."""

    text: str
    tooltip: str


class Segments(QWidget):
    """Calls `changed` when the user presses one. The mouse leaves the keyboard with the roll; Tab comes here."""

    def __init__(
        self, name: str, segments: Sequence[Segment], changed: Callable[[], None], *, exclusive: bool = True
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.group = QButtonGroup(self)
        self.group.setExclusive(exclusive)
        self.buttons: list[QPushButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for number, segment in enumerate(segments):
            button = QPushButton(segment.text)
            button.setCheckable(True)
            button.setToolTip(segment.tooltip)
            button.setAccessibleName(f"{name}: {segment.text}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setProperty("segment", True)
            self.group.addButton(button, number)
            self.buttons.append(button)
            row.addWidget(button)
        self.group.idClicked.connect(lambda _: changed())

    @property
    def chosen(self) -> int:
        """Number of the pressed button, from 0; -1 for none."""
        return self.group.checkedId()

    def choose(self, number: int) -> None:
        self.buttons[number].setChecked(True)
