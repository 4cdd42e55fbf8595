"""The reveal: who was who in the test that has just ended, and how each fared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.session.blind import BlindTest, Candidate
from studio.session.blind_desk import Revealed
from studio.session.summary import counted
from studio.session.tally import titles
from studio.ui.blind.tables import fit_height, plain_table, show_rows
from studio.ui.labels import dim_label, heading, plain_label

HEADER = ("", "better", "equal", "worse", "won")
ONE_TEST = "A tie counts as half won. One test says little: “Tallies” counts all of them, and says how sure it is."


class ResultDialog(QDialog):
    """Stays open beside the work."""

    def __init__(self, revealed: Revealed, show_tallies: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind-result")
        self.setWindowTitle("Blind test: the names")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        test, counts = revealed.test, revealed.counts
        names = titles(counts.entrants)
        rows = [(names[r.entrant], r.wins, r.ties, r.losses) for r in counts.records]
        self.entrants = plain_table(HEADER)
        show_rows(self.entrants, [_row(*row) for row in sorted(rows, key=lambda row: -_share(*row[1:]))])
        fit_height(self.entrants)
        self.takes = plain_table(HEADER)
        show_rows(self.takes, [_row(*row) for row in sorted(take_rows(test), key=lambda row: -_share(*row[1:]))])
        self.said = plain_label(said(test))
        self.said.setWordWrap(True)
        tallies = QPushButton("Tallies…")
        tallies.setToolTip("All votes of all tests so far  (Shift+B)")
        tallies.clicked.connect(lambda _: show_tallies())
        close = QPushButton("Close")
        close.setToolTip("Close this result; your votes are kept  (Esc)")
        close.setDefault(True)
        close.clicked.connect(lambda _: self.close())
        ends = QHBoxLayout()
        ends.addWidget(tallies)
        ends.addStretch(1)
        ends.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.said)
        column.addWidget(heading("Models"))
        column.addWidget(self.entrants)
        column.addWidget(heading("Takes"))
        column.addWidget(self.takes, 1)
        column.addWidget(dim_label(ONE_TEST, wrap=True))
        column.addLayout(ends)
        self.resize(520, 460)


def said(test: BlindTest) -> str:
    """ "6 votes, 1 skipped; 12 questions were planned." """
    text = counted(len(test.ballots), "vote")
    if test.skipped:
        text += f", {test.skipped} skipped"
    left = len(test.trials) - test.number
    return f"{text}; {counted(left, 'question')} not asked." if left else f"{text}. All questions are answered."


def take_rows(test: BlindTest) -> list[tuple[str, int, int, int]]:
    """Of each take that was judged: its name, and how often it was better, equal or worse than another."""
    found: dict[Candidate, list[int]] = defaultdict(lambda: [0, 0, 0])
    for trial, ballot in test.outcomes:
        for mine, heard in zip(trial.candidates, ballot.heard, strict=True):
            for other in ballot.heard:
                if other is not heard:
                    found[mine][1 + (heard.place > other.place) - (heard.place < other.place)] += 1
    return [(found_slot(candidate), better, equal, worse) for candidate, (better, equal, worse) in found.items()]


def found_slot(candidate: Candidate) -> str:
    """The take's name as the panel shows it."""
    return candidate.entrant.name if candidate.entrant.is_song else candidate.slot.title


def _share(better: int, equal: int, worse: int) -> float:
    return (better + equal / 2) / max(1, better + equal + worse)


def _row(name: str, better: int, equal: int, worse: int) -> tuple[str, ...]:
    return name, str(better), str(equal), str(worse), f"{_share(better, equal, worse):.0%}"
