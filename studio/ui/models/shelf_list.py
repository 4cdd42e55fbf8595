"""The shelf in the panel: one check box per model, how fast it is here, what it is good at, its card on hovering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.engine import ModelCard, ShelfProblem
from studio.engine.card_text import bits_per_note, readable
from studio.engine.shelf import STANDARD_COUNT
from studio.ui.labels import ElidedLabel, as_plain_tooltip, dim_label

FIGURES_SHOWN = 9
ROOMY = 3
"""With more models than this, only those that are ticked take a second line."""
INDENT_PX = 24
BOX_PX = 26
"""What the box itself and the gap after it take."""


def facts(card: ModelCard) -> str:
    """One short line: size, what it is good at, or why it cannot answer."""
    trunk = readable(card.trunk)
    kind = "" if trunk.casefold() == card.name.casefold() else trunk
    return " · ".join(part for part in (kind, card.size_text, card.cannot or card.good_at) if part)


def card_text(card: ModelCard, speed: str = "") -> str:
    """What the card says, as plain lines for a tooltip."""
    lines = [card.name, f"{readable(card.trunk)}, {card.parameters:,} parameters", card.cannot]
    if card.good_at:
        lines.append(f"Good at: {card.good_at}")
    if speed:
        lines.append(f"Speed here: {speed} for one take")
    if card.corpora:
        lines.append("Learned from: " + ", ".join(readable(corpus) for corpus in card.corpora[:10]))
    bits = list(bits_per_note(card).items())
    if bits:
        lines.append("Bits per note, fewer is better:")
        lines += [f"    {corpus} {value:.2f}" for corpus, value in bits[:FIGURES_SHOWN]]
    if card.licence:
        lines.append(f"Licence: {card.licence}")
    return "\n".join(filter(None, lines))


class NameBox(QCheckBox):
    """A check box whose text ends in … where it has no room."""

    def __init__(self, name: str) -> None:
        super().__init__(name.replace("&", "&&"))
        self._name = name
        self.setAccessibleName(name)
        self.setMinimumWidth(60)

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(BOX_PX + self.fontMetrics().horizontalAdvance(self._name), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width() - BOX_PX
        shown = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        self.setText(shown.replace("&", "&&"))


class ShelfRow(QWidget):
    """One model. `box` is greyed where the model cannot answer; `second` is shown when there is room for it."""

    def __init__(self, card: ModelCard, changed: Callable[[], None], show_card: Callable[[str], None]) -> None:
        super().__init__()
        self.card = card
        self.box = NameBox(card.name)
        self.box.setObjectName(f"model.{card.id}")
        self.box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.box.setEnabled(not card.cannot)
        self.box.toggled.connect(lambda _: changed())
        self.speed = dim_label()
        self.about = QToolButton()
        self.about.setText("⋯")
        self.about.setObjectName(f"about.{card.id}")
        self.about.setAccessibleName(f"About {card.name}")
        self.about.setToolTip(as_plain_tooltip(f"All that is known about {card.name}"))
        self.about.setProperty("small", True)
        self.about.setAutoRaise(True)
        self.about.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.about.clicked.connect(lambda _: show_card(card.id))
        self.second = ElidedLabel(facts(card))
        self.second.setProperty("role", "dim")
        self.second.setContentsMargins(INDENT_PX, 0, 0, 3)
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self.box, 1)
        first.addWidget(self.speed)
        first.addWidget(self.about)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(first)
        column.addWidget(self.second)

    def show_speed(self, speed: str) -> None:
        """The speed as text, also in the tooltips."""
        self.speed.setText(speed)
        self.box.setAccessibleDescription(f"{facts(self.card)} {speed}".strip())
        tooltip = as_plain_tooltip(card_text(self.card, speed))
        for widget in (self.box, self.second, self.speed):
            widget.setToolTip(tooltip)


class ShelfList(QWidget):
    """Check boxes for the models; `chosen` are the ids that are ticked, in the order of the shelf.

    `speed_of` words how fast a model is here, `show_card` opens all that is known about one: both may be set at
    any time.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self.speed_of: Callable[[ModelCard], str] = lambda card: ""
        self.show_card: Callable[[str], None] = lambda model_id: None
        self.rows: dict[str, ShelfRow] = {}
        self._changed = changed
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)

    @property
    def boxes(self) -> dict[str, QCheckBox]:
        """The check boxes of models that can answer, by id."""
        return {model: row.box for model, row in self.rows.items() if not row.card.cannot}

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(model for model, box in self.boxes.items() if box.isChecked())

    @property
    def chosen_names(self) -> list[str]:
        """Those models' names, as their cards give them."""
        return [self.rows[model].card.name for model in self.chosen]

    def tick(self, chosen: Sequence[str]) -> None:
        """Tick these models and no others, without telling."""
        for model, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(model in chosen)
            box.blockSignals(False)
        self._fold()

    def show_models(
        self, cards: Sequence[ModelCard], problems: Sequence[ShelfProblem], chosen: Sequence[str] | None, place: Path
    ) -> None:
        """List these models, ticking `chosen` (None or nothing left of it: the first two that can answer).

        `place` is where models belong.
        """
        self._clear()
        for card in cards:
            row = ShelfRow(card, self._on_tick, lambda model_id: self.show_card(model_id))
            self.rows[card.id] = row
            self._layout.addWidget(row)
        self.tick([model for model in chosen or () if model in self.boxes] or list(self.boxes)[:STANDARD_COUNT])
        self.show_speeds()
        if not cards:
            self._layout.addWidget(dim_label(f"No model is installed. Put model folders into {place}.", wrap=True))
        for problem in problems:
            self._layout.addWidget(_error(problem.sentence))

    def show_speeds(self) -> None:
        """Ask anew how fast each model is here."""
        for row in self.rows.values():
            row.show_speed(self.speed_of(row.card))

    def _on_tick(self) -> None:
        self._fold()
        self._changed()

    def _fold(self) -> None:
        """Give the second line to models that are meant, or to all where there is room."""
        for row in self.rows.values():
            row.second.setVisible(len(self.rows) <= ROOMY or row.box.isChecked())

    def _clear(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = {}


def _error(sentence: str) -> QLabel:
    label = dim_label(sentence, wrap=True)
    label.setProperty("role", "error")
    return label
