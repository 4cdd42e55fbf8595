"""The five verbs as buttons; each says on hovering which bars and tracks it would ask for now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QEnterEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from ml.requests import Verb
from studio.ui.action_binding import BoundActions

ICON_PX = 22


@dataclass(frozen=True)
class VerbWishes:
    """`describe` says what a verb would do now; `hovered` is told the verb under the mouse, None for none."""

    describe: Callable[[Verb], str]
    hovered: Callable[[Verb | None], None]
    choose_partner: Callable[[], None]


def action_of(verb: Verb) -> str:
    """The id of the action that asks for it."""
    return f"takes.{verb.value}"


class VerbButton(QToolButton):
    """An action's button with its tooltip made when it is wanted."""

    def __init__(self, verb: Verb, bound: BoundActions, wishes: VerbWishes) -> None:
        super().__init__()
        self.verb = verb
        self._wishes = wishes
        self._keys = ", ".join(bound.actions[action_of(verb)].keys)
        self._tooltip = bound.actions[action_of(verb)].tooltip
        self.setDefaultAction(bound[action_of(verb)])
        self.setObjectName(f"button.{action_of(verb)}")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.setProperty("verb", True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip:
            self.setToolTip(f"{self._wishes.describe(self.verb)}  ({self._keys})\n{self._tooltip}")
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._wishes.hovered(self.verb)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._wishes.hovered(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button on Accompany chooses who plays."""
        if self.verb is Verb.ACCOMPANY:
            self._wishes.choose_partner()
            event.accept()
        else:
            super().contextMenuEvent(event)


class VerbRow(QWidget):
    """All five, as wide as the panel."""

    def __init__(self, bound: BoundActions, wishes: VerbWishes) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.buttons = {verb: VerbButton(verb, bound, wishes) for verb in Verb}
        for button in self.buttons.values():
            row.addWidget(button)
