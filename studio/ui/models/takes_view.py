"""The takes of one request, grouped by model, each a row that fills while the model writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from studio.ui.labels import dim_label, heading
from studio.ui.models.take_row import RowLook, TakeRow, TakeView, TakeWishes
from studio.ui.theme import Theme

NOTHING_YET = (
    "Takes appear here.\n\nContinue writes on after the song or the selection. Select notes or bars, and Fill writes"
    " them anew, Vary changes them. Accompany adds a part, Generate begins from nothing.\n\nEach ticked model answers,"
    " and the song stays as it is until you keep a take."
)


@dataclass(frozen=True)
class ModelGroup:
    """The takes of one model. `trouble` is the sentence with which it gave up, "" when it did not."""

    model: str
    name: str
    takes: tuple[TakeView, ...]
    trouble: str = ""


class TakesView(QScrollArea):
    """Rows are made once per request and updated in place as notes come in."""

    def __init__(self, wishes: TakeWishes) -> None:
        super().__init__()
        self._wishes = wishes
        self._look: RowLook | None = None
        self._shape: object = None
        self.rows: dict[int, TakeRow] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_takes((), None)

    def set_theme(self, theme: Theme) -> None:
        self._look = RowLook.of(theme)
        for row in self.rows.values():
            row.set_look(self._look)

    def show_takes(self, groups: Sequence[ModelGroup], selected: int | None, says: str = "") -> None:
        """Show these groups; the row `selected` (a number over all takes) is the one that is heard. `says` stands
        above them."""
        takes = tuple((g.name, tuple((take.number, take.colour) for take in g.takes), g.trouble) for g in groups)
        shape = (takes, says)
        if shape != self._shape:
            self._shape = shape
            self._build(groups, says)
        for group in groups:
            for view in group.takes:
                self.rows[view.number].show_take(view, view.number == selected)

    def show_row(self, number: int) -> None:
        """Scroll so that a row is in sight."""
        if number in self.rows:
            self.ensureWidgetVisible(self.rows[number], 0, 8)

    def _build(self, groups: Sequence[ModelGroup], says: str) -> None:
        self.rows = {}
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(2)
        if says:
            layout.addWidget(dim_label(says, wrap=True))
            layout.addSpacing(4)
        elif not groups:
            layout.addWidget(dim_label(NOTHING_YET, wrap=True))
        for group in groups:
            layout.addWidget(heading(group.name))
            if group.trouble:
                trouble = dim_label(group.trouble, wrap=True)
                trouble.setProperty("role", "error")
                layout.addWidget(trouble)
            for view in group.takes:
                row = TakeRow(view.number, view.colour, self._wishes)
                if self._look is not None:
                    row.set_look(self._look)
                self.rows[view.number] = row
                layout.addWidget(row)
            layout.addSpacing(6)
        layout.addStretch(1)
        self.setWidget(page)
