"""How to test: which takes, in pairs or in order, with the song's own bars or without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ml.requests import Verb
from studio.session.blind_desk import Plan
from studio.ui.labels import dim_label

EXPLANATION = (
    "You hear takes under letters that change with every question, as loud as each other. Listen, vote, stop whenever "
    "you like: names come at the end, and every vote is kept."
)
NO_SONG = "The song has no notes of its own in these bars, or some of them came from a model."


@dataclass(frozen=True)
class Offer:
    """What can be tested: whether takes show, whether the song has bars of its own there, and what could be asked."""

    takes_show: bool
    song_there: bool
    verbs: Sequence[Verb]
    verb: Verb


class BeginDialog(QDialog):
    """`begin` gets the plan, and the verb to ask for a fresh set first or None for the takes that show."""

    def __init__(self, offer: Offer, begin: Callable[[Plan, Verb | None], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("begin-blind")
        self.setWindowTitle("Blind test")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer, self._begin = offer, begin
        self.showing = QRadioButton("The takes that &show")
        self.showing.setToolTip("Compare the takes that are there already")
        self.showing.setEnabled(offer.takes_show)
        self.fresh = QRadioButton("A &fresh set from the ticked models:")
        self.fresh.setToolTip("Ask the ticked models first; nobody sees what they write")
        self.fresh.setEnabled(bool(offer.verbs))
        self.verb = QComboBox()
        self.verb.setAccessibleName("What to ask for")
        self.verb.setToolTip("What the models are asked for")
        for verb in offer.verbs:
            self.verb.addItem(verb.value.capitalize(), verb)
        self.verb.setCurrentIndex(max(0, self.verb.findData(offer.verb)))
        self.pairs = QRadioButton("Two at a &time: which is better?")
        self.pairs.setToolTip("Each two models meet equally often, in random order")
        self.ranking = QRadioButton("All at &once: put them in order")
        self.ranking.setToolTip("One take of each model at a time, best first")
        self.song = QCheckBox("The song's &own bars take part")
        self._groups = []
        for chosen, other in ((self.showing, self.fresh), (self.pairs, self.ranking)):
            group = QButtonGroup(self)
            group.addButton(chosen)
            group.addButton(other)
            self._groups.append(group)
            chosen.setChecked(True)
        if not offer.takes_show:
            self.fresh.setChecked(True)
        for button in (self.showing, self.fresh):
            button.toggled.connect(lambda _: self._show_song())
        self.buttons = QDialogButtonBox()
        self.start = self.buttons.addButton("Start", QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setProperty("primary", True)
        self.start.setToolTip("Start the test  (Enter)")
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.start.setEnabled(offer.takes_show or bool(offer.verbs))
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(dim_label(EXPLANATION, wrap=True))
        column.addWidget(self.showing)
        row = QHBoxLayout()
        row.addWidget(self.fresh)
        row.addWidget(self.verb)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(8)
        column.addWidget(self.pairs)
        column.addWidget(self.ranking)
        column.addSpacing(8)
        column.addWidget(self.song)
        column.addWidget(self.buttons)
        self.song.setChecked(True)
        self._show_song()
        self.setMinimumWidth(420)

    def _show_song(self) -> None:
        """Of a fresh set nobody knows yet which bars it will be for: the test finds out."""
        possible = self.fresh.isChecked() or self._offer.song_there
        self.song.setEnabled(possible)
        self.song.setToolTip(
            "What was there before competes with the takes, unknown like them" if possible else NO_SONG
        )
        self.verb.setEnabled(self.fresh.isChecked())

    def _accept(self) -> None:
        plan = Plan(self.ranking.isChecked(), self.song.isEnabled() and self.song.isChecked())
        verb = self.verb.currentData() if self.fresh.isChecked() else None
        self.accept()
        self._begin(plan, verb)
