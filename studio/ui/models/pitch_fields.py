"""Fields for pitches: a number field that shows note names, and twelve keys that are toggled."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from ml.music import Key, Scale
from ml.music.keys import LETTERS, MAJOR_SPELLING
from studio.ui.fields import FieldKeys
from studio.ui.roll.spelling import USUAL, pitch_label

BLACK = (1, 3, 6, 8, 10)
FIRST_COLUMN = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 7, 7: 8, 8: 9, 9: 10, 10: 11, 11: 12}
"""Where each key begins, in half widths of a white key, as on a keyboard."""
FREE, OWN = "free", "own"


def parse_pitch(text: str) -> int | None:
    """The MIDI pitch of "C4", "f#3", "Bb-1", or of a bare number; None for anything else and outside 0 to 127."""
    match = re.fullmatch(r"\s*([A-Ga-g])([#b♯♭]?)\s*(-?\d)\s*|\s*(\d{1,3})\s*", text)
    if match is None:
        return None
    letter, accidental, octave, number = match.groups()
    if number is not None:
        pitch = int(number)
    else:
        pitch = LETTERS[letter.lower()] + {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[accidental] + 12 * (int(octave) + 1)
    return pitch if 0 <= pitch <= 127 else None


class PitchBox(QSpinBox):
    """A MIDI pitch by its name; middle C is C4."""

    def __init__(self, name: str, tooltip: str, changed: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self.setRange(0, 127)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setKeyboardTracking(False)
        self.valueChanged.connect(lambda _: changed())
        FieldKeys(self, leave)

    def textFromValue(self, value: int) -> str:
        return pitch_label(value)

    def valueFromText(self, text: str) -> int:
        pitch = parse_pitch(text)
        return self.value() if pitch is None else pitch

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        state = QValidator.State.Intermediate if parse_pitch(text) is None else QValidator.State.Acceptable
        return state, text, position


class PitchClassKeys(QWidget):
    """Twelve keys to toggle, and two lists that press those of a scale. None pressed means that all are permitted."""

    def __init__(self, changed: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed
        self._named: Key | None = None
        self.tonic, self.scale = QComboBox(), QComboBox()
        self.tonic.addItem(FREE, None)
        for pitch_class, name in enumerate(MAJOR_SPELLING):
            self.tonic.addItem(name, pitch_class)
        for scale in Scale:
            self.scale.addItem(scale.label, scale.name)
        for box, name in ((self.tonic, "Tonic of the scale"), (self.scale, "Scale")):
            box.setAccessibleName(name)
            box.setToolTip("Press the keys of a scale; toggle single ones below for a set of your own")
            box.setMaxVisibleItems(16)
            box.activated.connect(lambda _: self._press_scale())
            FieldKeys(box, leave)
        lists = QHBoxLayout()
        lists.setSpacing(4)
        lists.addWidget(self.tonic)
        lists.addWidget(self.scale, 1)
        keys = QGridLayout()
        keys.setSpacing(2)
        self.keys: list[QPushButton] = []
        for pitch_class in range(12):
            key = QPushButton(USUAL[pitch_class])
            key.setCheckable(True)
            key.setProperty("key", "black" if pitch_class in BLACK else "white")
            key.setToolTip(f"Permit {USUAL[pitch_class]} in every octave; with no key pressed all pitches are")
            key.setAccessibleName(f"Permit {USUAL[pitch_class]}")
            key.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            key.clicked.connect(lambda _: self._toggled())
            FieldKeys(key, leave)
            keys.addWidget(key, 0 if pitch_class in BLACK else 1, FIRST_COLUMN[pitch_class], 1, 2)
            self.keys.append(key)
        for column in range(14):
            keys.setColumnStretch(column, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(lists)
        rows.addLayout(keys)
        self.show_classes(None)

    def classes(self) -> frozenset[int] | None:
        """The permitted pitch classes, None for all."""
        pressed = frozenset(number for number, key in enumerate(self.keys) if key.isChecked())
        return pressed if 0 < len(pressed) < 12 else None

    def show_classes(self, classes: frozenset[int] | None) -> None:
        for number, key in enumerate(self.keys):
            key.setChecked(classes is not None and number in classes)
        self._name_scale()

    def _toggled(self) -> None:
        self._name_scale()
        self._changed()

    def _press_scale(self) -> None:
        tonic = self.tonic.currentData()
        self._named = None if tonic is None else Key(tonic, Scale[self.scale.currentData()])
        self.show_classes(self._named.pitch_classes if self._named is not None else None)
        self._changed()

    def _name_scale(self) -> None:
        """Let the lists say what is pressed: a scale by its name, the one that was chosen before all, or a set."""
        classes = self.classes()
        if self.tonic.itemText(self.tonic.count() - 1) == OWN:
            self.tonic.removeItem(self.tonic.count() - 1)
        keys = (Key(tonic, scale) for scale in Scale for tonic in range(12))
        chosen = (self._named,) if self._named is not None else ()
        found = next((key for key in (*chosen, *keys) if key.pitch_classes == classes), None)
        self.scale.setEnabled(found is not None)
        if classes is None:
            self.tonic.setCurrentIndex(0)
        elif found is None:
            self.tonic.addItem(OWN, None)
            self.tonic.setCurrentIndex(self.tonic.count() - 1)
        else:
            self.tonic.setCurrentIndex(found.tonic + 1)
            self.scale.setCurrentIndex(self.scale.findData(found.scale.name))
