"""The knobs in sight: bars, takes, which tracks, how surprising and dense; and what Vary and Accompany need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QPushButton, QSlider, QSpinBox, QWidget

from ml.music import Key
from ml.requests import DENSITY_LEVELS, Keep
from studio.session.wishes import BAR_CHOICES, Wishes
from studio.ui.fields import FieldKeys
from studio.ui.labels import dim_label
from studio.ui.models.segments import Segment, Segments
from studio.ui.models.words import AMOUNT_STEPS, amount_word, density_word, surprise_word

MOST_TAKES = 8
SURPRISE_STEPS = 4
"""Steps of the slider to one step of surprise."""


class AskBox(QWidget):
    """Calls `changed` whenever the user moved one of the fields, `choose_partner` to ask who accompanies."""

    def __init__(
        self, changed: Callable[[], None], leave: Callable[[], None], choose_partner: Callable[[], None]
    ) -> None:
        super().__init__()
        self._changed = changed
        self._leave = leave
        bars = [
            Segment(str(count), f"Continue and Generate ask for {count} bars  (Ctrl+Alt+{number})")
            for number, count in enumerate(BAR_CHOICES, 1)
        ]
        self.bars = Segments("Bars", bars, changed)
        self.takes = QSpinBox()
        self.takes.setRange(1, MOST_TAKES)
        self.takes.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.takes.setFixedWidth(40)
        self.takes.setAccessibleName("Takes of each model")
        self.takes.setToolTip("How many takes each model writes: type, turn the wheel, or use Ctrl+Alt+Right and Left")
        self.takes.valueChanged.connect(lambda _: changed())
        FieldKeys(self.takes, leave)
        self.scope = Segments(
            "Tracks",
            (
                Segment("This track", "Ask for the current track only  (Ctrl+Alt+A)"),
                Segment("All tracks", "Ask for all tracks at once, up to 16  (Ctrl+Alt+A)"),
            ),
            changed,
        )
        self.surprise = self._slider(
            -2 * SURPRISE_STEPS, 2 * SURPRISE_STEPS, "Surprise",
            "Left for what the model finds likely, right for what surprises  (Ctrl+Alt+Up and Down)",
        )  # fmt: skip
        self.density = self._slider(
            0, DENSITY_LEVELS, "Density",
            "How many notes the models lean to; far left leaves it to the music  (Ctrl+Alt+PgUp and PgDown)",
        )  # fmt: skip
        self.amount = self._slider(
            1, AMOUNT_STEPS, "Amount of change",
            "How many of the notes Vary writes anew, from a few to all  (Ctrl+Alt+= and Ctrl+Alt+-)",
        )  # fmt: skip
        self.keep = Segments(
            "Vary keeps",
            (
                Segment("Rhythm", "Vary keeps when notes start and how long they are  (Ctrl+Alt+R)"),
                Segment("Contour", "Vary keeps where the melody rises and falls  (Ctrl+Alt+C)"),
                Segment("Harmony", "Vary keeps the chords that are heard there  (Ctrl+Alt+H)"),
            ),
            changed,
            exclusive=False,
        )
        self.partner = QPushButton()
        self.partner.setToolTip("Who accompanies: a new track, or a track of the song  (Ctrl+Alt+I)")
        self.partner.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.partner.setProperty("field", True)
        self.partner.clicked.connect(lambda _: choose_partner())
        self.song_key = QCheckBox()
        self.song_key.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.song_key.toggled.connect(lambda _: changed())
        FieldKeys(self.song_key, leave)
        self._words = {slider: dim_label() for slider in (self.surprise, self.density, self.amount)}
        self._lay_out()
        self.show_wishes(Wishes())

    def _slider(self, lowest: int, highest: int, name: str, tooltip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(lowest, highest)
        slider.setPageStep(1)
        slider.setAccessibleName(name)
        slider.setToolTip(tooltip)
        slider.valueChanged.connect(lambda _: self._moved())
        FieldKeys(slider, self._leave)
        return slider

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        grid.setHorizontalSpacing(8)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.bars, 1)
        first.addWidget(dim_label("Takes"))
        first.addWidget(self.takes)
        grid.addWidget(dim_label("Bars"), 0, 0)
        grid.addLayout(first, 0, 1, 1, 2)
        grid.addWidget(dim_label("For"), 1, 0)
        grid.addWidget(self.scope, 1, 1, 1, 2)
        rows = ((2, "Surprise", self.surprise), (3, "Density", self.density), (5, "Vary", self.amount))
        for row, text, slider in rows:
            grid.addWidget(dim_label(text), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(self._words[slider], row, 2)
        grid.addWidget(self.song_key, 4, 0, 1, 3)
        grid.addWidget(dim_label("keeping"), 6, 0)
        grid.addWidget(self.keep, 6, 1, 1, 2)
        grid.addWidget(self.partner, 7, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        metrics = self._words[self.surprise].fontMetrics()
        grid.setColumnMinimumWidth(2, metrics.horizontalAdvance("very surprising") + 2)

    # --- values

    def read(self, wishes: Wishes) -> Wishes:
        """`wishes` with what the fields say."""
        keep = [button.isChecked() for button in self.keep.buttons]
        return replace(
            wishes,
            bars=BAR_CHOICES[self.bars.chosen],
            takes=self.takes.value(),
            all_tracks=self.scope.chosen == 1,
            sampling=replace(wishes.sampling, surprise=self.surprise.value() / SURPRISE_STEPS),
            leanings=replace(wishes.leanings, density=self.density.value() or None),
            amount=self.amount.value() / AMOUNT_STEPS,
            keep=Keep(*keep),
            song_key=self.song_key.isChecked(),
        )

    def show_wishes(self, wishes: Wishes) -> None:
        """Set all fields without telling; values from old settings are brought into range."""
        fields = (self.takes, self.surprise, self.density, self.amount, self.song_key)
        for field in fields:
            field.blockSignals(True)
        self.bars.choose(min(range(len(BAR_CHOICES)), key=lambda number: abs(BAR_CHOICES[number] - wishes.bars)))
        self.takes.setValue(wishes.takes)
        self.scope.choose(int(wishes.all_tracks))
        self.surprise.setValue(round(wishes.sampling.surprise * SURPRISE_STEPS))
        self.density.setValue(wishes.leanings.density or 0)
        self.amount.setValue(round(wishes.amount * AMOUNT_STEPS))
        keep = wishes.keep
        for button, on in zip(self.keep.buttons, (keep.rhythm, keep.contour, keep.harmony), strict=True):
            button.setChecked(on)
        self.song_key.setChecked(wishes.song_key)
        for field in fields:
            field.blockSignals(False)
        self._show_words()

    def show_partner(self, name: str) -> None:
        """Name who would accompany."""
        self.partner.setText(f"Accompany with {name.replace('&', '&&')}  ▾")
        self.partner.setAccessibleName(f"Accompany with {name}")

    def show_key(self, key: Key | None) -> None:
        """Name the key that would be obeyed; without a key there is nothing to obey."""
        self.song_key.setEnabled(key is not None)
        self.song_key.setText("Stay in key (none is set)" if key is None else f"Stay in {key}")
        self.song_key.setToolTip(
            "Set a key at the top first: then every note of every take can be held to it."
            if key is None
            else f"Every note of every take lies in {key}, whichever model writes it.  (Ctrl+K)"
        )

    def _moved(self) -> None:
        self._show_words()
        self._changed()

    def _show_words(self) -> None:
        self._words[self.surprise].setText(surprise_word(self.surprise.value() / SURPRISE_STEPS))
        self._words[self.density].setText(density_word(self.density.value() or None))
        self._words[self.amount].setText(amount_word(self.amount.value() / AMOUNT_STEPS))

    def word(self, slider: QSlider) -> str:
        """What stands beside a slider."""
        return self._words[slider].text()
