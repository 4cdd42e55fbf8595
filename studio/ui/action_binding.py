"""Makes QActions, menus and tool buttons from the declared actions, and keeps them true to the studio's state."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolButton, QWidget

from studio.ui.actions import MENUS, Action, Actions

MNEMONICS = {"File": "&File", "Edit": "&Edit", "Track": "&Track", "View": "&View", "Transport": "Trans&port"}
"""The other menus have no Alt key of their own: it would take one from the actions."""


class BoundActions:
    """The QActions of one window; call `refresh` once the window is whole, and after every change.

    `run` is called with the Action that a user triggered; it is the one place that runs callbacks, and
    so the one place that turns an error into a sentence.
    """

    def __init__(self, actions: Actions, window: QWidget, run: Callable[[Action], None]) -> None:
        self.actions = actions
        self._run = run
        self._sequences = {action.id: [QKeySequence.fromString(key) for key in action.keys] for action in actions}
        self._bound = {action.id: self._bind(action, window) for action in actions}

    def __getitem__(self, action_id: str) -> QAction:
        return self._bound[action_id]

    def _bind(self, action: Action, window: QWidget) -> QAction:
        bound = QAction(action.title, window)
        bound.setObjectName(action.id)
        bound.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        bound.setToolTip(action.hint)
        bound.setStatusTip(action.tooltip)
        bound.setCheckable(action.checked_when is not None)
        bound.triggered.connect(lambda *_: self.trigger(action))
        window.addAction(bound)
        return bound

    def trigger(self, action: Action) -> None:
        """Run an action if it is enabled at this moment, whatever its QAction showed."""
        if action.enabled_when():
            self._run(action)
        self.refresh()

    def refresh(self) -> None:
        """Ask every action whether it is enabled and checked."""
        for action in self.actions:
            bound = self._bound[action.id]
            enabled = action.enabled_when()
            if bound.isEnabled() != enabled:
                bound.setEnabled(enabled)
            if action.checked_when is not None:
                bound.setChecked(action.checked_when())
            keys = self._sequences[action.id] if action.keys_when() else []
            if bound.shortcuts() != keys:
                bound.setShortcuts(keys)
            if action.title_now is not None:
                bound.setText(action.title_now())

    def fill_menus(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Add one menu per name in MENUS to the bar; returns them by name."""
        menus = {}
        for name in MENUS:
            menu = bar.addMenu(MNEMONICS.get(name, name))
            menu.setToolTipsVisible(True)
            self.fill(menu, self.actions.of_menu(name))
            menus[name] = menu
        return menus

    def fill(self, menu: QMenu, actions: list[Action]) -> None:
        """Add actions to a menu with a line between sections."""
        section = None
        for action in actions:
            if section is not None and action.section != section:
                menu.addSeparator()
            section = action.section
            menu.addAction(self._bound[action.id])

    def button(self, action_id: str, size: int = 20) -> QToolButton:
        """A flat tool button for an action that names an icon or shows its title."""
        button = QToolButton()
        button.setDefaultAction(self._bound[action_id])
        button.setObjectName(f"button.{action_id}")
        button.setAccessibleName(self.actions[action_id].title)
        button.setAutoRaise(True)
        button.setProperty("toggle", self.actions[action_id].checked_when is not None)
        button.setIconSize(QSize(size, size))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def set_icons(self, icon: Callable[[str], QIcon]) -> None:
        """Draw all icons anew, as after a change of theme."""
        for action in self.actions:
            if action.icon:
                self._bound[action.id].setIcon(icon(action.icon))
                self._bound[action.id].setIconVisibleInMenu(False)
