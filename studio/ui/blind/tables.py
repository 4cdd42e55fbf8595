"""Tables of plain texts that are read and not edited."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem


def plain_table(header: Sequence[str]) -> QTableWidget:
    """The first column takes the room; the others hold numbers."""
    table = QTableWidget(0, len(header))
    table.setHorizontalHeaderLabels(list(header))
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setShowGrid(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def show_rows(table: QTableWidget, rows: Sequence[Sequence[str]]) -> list[QTableWidgetItem]:
    """Fill the table; numbers stand right. Returns the first item of each row."""
    table.setRowCount(len(rows))
    first = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(row, column, item)
            if column == 0:
                first.append(item)
    return first


def fit_height(table: QTableWidget) -> None:
    """Let a short table be as tall as its rows and no taller."""
    rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + rows + 2 * table.frameWidth())
