"""The shelf in the panel: one check box per model, what it is good at, and its card on hovering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from studio.engine import ModelCard, ShelfProblem
from studio.ui.labels import ElidedLabel, as_plain_tooltip, dim_label

FIGURES_SHOWN = 8


def facts(card: ModelCard) -> str:
    """One short line: trunk, size, what it is good at."""
    parts = (card.trunk, f"{card.size_text} parameters" if card.parameters else "", card.good_at)
    return " · ".join(part for part in parts if part)


def card_text(card: ModelCard) -> str:
    """What the card says, as plain lines for a tooltip."""
    lines = [card.name]
    if card.good_at:
        lines.append(f"Good at: {card.good_at}")
    if card.corpora:
        lines.append("Learned from: " + ", ".join(card.corpora[:8]))
    if card.licence:
        lines.append(f"Licence: {card.licence}")
    figures = list(card.figures.items())
    lines += [f"{name}: {value:g}" for name, value in figures[:FIGURES_SHOWN]]
    if len(figures) > FIGURES_SHOWN:
        lines.append(f"and {len(figures) - FIGURES_SHOWN} more figures in {card.folder / 'card.json'}")
    return "\n".join(lines)


class ShelfList(QWidget):
    """Check boxes for the models; `chosen` are the ids that are ticked, in the order of the shelf."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed
        self.boxes: dict[str, QCheckBox] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(1)

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(model for model, box in self.boxes.items() if box.isChecked())

    def tick(self, chosen: Sequence[str]) -> None:
        """Tick these models and no others, without telling."""
        for model, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(model in chosen)
            box.blockSignals(False)

    def show_models(
        self, cards: Sequence[ModelCard], problems: Sequence[ShelfProblem], chosen: Sequence[str] | None, place: Path
    ) -> None:
        """List these models, ticking `chosen` (None or nothing left of it: all). `place` is where models belong."""
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        ids = {card.id for card in cards}
        ticked = ids & set(chosen or ()) or ids
        self.boxes = {}
        for card in cards:
            box = QCheckBox(card.name.replace("&", "&&"))
            box.setObjectName(f"model.{card.id}")
            box.setChecked(card.id in ticked)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.toggled.connect(lambda _: self._changed())
            line = ElidedLabel(facts(card))
            line.setProperty("role", "dim")
            line.setContentsMargins(24, 0, 0, 3)
            for widget in (box, line):
                widget.setToolTip(as_plain_tooltip(card_text(card)))
                self._layout.addWidget(widget)
            self.boxes[card.id] = box
        if not cards:
            self._layout.addWidget(dim_label(f"No model is installed. Put model folders into {place}.", wrap=True))
        for problem in problems:
            label = dim_label(problem.sentence, wrap=True)
            label.setProperty("role", "error")
            self._layout.addWidget(label)
