"""The row above the roll while a blind test runs: what to compare, how far it is, and buttons for every answer."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from studio.session.blind import MOST_RANKED, BlindTest, letter
from studio.ui.action_binding import BoundActions
from studio.ui.labels import ElidedLabel, dim_label, heading

PAIR = ("blind.better_a", "blind.level", "blind.better_b")
RANKING = ("blind.better", "blind.level")
ALWAYS = ("blind.skip", "blind.undo", "blind.end")
SHORT = {
    "blind.better_a": "A better", "blind.better_b": "B better", "blind.level": "Equal",
    "blind.better": "This one", "blind.end": "End",
}  # fmt: skip
"""What buttons say: the row must leave the panels beside it their room."""
WAITING = "Blind test: the models are writing. It begins when all takes are there."


class BlindStrip(QFrame):
    """Hidden while no test runs. Its buttons are those of the actions, so each says its key."""

    def __init__(self, bound: BoundActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind")
        self.question = heading("")
        self.progress = dim_label()
        self.order = ElidedLabel()
        self.order.setProperty("role", "dim")
        for name, text in SHORT.items():
            bound[name].setIconText(text)
        for index in range(MOST_RANKED):
            bound[f"blind.hear_{index + 1}"].setIconText(letter(index))
        self.letters = [bound.button(f"blind.hear_{index + 1}") for index in range(MOST_RANKED)]
        self._pair = [bound.button(name) for name in PAIR]
        self._ranking = [bound.button(name) for name in RANKING]
        self._always = [bound.button(name) for name in ALWAYS]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self.question)
        layout.addSpacing(8)
        for button in self.letters:
            button.setProperty("toggle", False)  # the letter that is heard stands out in the accent's colour
            layout.addWidget(button)
        layout.addSpacing(12)
        for button in (*self._pair, *self._ranking):
            layout.addWidget(button)
        layout.addWidget(self.order, 1)
        layout.addWidget(self.progress)
        for button in self._always:
            layout.addWidget(button)
        self.hide()

    def show_test(self, test: BlindTest | None, *, waiting: bool) -> None:
        """Show where the test is; None hides the strip, unless one waits for its takes."""
        trial = None if test is None else test.trial
        choices = 0 if trial is None else len(trial.candidates)
        ranks = test is not None and test.circumstances.ranking
        for index, button in enumerate(self.letters):
            button.setVisible(index < choices)
        _show(self._pair, choices > 0 and not ranks)
        _show(self._ranking, choices > 0 and ranks)
        _show(self._always[:2], choices > 0)
        if waiting:
            self.question.setText(WAITING)
        else:
            best_is_known = test is not None and bool(test.picked)
            self.question.setText(
                "Which is next?" if best_is_known else "Which is best?" if ranks else "Which is better?"
            )
        self.order.setText(_order_text(test) if test is not None and ranks else "")
        self.progress.setText("" if test is None or trial is None else f"{test.number + 1} of {len(test.trials)}")
        self.setVisible(test is not None or waiting)


def _order_text(test: BlindTest) -> str:
    """ "C, A = B" """
    return ", ".join(" = ".join(map(letter, group)) for group in test.picked)


def _show(buttons: list[QToolButton], shown: bool) -> None:
    for button in buttons:
        button.setVisible(shown)
