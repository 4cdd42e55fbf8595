"""Key and scale: what the user sets is a promise; what is only heard in the notes is shown as a leaning."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from ml.music import Key, Scale
from ml.music.keys import MAJOR_SPELLING, DetectedKey
from studio.ui.fields import FieldKeys
from studio.ui.labels import ElidedLabel

NO_KEY = "–"
LEANING_PX = 24
CLEAR_LEAD = 0.05
"""Lead of the best over the second key from which the detection is called clear."""


LEAST_SCALE_PX = 64
"""In a narrow window the longest names of scales are cut."""


class KeyField(QWidget):
    """Two lists, tonic and scale, and the leaning beside them. Calls `changed` with the chosen key or None."""

    def __init__(self, changed: Callable[[Key | None], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed
        self.tonic = QComboBox()
        self.tonic.setAccessibleName("Tonic of the key")
        self.tonic.addItem(NO_KEY, None)
        for pitch_class, name in enumerate(MAJOR_SPELLING):
            self.tonic.addItem(name, pitch_class)
        self.scale = QComboBox()
        self.scale.setAccessibleName("Scale of the key")
        self.scale.setMinimumWidth(LEAST_SCALE_PX)
        for scale in Scale:
            self.scale.addItem(scale.label, scale.name)
        self.leaning = ElidedLabel()
        self.leaning.setProperty("role", "dim")
        self.setToolTip(
            "The key of the song at the playhead. Set it, and every note of every take stays in it while"
            " “Stay in” is ticked on the right.\nMinor permits both sixths and both sevenths."
            " A key that is only heard in the notes is shown as a leaning, nothing more."
        )
        for box in (self.tonic, self.scale):
            box.setMaxVisibleItems(16)
            box.activated.connect(self._choose)
            box.activated.connect(lambda _: leave())
            FieldKeys(box, leave)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.tonic)
        layout.addWidget(self.scale)
        layout.addWidget(self.leaning, 1)
        self.leaning.setMinimumWidth(LEANING_PX)  # before the window gets narrower, it ends in …
        self.leaning.setMaximumWidth(self.leaning.fontMetrics().horizontalAdvance("sounds like D# minor?") + 8)

    def key(self) -> Key | None:
        """The key that the lists show."""
        tonic = self.tonic.currentData()
        return None if tonic is None else Key(tonic, Scale[self.scale.currentData()])

    def show_key(self, key: Key | None, detected: DetectedKey | None) -> None:
        """Show the written key, and what the notes sound like where that adds something."""
        self.tonic.setCurrentIndex(0 if key is None else key.tonic + 1)
        if key is not None:
            for pitch_class in range(12):
                self.tonic.setItemText(pitch_class + 1, Key(pitch_class, key.scale).tonic_name)
            self.scale.setCurrentIndex(self.scale.findData(key.scale.name, Qt.ItemDataRole.UserRole))
        self.scale.setEnabled(key is not None)
        self.leaning.setText(leaning(key, detected))

    def _choose(self) -> None:
        self.scale.setEnabled(self.tonic.currentData() is not None)
        self._changed(self.key())


def leaning(key: Key | None, detected: DetectedKey | None) -> str:
    """What to say about the detected key; "" when there is none or it says the same as the written one."""
    if detected is None or detected.key == key:
        return ""
    return f"sounds like {detected.key}" + ("" if detected.lead >= CLEAR_LEAD else "?")
