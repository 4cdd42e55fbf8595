"""The panel on the right: which models, what to ask, the verb, and the takes that come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ml.music import Key
from studio.engine import ModelCard, ShelfProblem
from studio.session.takes import TakesBoard, TakeSlot
from studio.ui.action_binding import BoundActions
from studio.ui.labels import dim_label, heading
from studio.ui.models.ask_box import AskBox
from studio.ui.models.board_view import groups_of
from studio.ui.models.progress_line import ProgressLine
from studio.ui.models.shelf_list import ShelfList
from studio.ui.models.take_row import TakeWishes
from studio.ui.models.takes_view import TakesView
from studio.ui.theme import Theme

if TYPE_CHECKING:
    from studio.ui.models.surprise_curve import SurpriseCurve

CURVE_STEP = 6
"""While a take streams in, its curve is drawn anew for every so many notes."""
PROMPT_CHANGED = "The song has changed since these takes were written. Keeping one still works."


@dataclass(frozen=True)
class PanelWishes:
    """What the panel asks for. `changed`: a setting was moved; `leave`: give the keyboard back to the roll."""

    takes: TakeWishes
    changed: Callable[[], None]
    leave: Callable[[], None]


class ModelPanel(QWidget):
    """Shows the shelf and the board; everything it does goes through actions and wishes."""

    def __init__(self, bound: BoundActions, wishes: PanelWishes) -> None:
        super().__init__()
        self.setObjectName("models")
        self._theme: Theme | None = None
        self._curve_shows: tuple[TakeSlot, int, bool] | None = None
        self._row_shown: int | None = None
        self.shelf = ShelfList(wishes.changed)
        self.ask = AskBox(wishes.changed, wishes.leave)
        self.verb = self._action_button(bound, "takes.continue", primary=True)
        self.cancel = self._action_button(bound, "takes.cancel")
        self.where = dim_label(wrap=True)
        self.progress = ProgressLine()
        self.takes = TakesView(wishes.takes)
        self.warning = dim_label(PROMPT_CHANGED, wrap=True)
        self.accept = self._action_button(bound, "takes.accept", primary=True)
        self.reject = self._action_button(bound, "takes.reject")
        self.curve: SurpriseCurve | None = None

        verbs = QHBoxLayout()
        verbs.addWidget(self.verb, 1)
        verbs.addWidget(self.cancel)
        ends = QHBoxLayout()
        ends.addWidget(self.accept, 1)
        ends.addWidget(self.reject)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 10)
        self._layout.setSpacing(8)
        self._layout.addWidget(heading("Continue with"))
        self._layout.addWidget(self.shelf)
        self._layout.addWidget(self.ask)
        self._layout.addLayout(verbs)
        self._layout.addWidget(self.where)
        self._layout.addWidget(self.progress)
        self._layout.addWidget(self.takes, 1)
        self._layout.addWidget(self.warning)
        self._layout.addLayout(ends)
        self.show_board(TakesBoard())

    @staticmethod
    def _action_button(bound: BoundActions, action_id: str, primary: bool = False) -> QPushButton:
        """A push button for an action, saying its name and key and greying out with it."""
        action, declared = bound[action_id], bound.actions[action_id]
        button = QPushButton(declared.title.replace("…", ""))
        button.setObjectName(f"button.{action_id}")
        button.setToolTip(declared.hint)
        button.setProperty("primary", primary)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setEnabled(action.isEnabled())
        button.clicked.connect(lambda _: action.trigger())
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.takes.set_theme(theme)
        self._colour_curve()

    def show_models(
        self, cards: Sequence[ModelCard], problems: Sequence[ShelfProblem], chosen: Sequence[str] | None, place: Path
    ) -> None:
        self.shelf.show_models(cards, problems, chosen, place)

    def show_place(self, text: str, key: Key | None) -> None:
        """Say what Continue would ask for now, and which key it could be held to."""
        self.where.setText(text)
        self.ask.show_key(key)

    def show_board(self, board: TakesBoard) -> None:
        """Show the takes as they are now."""
        selected = board.slots.index(board.auditioned) if board.auditioned is not None else None
        self.takes.show_takes(groups_of(board), selected)
        if selected is not None and selected != self._row_shown:
            self.takes.show_row(selected)
        self._row_shown = selected
        self.progress.setVisible(board.running)
        self.progress.show_fraction(board.progress)
        self.cancel.setVisible(board.running)
        self.warning.setVisible(board.prompt_changed)
        self.accept.setVisible(board.showing)
        self.reject.setVisible(board.showing)
        self._show_curve(board)

    def _show_curve(self, board: TakesBoard) -> None:
        slot = board.auditioned
        if slot is None or board.request is None:
            if self.curve is not None:
                self.curve.hide()
            self._curve_shows = None
            return
        count, done = len(slot.notes), slot.done
        shown = self._curve_shows
        if (
            shown is not None
            and shown[0] is slot
            and (shown[1:] == (count, done) or (not done and count < shown[1] + CURVE_STEP))
        ):
            return
        self._curve_shows = (slot, count, done)
        # pyqtgraph costs a third of a second to import: not before there is something to plot.
        from studio.ui.models.surprise_curve import SurpriseCurve

        if self.curve is None:
            self.curve = SurpriseCurve()
            self._layout.insertWidget(self._layout.indexOf(self.takes) + 1, self.curve)
            self._colour_curve()
        region = board.request.region
        self.curve.show_notes(slot.notes, board.request.score.time_map, (region.start_tick, region.end_tick))
        self.curve.show()

    def _colour_curve(self) -> None:
        if self._theme is not None and self.curve is not None:
            colour = self._theme.colour
            self.curve.set_colours(colour("panel"), colour("text_dim"), colour("accent"))
