"""The drawer: limits that every note obeys, leanings that models are told, how notes are drawn and takes chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ml.requests import LEAP_LEVELS, STYLES, ChordRule, Limits
from studio.session.wishes import Wishes
from studio.ui.fields import FieldKeys
from studio.ui.labels import dim_label
from studio.ui.models.choice import Choice, Rows, block
from studio.ui.models.choosing_box import ChoosingBox
from studio.ui.models.pitch_fields import PitchBox, PitchClassKeys
from studio.ui.models.segments import Segment, Segments
from studio.ui.models.words import AS_MUSIC, GRIDS, VOICES, leaps_word

MOST_NOTES_PER_BAR = 64
LARGEST_SEED = (1 << 31) - 1
RULES = (ChordRule.STRONG_BEATS, ChordRule.EVERY_NOTE)


class Drawer(QWidget):
    """Calls `changed` when the user moved a field, and `detect` to have the chords heard and written down.

    `last_seed` gives the seed of the takes that are showing: fixing the seed fixes that one.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        leave: Callable[[], None],
        detect: Callable[[], None],
        last_seed: Callable[[], int | None],
    ) -> None:
        super().__init__()
        self._changed, self._leave, self._last_seed = changed, leave, last_seed
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(block("must", "Must", "every note obeys", self._must(detect)))
        column.addWidget(block("leans", "Leans", "models are told, nothing more", self._leans()))
        column.addWidget(block("plain", "Drawing", "how models choose", self._drawing()))
        self.choosing = ChoosingBox(changed, leave)
        column.addWidget(block("plain", "Choosing", "which takes show", self.choosing))
        self.show_wishes(Wishes())

    # --- building

    def _must(self, detect: Callable[[], None]) -> Rows:
        changed, leave = self._changed, self._leave
        self.pitches = PitchClassKeys(changed, leave)
        self.lowest = PitchBox("Lowest pitch", "The lowest pitch that may be written, such as C3", changed, leave)
        self.highest = PitchBox("Highest pitch", "The highest pitch that may be written, such as C6", changed, leave)
        self.instrument_ranges = self._check(
            "What each instrument can play", "Keep every track inside the range of its instrument"
        )
        self.chords = QLineEdit()
        self.chords.setAccessibleName("Chords")
        self.chords.setPlaceholderText("C | Am F | G7")
        self.chords.setToolTip(
            "Chords from the first asked bar on, round and round: bars between | , several chords share a bar,"
            " % repeats a bar, N.C. is no chord"
        )
        self.chords.editingFinished.connect(changed)
        FieldKeys(self.chords, leave)
        self.detect = QPushButton("Detect")
        self.detect.setToolTip("Write down the chords that are heard in the asked bars, or else before them")
        self.detect.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.detect.setObjectName("detect")
        self.detect.clicked.connect(lambda _: detect())
        FieldKeys(self.detect, leave)
        self.rule = Segments(
            "Chord rule",
            (
                Segment("Strong beats", "Notes on strong beats belong to the chord; others may pass"),
                Segment("Every note", "Every note belongs to the chord that sounds where it starts"),
            ),
            changed,
        )
        for button in self.rule.buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            FieldKeys(button, leave)
        self.voices = Choice("Voices", "How many notes of a track may sound at once", VOICES, changed, leave)
        self.grid = Choice("Grid", "Where notes may start", GRIDS, changed, leave)
        self.notes_per_bar = QSpinBox()
        self.notes_per_bar.setRange(0, MOST_NOTES_PER_BAR)
        self.notes_per_bar.setSpecialValueText("free")
        self.notes_per_bar.setAccessibleName("Most notes in a bar")
        self.notes_per_bar.setToolTip("The most notes of a track that may start in each bar")
        self.notes_per_bar.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.notes_per_bar.valueChanged.connect(lambda _: changed())
        FieldKeys(self.notes_per_bar, leave)
        rows = Rows()
        rows.add("Pitches", self.pitches)
        rows.add("Range", self.lowest, dim_label("to"), self.highest, stretch=(0, 2))
        rows.add("", self.instrument_ranges)
        rows.add("Chords", self.chords, self.detect)
        rows.add("on", self.rule)
        rows.add("Voices", self.voices)
        rows.add("Grid", self.grid)
        rows.add("At most", self.notes_per_bar, dim_label("notes in a bar"), stretch=())
        return rows

    def _leans(self) -> Rows:
        styles = ((None, AS_MUSIC), *((style, style) for style in STYLES))
        self.style_ = Choice("Style", "The style that models lean to", styles, self._changed, self._leave)
        self.leaps = QSlider(Qt.Orientation.Horizontal)
        self.leaps.setRange(0, LEAP_LEVELS)
        self.leaps.setPageStep(1)
        self.leaps.setAccessibleName("Steps or leaps")
        self.leaps.setToolTip("Left leaves it to the music; then from melodies by step to melodies by leap")
        self.leaps.valueChanged.connect(lambda _: self._show_leaps())
        self.leaps.valueChanged.connect(lambda _: self._changed())
        FieldKeys(self.leaps, self._leave)
        self.leaps_text = dim_label()
        self.leaps_text.setMinimumWidth(self.leaps_text.fontMetrics().horizontalAdvance("mostly leaps") + 2)
        rows = Rows()
        rows.add("Style", self.style_)
        rows.add("Melody", self.leaps, self.leaps_text)
        return rows

    def _drawing(self) -> Rows:
        self.temperature = self._real(
            "Temperature", "Temperature: below 1 tamer, above 1 wilder, for everything a model chooses", 0.05, 4.0, 0.05
        )
        self.top_p = self._real(
            "Top-p", "Draw from the likeliest choices that make up this share; 1 is all of them", 0.01, 1.0, 0.01
        )
        self.fixed = self._check("Seed", "The same seed gives the same notes again; else each asking is a new one")
        self.fixed.clicked.connect(self._fix_seed)
        self.seed = QSpinBox()
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("Any whole number; the same one gives the same notes on this machine")
        self.seed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.seed.valueChanged.connect(lambda _: self._changed())
        FieldKeys(self.seed, self._leave)
        rows = Rows()
        rows.add("Freedom", self.temperature, dim_label("top-p"), self.top_p, stretch=())
        rows.add("", self.fixed, self.seed, stretch=(1,))
        return rows

    def _check(self, text: str, tooltip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(tooltip)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.toggled.connect(lambda _: self._changed())
        FieldKeys(box, self._leave)
        return box

    def _real(self, name: str, tooltip: str, lowest: float, highest: float, step: float) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setRange(lowest, highest)
        field.setSingleStep(step)
        field.setAccessibleName(name)
        field.setToolTip(tooltip)
        field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        field.valueChanged.connect(lambda _: self._changed())
        FieldKeys(field, self._leave)
        return field

    # --- values

    def read(self, wishes: Wishes) -> Wishes:
        """`wishes` with what the fields say."""
        limits = Limits(
            key=wishes.limits.key,
            lowest=self.lowest.value(),
            highest=self.highest.value(),
            pitch_classes=self.pitches.classes(),
            instrument_ranges=self.instrument_ranges.isChecked(),
            chord_rule=RULES[self.rule.chosen],
            polyphony=cast("int | None", self.voices.value),
            grid=cast("int | None", self.grid.value),
            notes_per_bar=self.notes_per_bar.value() or None,
        )
        leanings = replace(
            wishes.leanings, style=cast("str | None", self.style_.value), leaps=self.leaps.value() or None
        )
        sampling = replace(
            wishes.sampling, temperature=round(self.temperature.value(), 2), top_p=round(self.top_p.value(), 2)
        )
        seed = self.seed.value() if self.fixed.isChecked() else None
        chords = self.chords.text().strip()
        choosing = self.choosing.read(wishes.choosing)
        return replace(
            wishes,
            limits=limits,
            chords=chords,
            leanings=leanings,
            sampling=sampling,
            seed=seed,
            choosing=choosing,
        )

    def show_wishes(self, wishes: Wishes) -> None:
        """Set all fields without telling."""
        limits = wishes.limits
        fields = (
            self.lowest, self.highest, self.instrument_ranges, self.notes_per_bar, self.leaps,
            self.temperature, self.top_p, self.fixed, self.seed,
        )  # fmt: skip
        for field in fields:
            field.blockSignals(True)
        self.pitches.show_classes(limits.pitch_classes)
        self.lowest.setValue(limits.lowest)
        self.highest.setValue(limits.highest)
        self.instrument_ranges.setChecked(limits.instrument_ranges)
        self.chords.setText(wishes.chords)
        self.rule.choose(RULES.index(limits.chord_rule))
        self.voices.show_value(limits.polyphony)
        self.grid.show_value(limits.grid)
        self.notes_per_bar.setValue(limits.notes_per_bar or 0)
        self.style_.show_value(wishes.leanings.style)
        self.leaps.setValue(wishes.leanings.leaps or 0)
        self.temperature.setValue(wishes.sampling.temperature)
        self.top_p.setValue(wishes.sampling.top_p)
        self.fixed.setChecked(wishes.seed is not None)
        self.seed.setValue(min(wishes.seed or 0, LARGEST_SEED))
        for field in fields:
            field.blockSignals(False)
        self.seed.setEnabled(self.fixed.isChecked())
        self.choosing.show_choosing(wishes.choosing)
        self._show_leaps()

    def _fix_seed(self, on: bool) -> None:
        self.seed.setEnabled(on)
        seed = self._last_seed()
        if on and seed is not None:
            self.seed.setValue(seed)

    def _show_leaps(self) -> None:
        self.leaps_text.setText(leaps_word(self.leaps.value() or None))
