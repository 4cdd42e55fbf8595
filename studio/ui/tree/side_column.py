"""SideColumn: a second panel below one that stands in the window's splitter, in a column of their own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QSplitter, QWidget

FIRST_PX = 150
"""Height that the first panel keeps when the second one opens for the first time."""


class SideColumn(QObject):
    """Takes the place of `first` in its splitter; each panel is shown and hidden for itself, the column with both."""

    def __init__(self, first: QWidget, second: QWidget) -> None:
        across = first.parentWidget()
        assert isinstance(across, QSplitter)
        super().__init__(across)
        self._across, self._first, self._second = across, first, second
        self._column = QSplitter(Qt.Orientation.Vertical)
        self._width_px = 0
        hidden = first.isHidden()
        across.replaceWidget(across.indexOf(first), self._column)
        for panel in (first, second):
            self._column.addWidget(panel)
        self._column.setStretchFactor(1, 1)
        self._column.setChildrenCollapsible(False)
        self._column.setSizes([FIRST_PX, 10 * FIRST_PX])
        first.setHidden(hidden)
        second.hide()
        first.installEventFilter(self)
        self._follow()

    def show_second(self, shown: bool, width_px: int) -> None:
        """Show the second panel, with a column at least so wide, or hide it and give the width back."""
        sizes = self._across.sizes()
        place = self._across.indexOf(self._column)
        if shown:
            self._width_px = sizes[place]
        self._second.setVisible(shown)
        self._follow()
        wanted = max(width_px, self._width_px) if shown else self._width_px
        if wanted:
            widest = max((size, index) for index, size in enumerate(sizes) if index != place)[1]
            sizes[widest] -= wanted - sizes[place]
            sizes[place] = wanted
            self._across.setSizes(sizes)

    def _follow(self) -> None:
        self._column.setHidden(self._first.isHidden() and self._second.isHidden())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._first and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._follow()
        return False
