"""Section: a heading that folds what is below it away, and says in a line what is set inside."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.ui import icons
from studio.ui.fields import FieldKeys
from studio.ui.labels import ElidedLabel
from studio.ui.theme import Theme


class Section(QWidget):
    """`body` under a button with `title`; `toggled` is called with whether it is open when the user folds it."""

    def __init__(
        self,
        title: str,
        body: QWidget,
        *,
        tooltip: str,
        toggled: Callable[[bool], None],
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        self.body = body
        self._theme: Theme | None = None
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setToolTip(tooltip)
        self.button.setAccessibleName(title)
        self.button.setProperty("section", True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setIconSize(QSize(14, 14))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(lambda _: self._toggle(toggled))
        FieldKeys(self.button, leave)
        self.summary = ElidedLabel()
        self.summary.setProperty("role", "dim")
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.button)
        top.addWidget(self.summary, 1)
        top.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(body)

    @property
    def is_open(self) -> bool:
        return not self.body.isHidden()

    def set_open(self, is_open: bool) -> None:
        self.body.setHidden(not is_open)
        self.summary.setHidden(is_open)
        self.button.setAccessibleDescription("unfolded" if is_open else "folded")
        self._show_icon()

    def set_summary(self, text: str) -> None:
        """What a closed section says of its content."""
        self.summary.setText(text)
        self.summary.setToolTip(text)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_icon()

    def _toggle(self, toggled: Callable[[bool], None]) -> None:
        self.set_open(not self.is_open)
        toggled(self.is_open)

    def _show_icon(self) -> None:
        if self._theme is not None:
            name = "unfolded" if self.is_open else "folded"
            self.button.setIcon(icons.icon(name, self._theme.colour("text_dim"), size_px=14))
