"""The command palette: type a few letters of any action, press Enter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from studio.ui.actions import Action, Actions

WIDTH_PX = 560
HEIGHT_PX = 420


class CommandPalette(QDialog):
    """Lists the actions that match the typed words; the chosen one runs after the palette has closed.

    Actions that cannot be used at this moment are shown dimmed and cannot be chosen.
    """

    def __init__(self, actions: Actions, trigger: Callable[[Action], None], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(WIDTH_PX, HEIGHT_PX)
        self._actions = actions
        self._trigger = trigger

        self.field = QLineEdit()
        self.field.setPlaceholderText("What would you like to do?")
        self.field.setAccessibleName("Search for a command")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._list)
        self.field.returnPressed.connect(self._run)

        self.list = QTreeWidget()
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self.list.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(self._run)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self._list("")
        self.field.setFocus()

    def _list(self, text: str) -> None:
        self.list.clear()
        for action in self._actions.search(text):
            item = QTreeWidgetItem([action.title, action.menu, ", ".join(action.keys)])
            item.setData(0, Qt.ItemDataRole.UserRole, action.id)
            item.setToolTip(0, action.tooltip)
            for column in (1, 2):
                item.setForeground(column, self.palette().placeholderText())
            if not action.enabled_when():
                item.setDisabled(True)
            self.list.addTopLevelItem(item)
        self._choose_from(0, 1)

    def _choose_from(self, row: int, step: int) -> None:
        """Make the first usable row current, from `row` on in the direction of `step`."""
        while 0 <= row < self.list.topLevelItemCount():
            item = self.list.topLevelItem(row)
            if item is not None and not item.isDisabled():
                self.list.setCurrentItem(item)
                return
            row += step

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is None or item.isDisabled():
            return
        action = self._actions[item.data(0, Qt.ItemDataRole.UserRole)]
        self.close()
        self._trigger(action)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down move through the list while the field keeps the focus."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
            if step is not None:
                current = self.list.currentItem()
                row = self.list.indexOfTopLevelItem(current) if current is not None else -1
                self._choose_from(row + step, step)
                return True
        return super().eventFilter(watched, event)
