"""The `?` sheet: every action with its key, and what the mouse does, on one page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.ui.actions import MENUS, Action, Actions
from studio.ui.labels import dim_label, heading, plain_label

MOUSE: tuple[tuple[str, str], ...] = (
    ("Add a note", "double-click, or drag with the draw tool"),
    ("Select several", "drag over empty space"),
    ("Add to the selection", "Ctrl+click, Shift+click"),
    ("Move, copy", "drag, Ctrl+drag"),
    ("Change the length", "drag an end of a note"),
    ("Ignore the grid", "hold Alt"),
    ("Keep time or pitch", "hold Shift while dragging"),
    ("Erase", "right-drag with the draw tool"),
    ("Zoom time, pitch", "Ctrl+wheel, Ctrl+Shift+wheel"),
    ("Scroll", "wheel, Shift+wheel, drag with the middle button"),
    ("Play from here, loop", "click, drag on the ruler"),
)
COLUMNS = 4
Group = tuple[str, list[tuple[str, str]]]
"""A heading and its rows: what, and how."""


class CheatSheet(QDialog):
    """All actions in columns by menu; `shown` lists their ids."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cheat-sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and mouse")
        self.shown: list[str] = []
        groups = [(menu, self._rows(actions.of_menu(menu))) for menu in MENUS]
        groups.append(("Mouse in the roll", list(MOUSE)))

        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setSpacing(28)
        for group in _spread(groups, COLUMNS):
            column = QVBoxLayout()
            for title, rows in group:
                column.addWidget(_table(title, rows))
            column.addStretch(1)
            columns.addLayout(column)

        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        self.resize(1320, 800)

    def _rows(self, actions: list[Action]) -> list[tuple[str, str]]:
        self.shown += [action.id for action in actions]
        return [(action.title.replace("…", ""), ",  ".join(action.keys)) for action in actions]


def _spread(groups: list[Group], columns: int) -> list[list[Group]]:
    """Groups in order over columns of similar height."""
    total = sum(len(rows) + 2 for _, rows in groups)
    result: list[list[Group]] = [[] for _ in range(columns)]
    height = 0
    for group in groups:
        middle = height + (len(group[1]) + 2) / 2
        result[min(columns - 1, int(middle * columns / total))].append(group)
        height += len(group[1]) + 2
    return result


def _table(title: str, rows: list[tuple[str, str]]) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 12)
    grid.setVerticalSpacing(3)
    grid.addWidget(heading(title), 0, 0, 1, 2)
    for row, (what, how) in enumerate(rows, 1):
        name, key = plain_label(what), dim_label(how)
        key.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(name, row, 0)
        grid.addWidget(key, row, 1)
    grid.setColumnStretch(0, 1)
    return box
