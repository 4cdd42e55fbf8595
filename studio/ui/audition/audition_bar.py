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
EVEN = ("Even loudness", "Even")
LEAST_PX, WORDS_FROM_PX, TITLE_FROM_PX = 420, 600, 700
"""Widths: the least, and those from which there is room for whole words and for the heading."""
CHOICE_PX = 76


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
        self.solo = self._toggle(
            "Solo", f"Hear takes alone, or with the other tracks of the song  ({keys['solo']})", wishes.solo
        )
        self.matched = self._toggle(
            EVEN[0],
            f"Play all takes equally loud: the louder one should not win by it  ({keys['match']})",
            wishes.match,
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
        self._word = dim_label("Switch")
        for button in self.switch.buttons:
            button.setProperty("roomy", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 4, 3)
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self._word)
        row.addWidget(self.switch)
        row.addSpacing(4)
        row.addWidget(self.solo)
        row.addWidget(self.matched)
        row.addSpacing(4)
        row.addWidget(self.order)
        row.addWidget(self.filter)
        row.addWidget(self.close_button)

    @staticmethod
    def _toggle(text: str, tooltip: str, clicked: Callable[[bool], None]) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setProperty("segment", True)
        button.setToolTip(tooltip)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setProperty("roomy", True)
        button.clicked.connect(clicked)
        return button

    @staticmethod
    def _choice(
        name: str, tooltip: str, values: Sequence[tuple[object, str]], chosen: Callable[[int], None],
        leave: Callable[[], None],
    ) -> Choice:  # fmt: skip
        numbered = [(number, text) for number, (_, text) in enumerate(values)]
        choice = Choice(name, tooltip, numbered, lambda: chosen(choice.currentIndex()), leave)
        choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(9)
        choice.setMinimumWidth(CHOICE_PX)
        return choice

    def set_theme(self, theme: Theme) -> None:
        self.close_button.setIcon(icons.icon("reject", theme.colour("text_dim"), size_px=16))

    def show_state(self, hearing: HearingState, arrangement: Arrangement) -> None:
        """Show how takes are heard, sorted and left out now."""
        self.switch.choose(SWITCHES.index(hearing.switch))
        self.solo.setChecked(hearing.solo)
        self.matched.setChecked(hearing.matched)
        self.order.setCurrentIndex(order_number(arrangement))
        self.filter.setCurrentIndex(filter_number(arrangement))

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window words give way to fields."""
        super().resizeEvent(event)
        width = event.size().width()
        self.title.setVisible(width >= TITLE_FROM_PX)
        self._word.setVisible(width >= WORDS_FROM_PX)
        self.matched.setText(EVEN[0] if width >= WORDS_FROM_PX else EVEN[1])
