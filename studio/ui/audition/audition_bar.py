"""The strip above the comparison: when to switch, how to hear, what comes first, what is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from studio.session.arranging import Arrangement
from studio.ui import icons
from studio.ui.action_binding import BoundActions
from studio.ui.audition.orders import FILTERS, ORDERS, filter_number, order_number
from studio.ui.labels import dim_label, heading
from studio.ui.models.choice import Choice
from studio.ui.models.segments import Segment, Segments
from studio.ui.theme import Theme

SWITCHES = ("loop", "bar", "now")
"""When a take may begin, by the words of the setting."""


@dataclass(frozen=True)
class HearingState:
    """How takes are heard now: one of `SWITCHES`, equally loud, and without the other tracks."""

    switch: str
    matched: bool
    solo: bool


@dataclass(frozen=True)
class BarWishes:
    """What the strip asks for; `leave` gives the keyboard back to the roll."""

    switch: Callable[[str], None]
    match: Callable[[bool], None]
    solo: Callable[[bool], None]
    order: Callable[[int], None]
    filter: Callable[[int], None]
    leave: Callable[[], None]


class AuditionBar(QWidget):
    """Fields follow what the session says, whoever changed it."""

    def __init__(self, bound: BoundActions, wishes: BarWishes) -> None:
        super().__init__()
        self.setObjectName("audition.bar")
        self.title = heading("Compare")
        keys = {name: bound.actions[f"audition.{name}"].key for name in ("switch", "match", "solo", "order", "filter")}
        self.switch = Segments(
            "Switch takes",
            (
                Segment("Loop", f"Another take begins when the loop comes round  ({keys['switch']})"),
                Segment("Bar", f"Another take begins at the next bar line  ({keys['switch']})"),
                Segment("Now", f"Another take begins at once  ({keys['switch']})"),
            ),
            lambda: wishes.switch(SWITCHES[self.switch.chosen]),
        )
        self.matched = self._toggle(
            "Even loudness", f"Play all takes equally loud: the louder one should not win by it  ({keys['match']})"
        )
        self.matched.clicked.connect(wishes.match)
        self.solo = Segments(
            "Hear takes",
            (
                Segment("Song", f"Hear takes with the other tracks  ({keys['solo']})"),
                Segment("Solo", f"Hear takes alone  ({keys['solo']})"),
            ),
            lambda: wishes.solo(self.solo.chosen == 1),
        )
        self.order = self._choice(
            "Order of takes", f"Which takes come first  ({keys['order']})", ORDERS, wishes.order, wishes.leave
        )
        self.filter = self._choice(
            "Which takes show", f"Which takes show  ({keys['filter']})", FILTERS, wishes.filter, wishes.leave
        )
        self.close_button = QToolButton()
        self.close_button.setToolTip(f"Close the comparison  ({bound.actions['audition.show'].key})")
        self.close_button.setAccessibleName("Close the comparison")
        self.close_button.setAutoRaise(True)
        self.close_button.setProperty("small", True)
        self.close_button.setIconSize(QSize(16, 16))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.close_button.clicked.connect(bound["audition.show"].trigger)
        self._words = [dim_label("Switch"), dim_label("Hear")]
        self._spare = (self._words[1], self.title, self._words[0])
        """What goes first where there is no room for all."""
        for button in (*self.switch.buttons, *self.solo.buttons, self.matched):
            button.setProperty("roomy", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 4, 3)
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self._words[0])
        row.addWidget(self.switch)
        row.addSpacing(4)
        row.addWidget(self._words[1])
        row.addWidget(self.solo)
        row.addWidget(self.matched)
        row.addSpacing(4)
        row.addWidget(self.order)
        row.addWidget(self.filter)
        row.addWidget(self.close_button)

    @staticmethod
    def _toggle(text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setProperty("segment", True)
        button.setToolTip(tooltip)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    @staticmethod
    def _choice(
        name: str, tooltip: str, values: Sequence[tuple[object, str]], chosen: Callable[[int], None],
        leave: Callable[[], None],
    ) -> Choice:  # fmt: skip
        numbered = [(number, text) for number, (_, text) in enumerate(values)]
        choice = Choice(name, tooltip, numbered, lambda: chosen(choice.currentIndex()), leave)
        choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(8)
        return choice

    def set_theme(self, theme: Theme) -> None:
        self.close_button.setIcon(icons.icon("reject", theme.colour("text_dim"), size_px=16))

    def show_state(self, hearing: HearingState, arrangement: Arrangement) -> None:
        """Show how takes are heard, sorted and left out now."""
        self.switch.choose(SWITCHES.index(hearing.switch))
        self.solo.choose(int(hearing.solo))
        self.matched.setChecked(hearing.matched)
        self.order.setCurrentIndex(order_number(arrangement))
        self.filter.setCurrentIndex(filter_number(arrangement))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window words give way to fields."""
        super().resizeEvent(event)
        layout = self.layout()
        if layout is None:
            return
        room = event.size().width() - layout.sizeHint().width()
        room += sum(part.sizeHint().width() + layout.spacing() for part in self._spare if not part.isHidden())
        for part in reversed(self._spare):
            room -= part.sizeHint().width() + layout.spacing()
            part.setVisible(room >= 0)
