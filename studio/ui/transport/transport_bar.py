"""The bar at the top: play, stop, loop, metronome, position, tempo, metre and key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QSlider, QSpinBox, QWidget

from ml.music import Key, Score
from ml.music.keys import DetectedKey
from studio.ui.action_binding import BoundActions
from studio.ui.fields import FieldKeys
from studio.ui.labels import dim_label
from studio.ui.transport.key_field import KeyField
from studio.ui.transport.position_display import PositionDisplay

BUTTONS = ("transport.to_start", "transport.play", "transport.stop", "transport.loop", "transport.metronome")
DENOMINATORS = (1, 2, 4, 8, 16, 32)
LOWEST_QPM, HIGHEST_QPM = 10.0, 400.0


@dataclass(frozen=True)
class TransportWishes:
    """What the fields ask for. `leave` gives the keyboard back to the roll."""

    set_tempo: Callable[[float], None]
    set_metre: Callable[[int, int], None]
    set_key: Callable[[Key | None], None]
    set_volume: Callable[[float], None]
    leave: Callable[[], None]


class TransportBar(QWidget):
    """Shows time and key at the playhead. The fields change the entry that holds there."""

    def __init__(self, bound: BoundActions, wishes: TransportWishes) -> None:
        super().__init__()
        self.setObjectName("transport")
        self._wishes = wishes
        self.position = PositionDisplay()
        self.tempo = QDoubleSpinBox()
        self.tempo.setRange(LOWEST_QPM, HIGHEST_QPM)
        self.tempo.setDecimals(1)
        self.tempo.setFixedWidth(64)
        self.tempo.setKeyboardTracking(False)
        self.tempo.setAccessibleName("Tempo in quarters per minute")
        self.tempo.setToolTip("Tempo in quarter notes per minute  (Ctrl+T)")
        self.tempo.valueChanged.connect(wishes.set_tempo)
        self.beats = QSpinBox()
        self.beats.setRange(1, 32)
        self.beats.setFixedWidth(38)
        self.beats.setKeyboardTracking(False)
        self.beats.setAccessibleName("Beats in a bar")
        self.beats.setToolTip("Metre: beats in a bar")
        self.beats.valueChanged.connect(self._metre_changed)
        self.beat_note = QComboBox()
        self.beat_note.setAccessibleName("Note value of a beat")
        self.beat_note.setToolTip("Metre: the note that is one beat")
        for denominator in DENOMINATORS:
            self.beat_note.addItem(str(denominator), denominator)
        self.beat_note.activated.connect(self._metre_changed)
        self.beat_note.activated.connect(lambda _: wishes.leave())
        for number in (self.tempo, self.beats):
            number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for field in (self.tempo, self.beats, self.beat_note):
            FieldKeys(field, wishes.leave)
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, 100)
        self.volume.setFixedWidth(90)
        self.volume.setAccessibleName("Volume of everything")
        self.volume.setToolTip("Volume of everything that is heard  (Ctrl+Shift+PgUp, Ctrl+Shift+PgDown)")
        self.volume.valueChanged.connect(lambda percent: wishes.set_volume(percent / 100))
        FieldKeys(self.volume, wishes.leave)
        self.key = KeyField(wishes.set_key, wishes.leave)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.setSpacing(6)
        for name in BUTTONS:
            layout.addWidget(bound.button(name, 22))
        layout.addSpacing(6)
        layout.addWidget(self.position)
        layout.addSpacing(10)
        self._group(layout, "Tempo", self.tempo)
        layout.addSpacing(8)
        self._group(layout, "Metre", self.beats, dim_label("/"), self.beat_note)
        layout.addSpacing(8)
        self._group(layout, "Key", self.key)
        layout.addStretch(1)
        layout.addWidget(bound.button("transport.panic", 18))
        layout.addWidget(self.volume)

    @staticmethod
    def _group(layout: QHBoxLayout, title: str, *fields: QWidget) -> None:
        layout.addWidget(dim_label(title))
        for field in fields:
            layout.addWidget(field)

    def _metre_changed(self) -> None:
        self._wishes.set_metre(self.beats.value(), self.beat_note.currentData())

    def show_score(self, score: Score, tick: int, detected: DetectedKey | None) -> None:
        """Show what holds at `tick` without asking for a change."""
        fields = (self.tempo, self.beats, self.beat_note)
        for field in fields:
            field.blockSignals(True)
        self.tempo.setValue(score.time_map.tempo_at(tick).qpm)
        self.tempo.setEnabled(score.time_map.ticks_per_second is None)
        metre = score.time_map.metre_at(tick)
        self.beats.setValue(metre.numerator)
        if self.beat_note.findData(metre.denominator) < 0:
            self.beat_note.addItem(str(metre.denominator), metre.denominator)
        self.beat_note.setCurrentIndex(self.beat_note.findData(metre.denominator))
        for field in fields:
            field.blockSignals(False)
        self.key.show_key(score.key_at(tick), detected)
        self.show_position(tick, score)

    def show_volume(self, volume: float) -> None:
        """Show the volume, 0 to 1, without asking for a change."""
        self.volume.blockSignals(True)
        self.volume.setValue(round(volume * 100))
        self.volume.blockSignals(False)

    def show_position(self, tick: float, score: Score) -> None:
        self.position.show_tick(tick, score.time_map)
