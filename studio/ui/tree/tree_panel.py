"""TreePanel: the tree of takes with search and filter, and what is known of the take that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QTreeView, QVBoxLayout

from studio.project import RequestRecord, TakeRef
from studio.session.song_report import Standing
from studio.ui.action_binding import BoundActions
from studio.ui.fields import MOVING, FieldKeys
from studio.ui.labels import dim_label, heading
from studio.ui.models.segments import Segment, Segments
from studio.ui.theme import Theme
from studio.ui.tree.outline import RequestRow, Show, TakeRow, outline
from studio.ui.tree.tree_delegate import TreeDelegate
from studio.ui.tree.tree_model import TreeModel

WIDTH_PX, FACTS_PX = 308, 132
UNFOLDED = 12
"""So many of the newest requests are unfolded at first."""
BUTTONS = ("tree.hear", "tree.go_back", "tree.go_on", "tree.replay", "tree.diff", "tree.star", "tree.note")
NOTHING_YET = "Every request and its takes are kept here with the project. Ask for some takes first."
NOTHING_FITS = "No take fits what you look for."
FILTER_TIPS = {
    Show.ALL: "All takes",
    Show.STARRED: "Takes that you starred",
    Show.KEPT: "Takes of which notes went into the song",
    Show.REJECTED: "Takes that were put away",
}


@dataclass(frozen=True)
class TreeWishes:
    """What the user wants of the panel: another take was chosen, hear this one, back to the roll."""

    chosen: Callable[[], None]
    hear: Callable[[], None]
    leave: Callable[[], None]


class TreePanel(QFrame):
    """Shows requests; `chosen` are the takes picked by the user, the current one last."""

    def __init__(self, bound: BoundActions, wishes: TreeWishes) -> None:
        super().__init__()
        self.setObjectName("tree.panel")
        self.setMinimumWidth(220)
        self._wishes = wishes
        self._requests: Sequence[RequestRecord] = ()
        self._nothing = NOTHING_YET
        self._unfolded: set[int] = set()
        self._newest = 0
        self._filling = False
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find takes…")
        self.search.setAccessibleName("Find takes")
        self.search.setToolTip("Words that must occur in the request or the take: model, label, bars, seed 12")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._fill())
        FieldKeys(self.search, wishes.leave)
        self.filter = Segments("Show", [Segment(show.value, FILTER_TIPS[show]) for show in Show], self._fill)
        self.filter.choose(0)
        self.model = TreeModel(self)
        self.delegate = TreeDelegate(self)
        self.view = QTreeView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.delegate)
        self.view.setHeaderHidden(True)
        self.view.setUniformRowHeights(True)
        self.view.setIndentation(14)
        # What is chosen is painted by the delegate; Qt would fill the margin beside it too.
        self.view.setStyleSheet(
            "QTreeView { selection-background-color: transparent; show-decoration-selected: 0; }"
            "QTreeView::item:selected, QTreeView::branch:selected { background: transparent; }"
        )
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setAccessibleName("Tree of takes")
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.installEventFilter(self)
        self.view.doubleClicked.connect(lambda _: wishes.hear())
        self.view.expanded.connect(lambda index: self._remember(index, True))
        self.view.collapsed.connect(lambda index: self._remember(index, False))
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._tell_chosen())
        self.empty = dim_label(NOTHING_YET, wrap=True)
        self.facts = dim_label("", wrap=True)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out(bound)

    def _lay_out(self, bound: BoundActions) -> None:
        top = QHBoxLayout()
        self.count = dim_label()
        top.addWidget(heading("Tree of takes"))
        top.addWidget(self.count)
        top.addStretch(1)
        close = bound.button("tree.panel", 16)
        top.addWidget(close)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for action_id in BUTTONS:
            buttons.addWidget(bound.button(action_id))
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 8, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.search)
        column.addWidget(self.filter)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        column.addLayout(buttons)
        page = QScrollArea()
        page.setWidget(self.facts)
        page.setWidgetResizable(True)
        page.setFrameShape(QFrame.Shape.NoFrame)
        page.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page.setFixedHeight(FACTS_PX)
        column.addWidget(page)

    # --- what the window tells it

    def set_theme(self, theme: Theme) -> None:
        self.delegate.theme = theme
        self.view.viewport().update()

    def show_requests(
        self, requests: Sequence[RequestRecord], standings: Mapping[TakeRef, Standing], nothing: str = NOTHING_YET
    ) -> None:
        """Show these, or `nothing` where there are none; what was chosen and unfolded stays so."""
        numbers = [record.number for record in requests]
        if self._newest not in (0, *numbers):  # another piece
            self._unfolded.clear()
            self._newest = 0
        fresh = [number for number in numbers if number > self._newest][-UNFOLDED:]
        self._unfolded.update(fresh)
        self._newest = max(numbers, default=0)
        self._requests, self._nothing = requests, nothing
        self.delegate.standings = standings
        self._fill()

    def show_standings(self, standings: Mapping[TakeRef, Standing]) -> None:
        """Only the song has changed."""
        self.delegate.standings = standings
        self.view.viewport().update()

    @property
    def chosen(self) -> list[TakeRef]:
        """The chosen takes, the current one last."""
        indexes = self.view.selectionModel().selectedIndexes()
        current = self.view.currentIndex()
        ordered = [i for i in indexes if i != current] + [i for i in indexes if i == current]
        return [row.ref for index in ordered if isinstance(row := self.model.row(index), TakeRow)]

    @property
    def chosen_request(self) -> int | None:
        """The request that is chosen, or that the chosen take belongs to."""
        row = self.model.row(self.view.currentIndex())
        if isinstance(row, TakeRow):
            return row.request.record.number
        return None if row is None else row.record.number

    def choose(self, what: TakeRef | int) -> None:
        """Choose a take or request and bring it into sight."""
        index = self.model.index_of(what)
        if index.isValid():
            self._make_current(index)
            self.view.scrollTo(index)

    # --- inside

    def _fill(self) -> None:
        """Work the rows out anew."""
        words, show = self.search.text(), list(Show)[max(self.filter.chosen, 0)]
        current = self.model.row(self.view.currentIndex())
        wanted = current.ref if isinstance(current, TakeRow) else None if current is None else current.record.number
        chosen = self.chosen
        self._filling = True
        self.model.show_rows(outline(self._requests, words, show))
        if words.strip() or show is not Show.ALL:
            self.view.expandAll()
        else:
            for row in self.model.requests:
                if row.record.number in self._unfolded:
                    self._unfold(row)
        if wanted is not None and (index := self.model.index_of(wanted)).isValid():
            self._make_current(index)
            for ref in chosen:
                self.view.selectionModel().select(self.model.index_of(ref), QItemSelectionModel.SelectionFlag.Select)
        elif wanted is None and self._requests:
            self.view.scrollToBottom()
        self._filling = False
        takes = sum(len(record.takes) for record in self._requests)
        self.count.setText(f"{takes:,}" if takes else "")
        self.empty.setText(NOTHING_FITS if takes else self._nothing)
        self.empty.setVisible(self.model.rowCount() == 0)
        self._tell_chosen()

    def _make_current(self, index: QModelIndex) -> None:
        """Choose this row alone. The view's own call would heed a Ctrl or Shift that is still held from a shortcut."""
        self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _unfold(self, row: RequestRow) -> None:
        self.view.expand(self.model.index_of(row.record.number))
        for take in row.takes:
            if take.branches:
                self.view.expand(self.model.index_of(take.ref))

    def _remember(self, index: QModelIndex, unfolded: bool) -> None:
        row = self.model.row(index)
        if not self._filling and isinstance(row, RequestRow):
            (self._unfolded.add if unfolded else self._unfolded.discard)(row.record.number)

    def _tell_chosen(self) -> None:
        if not self._filling:
            self._wishes.chosen()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list's own keys are not the window's while it has the focus; Esc goes back to the roll."""
        if watched is not self.view or not isinstance(event, QKeyEvent):
            return False
        held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        key = Qt.Key(event.key())
        own = (*MOVING, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        if event.type() == QEvent.Type.ShortcutOverride and not held and key in own:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and not held and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._wishes.hear()
            return True
        if event.type() == QEvent.Type.KeyPress and not held and key == Qt.Key.Key_Escape:
            self._wishes.leave()
            return True
        return False
