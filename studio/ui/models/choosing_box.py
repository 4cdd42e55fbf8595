"""How the takes that show are chosen from more: how many are written, what is left out, what puts them in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QSpinBox, QVBoxLayout, QWidget

from ml.requests.choosing import MAX_POOL, Choosing
from studio.ui.fields import FieldKeys
from studio.ui.labels import dim_label
from studio.ui.models.choice import Choice, Rows
from studio.ui.models.segments import Segment, Segments

ANY_OTHER = "another model"
SWITCHES = (
    ("clean", "Clean up notes",
     "End notes that overlap or hang, and move or drop what the instrument or two hands cannot play"),
    ("drop_empty", "Leave out empty takes", "Leave out takes that hold hardly any notes, or stick to one"),
    ("drop_alike", "Leave out copies of a take",
     "Leave out takes that are nearly the same as another, or as one that you dropped before"),
    ("diverse", "Show different ones", "Prefer takes that differ from those already shown"),
)  # fmt: skip
"""Steps by their field, what the box says, and its tooltip."""
RANKS = (
    ("by_surprise", Segment("Surprise", "First what a second model finds natural here")),
    ("by_leanings", Segment("Wishes", "First what is as dense, leaping, high and long as was wished for")),
    ("by_ending", Segment("Ending", "First what ends its phrase")),
    ("by_form", Segment("Form", "First what repeats itself about as much as the song does")),
)


class ChoosingBox(Rows):
    """Calls `changed` when the user moved a field."""

    def __init__(self, changed: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self.pool = QSpinBox()
        self.pool.setRange(1, MAX_POOL)
        self.pool.setAccessibleName("Takes written for each that shows")
        self.pool.setToolTip("How many takes are written for each one that shows; 1 shows all that are written")
        self.pool.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pool.valueChanged.connect(lambda _: changed())
        FieldKeys(self.pool, leave)
        self.add("Write", self.pool, dim_label("for each take that shows"), stretch=())
        self.steps: dict[str, QCheckBox] = {}
        column = QWidget()
        boxes = QVBoxLayout(column)
        boxes.setContentsMargins(0, 0, 0, 0)
        boxes.setSpacing(5)
        for field, text, tooltip in SWITCHES:
            box = QCheckBox(text)
            box.setToolTip(tooltip)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.toggled.connect(lambda _: changed())
            FieldKeys(box, leave)
            self.steps[field] = box
            boxes.addWidget(box)
        self.add("", column)
        self.ranks = Segments("Best first by", [segment for _, segment in RANKS], changed, exclusive=False)
        for button in self.ranks.buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            FieldKeys(button, leave)
        self.add("Best by", self.ranks)
        self.judge = Choice("Second model", "Which model judges surprise", ((None, ANY_OTHER),), changed, leave)
        self.add("Judge", self.judge)

    def show_judges(self, models: Sequence[tuple[str, str]]) -> None:
        """The models that may judge: id and name of each."""
        chosen = self.judge.value
        self.judge.show_choices(((None, ANY_OTHER), *models))
        self.judge.show_value(chosen)

    def read(self, choosing: Choosing) -> Choosing:
        """`choosing` with what the fields say."""
        steps = {field: box.isChecked() for field, box in self.steps.items()}
        ranks = {field: button.isChecked() for (field, _), button in zip(RANKS, self.ranks.buttons, strict=True)}
        judge = cast("str | None", self.judge.value)
        return replace(choosing, pool=self.pool.value(), second_model=judge, **steps, **ranks)

    def show_choosing(self, choosing: Choosing) -> None:
        """Set all fields without telling."""
        for field in (self.pool, *self.steps.values()):
            field.blockSignals(True)
        self.pool.setValue(choosing.pool)
        for name, box in self.steps.items():
            box.setChecked(getattr(choosing, name))
        for (name, _), button in zip(RANKS, self.ranks.buttons, strict=True):
            button.setChecked(getattr(choosing, name))
        self.judge.show_value(choosing.second_model)
        for field in (self.pool, *self.steps.values()):
            field.blockSignals(False)
