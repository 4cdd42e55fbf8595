"""All votes so far: filters, counts, scores with their intervals as table and plot, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.project.ballot import Ballot, Entrant
from studio.session.scores import Scores, as_share
from studio.session.tally import Counts, Filters, Record, count, titles
from studio.ui.blind.tables import plain_table, show_rows
from studio.ui.labels import as_plain_tooltip, dim_label, plain_label
from studio.ui.theme import Theme

WIDTH_PX, HEIGHT_PX = 820, 620
HEADER = ("model", "compared", "better", "equal", "worse", "score", "interval", "strength")
MEANINGS = {
    "score": "How often it is preferred to an average one of those with a score; a tie counts half",
    "interval": "What the votes leave open: where the score could lie as well",
    "strength": "Bradley-Terry strength: the natural logarithm of the odds against an average one",
}
DAY_S = 86_400.0
PERIODS = (("All time", None), ("Last 7 days", 7), ("Last 30 days", 30), ("Last year", 365))
NO_STYLE = "no style asked for"
ALL = "*"
"""Stands for all tasks or styles in the lists; the session's filters have None for that."""


@dataclass(frozen=True)
class TallyWishes:
    """What the dialog asks for. `score` works scores out aside and hands them to the second argument on the window's
    thread; the exports get what is shown."""

    score: Callable[[Counts, Callable[[Scores], None]], None]
    export_scores: Callable[[Counts, Scores], None]
    export_votes: Callable[[Sequence[Ballot]], None]


class TalliesDialog(QDialog):
    """Stays open beside the work and shows the votes as they were when it was opened or `show_ballots` was called."""

    def __init__(
        self, wishes: TallyWishes, now_s: Callable[[], float], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        # pyqtgraph costs a third of a second to import: not before there is something to plot.
        from studio.ui.blind.score_plot import ScorePlot

        self.setObjectName("tallies")
        self.setWindowTitle("Tallies of blind tests")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wishes, self._now_s = wishes, now_s
        self._ballots: tuple[Ballot, ...] = ()
        self._left_out: set[Entrant] = set()
        self._rows: tuple[Entrant, ...] = ()
        self._asked = 0
        self.counts = count(())
        self.scores: Scores | None = None
        self.task = _list("Task", "Count the votes on takes of one task only")
        self.style_list = _list("Style", "Count the votes on takes that were asked for in one style only")
        self.period = _list("Period", "Count the votes of this time only")
        for title, days in PERIODS:
            self.period.addItem(title, days)
        self.table = plain_table(HEADER)
        self.table.setAccessibleName("Scores")
        self.table.setToolTip("Untick a model to leave it out of the count")
        for title, meaning in MEANINGS.items():
            head = QTableWidgetItem(title)
            head.setToolTip(meaning)
            self.table.setHorizontalHeaderItem(HEADER.index(title), head)
        self.table.itemChanged.connect(self._ticked)
        self.plot = ScorePlot()
        self.plot.set_theme(theme)
        self.basis = plain_label()
        self.basis.setWordWrap(True)
        self.reasons = dim_label(wrap=True)
        self.warning = dim_label(wrap=True)
        self.export = _button("Export CSV…", "Write this table for a spreadsheet", self._export_scores)
        self.export_votes = _button(
            "Export votes…", "Write each vote that is counted here, one by one", self._votes_out
        )
        close = _button("Close", "Close the tallies  (Esc)", self.close)
        filters = QHBoxLayout()
        for field in (self.task, self.style_list, self.period):
            filters.addWidget(field)
            field.activated.connect(lambda _: self._count())
        filters.addStretch(1)
        ends = QHBoxLayout()
        ends.addWidget(self.export)
        ends.addWidget(self.export_votes)
        ends.addStretch(1)
        ends.addWidget(close)
        column = QVBoxLayout(self)
        column.addLayout(filters)
        column.addWidget(self.basis)
        column.addWidget(self.plot)
        column.addWidget(self.table, 1)
        column.addWidget(self.reasons)
        column.addWidget(self.warning)
        column.addLayout(ends)
        self.resize(WIDTH_PX, HEIGHT_PX)

    def show_ballots(self, ballots: Sequence[Ballot], warning: str = "") -> None:
        """Count these votes; the filters stay as they are where that is possible."""
        self._ballots = tuple(ballots)
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))
        _offer(self.task, "All tasks", [(v.capitalize(), v) for v in sorted({b.verb for b in ballots})])
        _offer(self.style_list, "All styles", [(s or NO_STYLE, s) for s in sorted({b.style for b in ballots})])
        self._count()

    @property
    def filters(self) -> Filters:
        """What is set, without who is left out."""
        task, style, days = (field.currentData() for field in (self.task, self.style_list, self.period))
        return Filters(
            verb=None if task == ALL else task,
            style=None if style == ALL else style,
            since_s=None if days is None else self._now_s() - days * DAY_S,
        )

    def counted_ballots(self) -> tuple[Ballot, ...]:
        """The votes that the filters let through."""
        return tuple(ballot for ballot in self._ballots if self.filters.holds(ballot))

    # --- inside

    def _count(self) -> None:
        everyone = count(self._ballots, self.filters)
        self._rows = everyone.entrants
        inside = frozenset(everyone.entrants) - self._left_out
        self.counts = count(self.counted_ballots(), Filters(entrants=inside))
        self.scores = None
        self._asked += 1
        asked = self._asked
        self.basis.setText("Counting…")
        self._show()

        def done(scores: Scores) -> None:
            if asked == self._asked:  # another filter was set meanwhile
                self.scores = scores
                self._show()

        self._wishes.score(self.counts, done)

    def _show(self) -> None:
        counts, scores = self.counts, self.scores
        names = titles(self._rows)
        ranks = {} if scores is None else {score.entrant: place for place, score in enumerate(scores.scores)}
        order = sorted(self._rows, key=lambda e: (e in self._left_out, ranks.get(e, len(ranks)), e))
        records = {record.entrant: record for record in counts.records}
        self.table.blockSignals(True)
        items = show_rows(self.table, [(names[e], *_facts(records.get(e)), *_numbers(scores, e)) for e in order])
        for item, entrant in zip(items, order, strict=True):
            item.setData(Qt.ItemDataRole.UserRole, entrant)
            item.setCheckState(Qt.CheckState.Unchecked if entrant in self._left_out else Qt.CheckState.Checked)
            item.setToolTip(as_plain_tooltip(_who(entrant)))
        self.table.blockSignals(False)
        self.export.setEnabled(scores is not None and bool(counts.records))
        self.export_votes.setEnabled(bool(counts.records))
        self.reasons.setText("" if scores is None else _reasons(scores, names))
        if scores is not None:
            self.basis.setText(scores.basis)
        self.plot.setVisible(scores is not None and bool(scores.scores))
        if scores is not None:
            self.plot.show_scores(scores, names)

    def _ticked(self, item: QTableWidgetItem) -> None:
        entrant = item.data(Qt.ItemDataRole.UserRole)
        if not isinstance(entrant, Entrant):
            return
        out = item.checkState() is not Qt.CheckState.Checked
        if out != (entrant in self._left_out):
            self._left_out ^= {entrant}
            self._count()

    def _export_scores(self) -> None:
        if self.scores is not None:
            self._wishes.export_scores(self.counts, self.scores)

    def _votes_out(self) -> None:
        self._wishes.export_votes(self.counted_ballots())


def _facts(record: Record | None) -> tuple[str, ...]:
    if record is None:
        return ("", "", "", "")
    return tuple(map(str, (record.comparisons, record.wins, record.ties, record.losses)))


def _numbers(scores: Scores | None, entrant: Entrant) -> tuple[str, str, str]:
    score = None if scores is None else scores.of(entrant)
    if score is None:
        return ("", "", "")
    interval = f"{as_share(score.low):.0%} – {as_share(score.high):.0%}"
    return f"{score.share:.0%}", interval, f"{score.strength:+.2f}"


def _reasons(scores: Scores, names: Mapping[Entrant, str]) -> str:
    """Why entrants have no score: a line for each reason, with all whom it concerns."""
    concerned: dict[str, list[str]] = {}
    for entrant, why in scores.unscored:
        concerned.setdefault(why, []).append(names[entrant])
    return "\n".join(f"{', '.join(who)}: {why}" for why, who in concerned.items())


def _who(entrant: Entrant) -> str:
    if entrant.is_song:
        return "What stood in the asked bars before: a person's work, as far as is known"
    return f"{entrant.name}\ncheckpoint {entrant.checkpoint}"


def _offer(field: QComboBox, everything: str, choices: Sequence[tuple[str, str]]) -> None:
    """List the choices, and keep the one that was set if it is still there."""
    chosen = field.currentData()
    field.clear()
    for title, value in ((everything, ALL), *choices):
        field.addItem(title, value)
    field.setCurrentIndex(max(0, field.findData(chosen)))


def _list(name: str, tooltip: str) -> QComboBox:
    field = QComboBox()
    field.setAccessibleName(name)
    field.setToolTip(tooltip)
    return field


def _button(title: str, tooltip: str, run: Callable[[], object]) -> QPushButton:
    button = QPushButton(title)
    button.setToolTip(tooltip)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _: run())
    return button
