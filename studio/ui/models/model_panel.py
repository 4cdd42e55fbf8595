"""The panel on the right: the five verbs, what to wish for, which models answer, and the takes that come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from ml.music import Key
from ml.requests import TakeNote
from studio.engine import ModelCard, ShelfProblem
from studio.session.takes import TakesBoard, TakeSlot
from studio.session.wishes import Wishes
from studio.ui.action_binding import BoundActions
from studio.ui.labels import dim_label
from studio.ui.models.ask_box import AskBox
from studio.ui.models.board_view import groups_of
from studio.ui.models.drawer import Drawer
from studio.ui.models.progress_line import ProgressLine
from studio.ui.models.section import Section
from studio.ui.models.shelf_list import ShelfList
from studio.ui.models.take_row import TakeWishes
from studio.ui.models.takes_view import TakesView
from studio.ui.models.verb_row import VerbRow, VerbWishes
from studio.ui.models.words import drawer_text
from studio.ui.theme import Theme

if TYPE_CHECKING:
    from studio.ui.models.surprise_curve import SurpriseCurve

CURVE_STEP = 6
"""While a take streams in, its curve is drawn anew for every so many notes."""
PROMPT_CHANGED = "The song has changed since these takes were written. Keeping one still works."
COMPARED = "All takes stand side by side below the roll."
LINES = 2
"""Of text below the verbs."""
MODELS, LIMITS = "models", "limits"
"""Names of the parts that fold."""
LEAST_TAKES_PX, TAKES_PX = 150, 320
"""Height that the takes keep while the wishes unfold: at least, and while some are showing."""


@dataclass(frozen=True)
class PanelWishes:
    """What the panel asks for. `changed`: a setting was moved; `leave`: give the keyboard back to the roll.

    `folded`: these parts are open now; `detect`: hear the chords; `last_seed`: of the takes that are showing.
    """

    takes: TakeWishes
    verbs: VerbWishes
    changed: Callable[[], None]
    leave: Callable[[], None]
    folded: Callable[[tuple[str, ...]], None]
    detect: Callable[[], None]
    last_seed: Callable[[], int | None]


class ModelPanel(QWidget):
    """Shows wishes, shelf and board; everything it does goes through actions and wishes."""

    def __init__(self, bound: BoundActions, wishes: PanelWishes) -> None:
        super().__init__()
        self.setObjectName("models")
        self._wishes = wishes
        self._theme: Theme | None = None
        self._curve_shows: tuple[TakeSlot, Sequence[TakeNote]] | None = None
        self._row_shown: int | None = None
        self.verbs = VerbRow(bound, wishes.verbs)
        self.where = dim_label(wrap=True)
        self.trouble = dim_label(wrap=True)
        self.trouble.setProperty("role", "error")
        self.cancel = self._action_button(bound, "takes.cancel")
        self.progress = ProgressLine()
        self.ask = AskBox(wishes.changed, wishes.leave, wishes.verbs.choose_partner)
        self.drawer = Drawer(wishes.changed, wishes.leave, wishes.detect, wishes.last_seed)
        self.shelf = ShelfList(wishes.changed)
        self.sections = {
            MODELS: self._section(MODELS, "Models", self.shelf, "Which models answer: tick the ones to compare"),
            LIMITS: self._section(
                LIMITS, "Limits and leanings", self.drawer,
                "Pitches, range, chords, voices, grid, style, seed: what notes must obey, what models lean to,"
                " which takes show"
                f"  ({bound.actions['takes.drawer'].key})",
            ),
        }  # fmt: skip
        self.takes = TakesView(wishes.takes)
        self.warning = dim_label(PROMPT_CHANGED, wrap=True)
        self.accept = self._action_button(bound, "takes.accept", primary=True)
        self.reject = self._action_button(bound, "takes.reject")
        self.compare = bound.button("audition.show")
        self.curve: SurpriseCurve | None = None
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self.show_board(TakesBoard())

    def _section(self, name: str, title: str, body: QWidget, tooltip: str) -> Section:
        return Section(
            title,
            body,
            tooltip=tooltip,
            toggled=self._folded,
            leave=self._wishes.leave,
        )

    def _lay_out(self) -> None:
        self._settings = QWidget()
        column = QVBoxLayout(self._settings)
        column.setContentsMargins(0, 0, 6, 4)
        column.setSpacing(8)
        column.addWidget(self.sections[MODELS])
        column.addWidget(self.ask)
        column.addWidget(self.sections[LIMITS])
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(self._settings)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        answers = QWidget()
        self._answers = QVBoxLayout(answers)
        self._answers.setContentsMargins(0, 6, 0, 0)
        self._answers.setSpacing(8)
        self._answers.addWidget(self.takes, 1)
        self._answers.addWidget(self.warning)
        ends = QHBoxLayout()
        ends.addWidget(self.accept, 1)
        ends.addWidget(self.reject)
        ends.addWidget(self.compare)
        self._answers.addLayout(ends)
        answers.setMinimumHeight(LEAST_TAKES_PX)
        for part in (self.area, answers):
            self.splitter.addWidget(part)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(1, 1)
        status = QHBoxLayout()
        for label in (self.where, self.trouble):  # one in place of the other, and nothing below them moves
            label.setMinimumHeight(LINES * label.fontMetrics().lineSpacing())
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            status.addWidget(label, 1)
        status.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignTop)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 10, 6, 10)
        rows.setSpacing(6)
        rows.addWidget(self.verbs)
        rows.addLayout(status)
        rows.addWidget(self.progress)
        rows.addWidget(self.splitter, 1)

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
        for section in self.sections.values():
            section.set_theme(theme)
        self._colour_curve()

    # --- wishes

    def read(self, wishes: Wishes) -> Wishes:
        """`wishes` with what all fields say."""
        return self.drawer.read(self.ask.read(wishes))

    def show_wishes(self, wishes: Wishes) -> None:
        self.ask.show_wishes(wishes)
        self.drawer.show_wishes(wishes)
        self.show_summary(wishes)

    def show_summary(self, wishes: Wishes) -> None:
        """Say in the folded drawer what is set in it."""
        self.sections[LIMITS].set_summary(drawer_text(wishes))

    def show_models(
        self, cards: Sequence[ModelCard], problems: Sequence[ShelfProblem], chosen: Sequence[str] | None, place: Path
    ) -> None:
        self.shelf.show_models(cards, problems, chosen, place)
        self.drawer.choosing.show_judges([(card.id, card.name) for card in cards if not card.cannot])
        self.show_ticked()

    def show_ticked(self) -> None:
        """Say in the folded shelf who answers."""
        self.sections[MODELS].set_summary(", ".join(self.shelf.chosen_names))

    def show_place(self, text: str, trouble: str, key: Key | None, partner: str) -> None:
        """Say what would be asked for now, what stands against it, and which key it could be held to."""
        self.where.setText(text)
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self.where.setHidden(bool(trouble))
        self.ask.show_key(key)
        self.ask.show_partner(partner)

    def pop_up(self, menu: QMenu) -> None:
        """Open a menu below the button that says who accompanies."""
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.ask.partner.mapToGlobal(self.ask.partner.rect().bottomLeft()))

    # --- folding

    @property
    def open_sections(self) -> tuple[str, ...]:
        return tuple(name for name, section in self.sections.items() if section.is_open)

    def show_open(self, names: Sequence[str]) -> None:
        """Unfold these parts and fold the others."""
        for name, section in self.sections.items():
            section.set_open(name in names)
        self.fit()

    def _folded(self, _is_open: bool) -> None:
        self.fit()
        self._wishes.folded(self.open_sections)

    def fit(self) -> None:
        """Give the wishes the height that they need, as far as the takes can spare it."""
        self._settings.ensurePolished()
        layout = self._settings.layout()
        if layout is not None:
            layout.activate()
        wanted = self._settings.sizeHint().height()
        self.area.setMaximumHeight(wanted + 2)
        spare = self.splitter.height() - (TAKES_PX if self.takes.rows else LEAST_TAKES_PX)
        self.splitter.setSizes([min(wanted, max(spare, LEAST_TAKES_PX)), self.splitter.height()])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def toggle_drawer(self) -> None:
        """Fold the drawer, or unfold it and put the keyboard into it."""
        section = self.sections[LIMITS]
        section.button.click()
        if section.is_open:
            self.area.ensureWidgetVisible(section, 0, 0)
            self.drawer.pitches.tonic.setFocus()
        else:
            self._wishes.leave()

    # --- takes

    def show_board(self, board: TakesBoard, *, brief: bool = False) -> None:
        """Show the takes as they are now; `brief` only the one that is heard, for the others show elsewhere."""
        heard = None if board.blind else board.auditioned
        selected = board.slots.index(heard) if heard in board.slots else None
        had_rows = bool(self.takes.rows)
        groups = groups_of(board, heard_alone=brief)
        self.takes.show_takes(groups, selected, COMPARED if brief else "")
        if bool(self.takes.rows) != had_rows:
            self.fit()
        if selected is not None and selected != self._row_shown:
            self.takes.show_row(selected)
        self._row_shown = selected
        self.progress.setVisible(board.running)
        self.progress.show_fraction(board.progress)
        self.cancel.setVisible(board.running)
        self.warning.setVisible(board.prompt_changed)
        self.accept.setVisible(board.showing and not board.blind)
        self.reject.setVisible(board.showing and not board.blind)
        self.compare.setVisible(board.showing and not board.blind)
        self._show_curve(board)

    def _show_curve(self, board: TakesBoard) -> None:
        slot = board.auditioned
        if slot is None or board.request is None or board.blind:
            if self.curve is not None:
                self.curve.hide()
            self._curve_shows = None
            return
        known, notes = self._curve_shows or (None, ())
        few_more = not slot.done and len(slot.notes) < len(notes) + CURVE_STEP
        if known is slot and (notes is slot.notes or few_more):
            return
        self._curve_shows = (slot, slot.notes)
        # pyqtgraph costs a third of a second to import: not before there is something to plot.
        from studio.ui.models.surprise_curve import SurpriseCurve

        if self.curve is None:
            self.curve = SurpriseCurve()
            self._answers.insertWidget(self._answers.indexOf(self.takes) + 1, self.curve)
            self._colour_curve()
        region = board.request.region
        self.curve.show_notes(slot.notes, board.request.score.time_map, (region.start_tick, region.end_tick))
        self.curve.show()

    def _colour_curve(self) -> None:
        if self._theme is not None and self.curve is not None:
            colour = self._theme.colour
            self.curve.set_colours(colour("panel"), colour("text_dim"), colour("accent"))
