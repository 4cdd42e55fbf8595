"""TreeModel: the outline of the tree of takes for a QTreeView."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.project import TakeRef
from studio.ui.labels import as_plain_tooltip
from studio.ui.tree.outline import RequestRow, Row, TakeRow
from studio.ui.tree.row_text import row_tooltip, spoken

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class TreeModel(QAbstractItemModel):
    """One column; rows are the objects of the outline, which it keeps alive."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[RequestRow] = []
        self._takes: dict[TakeRef, TakeRow] = {}
        self._requests: dict[int, RequestRow] = {}

    def show_rows(self, rows: list[RequestRow]) -> None:
        """Show another outline."""
        self.beginResetModel()
        self._rows = rows
        self._takes, self._requests = {}, {}
        waiting = list(rows)
        while waiting:
            row = waiting.pop()
            self._requests[row.record.number] = row
            for take in row.takes:
                self._takes[take.ref] = take
                waiting += take.branches
        self.endResetModel()

    @property
    def requests(self) -> list[RequestRow]:
        """All requests that are shown, in any order."""
        return list(self._requests.values())

    def row(self, index: Index) -> Row | None:
        """The row at an index."""
        found: Row | None = index.internalPointer() if index.isValid() else None
        return found

    def index_of(self, what: TakeRef | int) -> QModelIndex:
        """Where a take, or the request of this number, is; an invalid index when it is not shown."""
        row: Row | None = self._requests.get(what) if isinstance(what, int) else self._takes.get(what)
        return NOWHERE if row is None else self.createIndex(row.number, 0, row)

    # --- what Qt asks

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        rows = self._children(parent)
        if column or not 0 <= row < len(rows):
            return NOWHERE
        return self.createIndex(row, 0, rows[row])

    def parent(self, index: Index = NOWHERE) -> QModelIndex:  # type: ignore[override]
        row = self.row(index)
        above = row.request if isinstance(row, TakeRow) else row.above if row is not None else None
        return NOWHERE if above is None else self.createIndex(above.number, 0, above)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return len(self._children(parent))

    def columnCount(self, _parent: Index = NOWHERE) -> int:
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_plain_tooltip(row_tooltip(row))
        return None

    def _children(self, parent: Index) -> list[RequestRow] | list[TakeRow]:
        if not parent.isValid():
            return self._rows
        row = self.row(parent)
        if isinstance(row, RequestRow):
            return row.takes
        return row.branches if row is not None else []
