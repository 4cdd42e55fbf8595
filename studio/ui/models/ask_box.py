"""What is asked of the models: how many bars and takes, how freely, and whether to stay in the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QGridLayout, QHBoxLayout, QPushButton, QSlider, QSpinBox, QWidget

from ml.music import Key
from studio.ui.fields import FieldKeys
from studio.ui.labels import dim_label

BARS = (2, 4, 8, 16)
MOST_TAKES = 8
LOW_PERCENT, HIGH_PERCENT = 40, 160


@dataclass(frozen=True, slots=True)
class Asking:
    """The panel's settings. `temperature` multiplies the spread of choices; 1 is as the model learned it."""

    bars: int = 4
    takes: int = 4
    temperature: float = 1.0
    stay_in_key: bool = True


def freedom(temperature: float) -> str:
    """A musician's word for a temperature."""
    for limit, word in ((0.7, "predictable"), (0.9, "careful"), (1.1, "natural"), (1.3, "adventurous")):
        if temperature <= limit:
            return word
    return "wild"


class AskBox(QWidget):
    """The fields above; calls `changed` whenever one of them was moved by the user."""

    def __init__(self, changed: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed
        self._key: Key | None = None

        self.bars = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(4)
        for bars in BARS:
            button = QPushButton(str(bars))
            button.setCheckable(True)
            button.setObjectName(f"bars.{bars}")
            button.setToolTip(f"Ask for {bars} bars  (Ctrl+Alt+{BARS.index(bars) + 1})")
            button.setAccessibleName(f"{bars} bars")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setProperty("segment", True)
            self.bars.addButton(button, bars)
            row.addWidget(button)
        self.bars.idClicked.connect(lambda _: changed())

        self.takes = QSpinBox()
        self.takes.setRange(1, MOST_TAKES)
        self.takes.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.takes.setFixedWidth(44)
        self.takes.setAccessibleName("Takes of each model")
        self.takes.setToolTip("How many takes each model writes: type, turn the wheel, or use Ctrl+Alt+Right and Left")
        self.takes.valueChanged.connect(lambda _: changed())
        self.temperature = QSlider(Qt.Orientation.Horizontal)
        self.temperature.setRange(LOW_PERCENT, HIGH_PERCENT)
        self.temperature.setPageStep(10)
        self.temperature.setSingleStep(5)
        self.temperature.setAccessibleName("Temperature")
        self.temperature.setToolTip("Temperature: left for what the model finds likely, right for surprises")
        self.temperature.valueChanged.connect(self._temperature_changed)
        self.word = dim_label()
        self.stay_in_key = QCheckBox("Stay in key")
        self.stay_in_key.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stay_in_key.toggled.connect(lambda _: changed())
        for field in (self.takes, self.temperature):
            FieldKeys(field, leave)

        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.addWidget(dim_label("Bars"), 0, 0)
        grid.addLayout(row, 0, 1, 1, 2)
        grid.addWidget(dim_label("Takes"), 1, 0)
        takes = QHBoxLayout()
        takes.addWidget(self.takes)
        takes.addWidget(dim_label("of each model"))
        takes.addStretch(1)
        grid.addLayout(takes, 1, 1, 1, 2)
        grid.addWidget(dim_label("Freedom"), 2, 0)
        grid.addWidget(self.temperature, 2, 1)
        grid.addWidget(self.word, 2, 2)
        grid.addWidget(self.stay_in_key, 3, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        self.word.setMinimumWidth(self.word.fontMetrics().horizontalAdvance("adventurous 1.25"))
        self.show_asking(Asking())

    def asking(self) -> Asking:
        return Asking(
            bars=self.bars.checkedId(),
            takes=self.takes.value(),
            temperature=self.temperature.value() / 100,
            stay_in_key=self.stay_in_key.isChecked(),
        )

    def show_asking(self, asking: Asking) -> None:
        """Set all fields; values from old settings are brought into range."""
        for field in (self.takes, self.temperature, self.stay_in_key):
            field.blockSignals(True)
        bars = min(BARS, key=lambda choice: abs(choice - asking.bars))
        self.bars.button(bars).setChecked(True)
        self.takes.setValue(asking.takes)
        self.temperature.setValue(round(asking.temperature * 100))
        self.stay_in_key.setChecked(asking.stay_in_key)
        for field in (self.takes, self.temperature, self.stay_in_key):
            field.blockSignals(False)
        self._show_word()

    def show_key(self, key: Key | None) -> None:
        """Name the key that would be obeyed; without a key there is nothing to obey."""
        self.stay_in_key.setEnabled(key is not None)
        self.stay_in_key.setText("Stay in key (none is set)" if key is None else f"Stay in {key}")
        self.stay_in_key.setToolTip(
            "Set a key at the top first: then every note of every take can be held to it."
            if key is None
            else f"Every note of every take lies in {key}, whichever model writes it."
        )

    def _temperature_changed(self) -> None:
        self._show_word()
        self._changed()

    def _show_word(self) -> None:
        temperature = self.temperature.value() / 100
        self.word.setText(f"{freedom(temperature)} {temperature:.2f}")
