"""The models and their whole cards: a list on the left, what the chosen one says of itself on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from studio.engine import ModelCard
from studio.engine.card_text import CardSection, CardTable, card_sections
from studio.ui.labels import as_plain_tooltip, dim_label, heading, plain_label

WIDTH_PX, HEIGHT_PX, LIST_PX = 860, 620, 200


@dataclass(frozen=True)
class CardWishes:
    """What the buttons do; `remove` is given the id of a model of the user's own."""

    add: Callable[[], None]
    remove: Callable[[str], None]
    measure: Callable[[], None]
    look_again: Callable[[], None]


class ModelCards(QDialog):
    """Stays open beside the work. `speed_of` says in a sentence how fast a model is here."""

    def __init__(self, wishes: CardWishes, speed_of: Callable[[ModelCard], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model-cards")
        self.setWindowTitle("Models")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._speed_of = speed_of
        self._cards: dict[str, ModelCard] = {}
        self.names = QListWidget()
        self.names.setAccessibleName("Models")
        self.names.currentItemChanged.connect(lambda *_: self._show_card())
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.names)
        across.addWidget(self.area)
        across.setStretchFactor(1, 1)
        across.setSizes([LIST_PX, WIDTH_PX - LIST_PX])
        across.setCollapsible(1, False)

        self.add = _button(
            "Add model…", "Choose a model folder; it is checked and copied to your own models", wishes.add
        )
        self.remove = _button(
            "Remove", "Take this model off the shelf; its folder is kept in the models folder, under “.removed”",
            lambda: wishes.remove(self.current),
        )  # fmt: skip
        self.measure = _button("Measure speeds", "Measure anew how fast all models write here", wishes.measure)
        self.look = _button("Look again", "Look for models that were put into the folder or trained", wishes.look_again)
        close = _button("Close", "Close this list  (Esc)", self.close)
        buttons = QHBoxLayout()
        for button in (self.add, self.remove, self.look, self.measure):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(across, 1)
        layout.addLayout(buttons)
        self.resize(WIDTH_PX, HEIGHT_PX)

    @property
    def current(self) -> str:
        """The id of the model whose card shows, "" when there is none."""
        item = self.names.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def show_models(self, cards: Sequence[ModelCard], current: str = "") -> None:
        """List these models, and show the card of `current` or of the one that showed before."""
        wanted = current or self.current
        self._cards = {card.id: card for card in cards}
        self.names.blockSignals(True)
        self.names.clear()
        for card in cards:
            item = QListWidgetItem(f"{card.name}  (your own)" if card.own else card.name)
            item.setData(Qt.ItemDataRole.UserRole, card.id)
            item.setToolTip(as_plain_tooltip(card.good_at))
            self.names.addItem(item)
            if card.id == wanted:
                self.names.setCurrentItem(item)
        if self.names.currentItem() is None:
            self.names.setCurrentRow(0)
        self.names.blockSignals(False)
        self._show_card()

    def _show_card(self) -> None:
        card = self._cards.get(self.current)
        self.remove.setEnabled(card is not None and card.own)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        if card is None:
            column.addWidget(dim_label("No model is installed. Add one below.", wrap=True))
        else:
            title = heading(card.name)
            font = title.font()
            font.setPointSizeF(font.pointSizeF() * 1.4)
            title.setFont(font)
            column.addWidget(title)
            speed = self._speed_of(card)
            sections = card_sections(card)
            if speed:
                sections.insert(1, CardSection("Speed on this machine", speed))
            for section in sections:
                _add_section(column, section)
        column.addStretch(1)
        place = self.area.verticalScrollBar().value() if self.area.widget() is not None else 0
        self.area.setWidget(page)
        self.area.verticalScrollBar().setValue(place)


def _add_section(column: QVBoxLayout, section: CardSection) -> None:
    if section.title:
        column.addSpacing(8)
        column.addWidget(dim_label(section.title))
    if section.text:
        column.addWidget(_text(section.text))
    if section.table is not None:
        column.addWidget(_table(section.table))


def _table(table: CardTable) -> QWidget:
    """Texts in a grid; columns of numbers stand right."""
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
    numeric = [
        all(not row[column] or row[column][0].isdigit() for row in table.rows) for column in range(len(table.header))
    ]
    for column, title in enumerate(table.header):
        label = dim_label(title, wrap=True)
        label.setAlignment(_side(numeric[column]) | Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(label, 0, column)
    for number, row in enumerate(table.rows, 1):
        for column, text in enumerate(row):
            cell = _text(text) if column == len(row) - 1 and not numeric[column] else plain_label(text)
            cell.setAlignment(_side(numeric[column]) | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(cell, number, column)
    grid.setColumnStretch(len(table.header) - 1 if not numeric[-1] else len(table.header), 1)
    return box


def _side(right: bool) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft


def _text(text: str) -> QLabel:
    """Running text that can be marked and copied."""
    label = plain_label(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _button(title: str, tooltip: str, run: Callable[[], object]) -> QPushButton:
    button = QPushButton(title)
    button.setToolTip(tooltip)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _: run())
    return button
