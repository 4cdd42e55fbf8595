"""Preferences, made from the declared settings: one row each, taking effect at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.edit.grid import GRID_CHOICES
from studio.project import SETTINGS, Setting, SettingsStore
from studio.project.settings import GRID
from studio.ui.labels import dim_label, plain_label

WIDEST = 1_000_000


def title_of(setting: Setting[Any]) -> str:
    """The setting's key as a title: "Preview notes"."""
    return setting.key.replace("_", " ").capitalize()


class Preferences(QDialog):
    """Every listed setting; `rows` are the fields by key. A value that is not allowed is told and not taken."""

    def __init__(self, store: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferences")
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._store = store
        self.rows: dict[str, QWidget] = {}
        page = QWidget()
        form = QFormLayout(page)
        form.setVerticalSpacing(4)
        form.setHorizontalSpacing(18)
        for setting in SETTINGS:
            if setting.listed:
                field = self._field(setting)
                field.setAccessibleName(title_of(setting))
                field.setAccessibleDescription(setting.description)
                self.rows[setting.key] = field
                form.addRow(plain_label(title_of(setting)), field)
                form.addRow("", dim_label(setting.description, wrap=True))
        self.trouble = dim_label("", wrap=True)
        self.trouble.setProperty("role", "error")
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        layout.addWidget(self.trouble)
        layout.addWidget(buttons)
        self.resize(560, 620)

    def _field(self, setting: Setting[Any]) -> QWidget:
        value = self._store.get(setting)
        choices = tuple(choice.label for choice in GRID_CHOICES) if setting is GRID else setting.choices
        if isinstance(value, bool):
            box = QCheckBox()
            box.setChecked(value)
            box.toggled.connect(lambda on: self._take(setting, on))
            return box
        if choices:
            combo = QComboBox()
            for choice in choices:
                combo.addItem(str(choice), choice)
            combo.setCurrentIndex(max(0, combo.findData(value)))
            combo.activated.connect(lambda _: self._take(setting, combo.currentData()))
            return combo
        if isinstance(value, int | float):
            return self._number(setting, value)
        line = QLineEdit(", ".join(value) if isinstance(value, tuple) else str(value))
        line.setPlaceholderText("automatic")
        line.editingFinished.connect(lambda: self._take(setting, self._text(setting, line.text())))
        return line

    def _number(self, setting: Setting[Any], value: float) -> QWidget:
        field: QSpinBox | QDoubleSpinBox = QSpinBox() if isinstance(value, int) else QDoubleSpinBox()
        low, high = (setting.lowest or 0, WIDEST if setting.highest is None else setting.highest)
        if isinstance(field, QSpinBox):
            field.setRange(int(low), int(high))
        else:
            field.setRange(low, high)
            field.setSingleStep(0.05)
        field.setValue(value)  # type: ignore[arg-type]
        field.valueChanged.connect(lambda new: self._take(setting, new))
        return field

    @staticmethod
    def _text(setting: Setting[Any], text: str) -> Any:
        if isinstance(setting.default, tuple):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return text.strip()

    def _take(self, setting: Setting[Any], value: Any) -> None:
        try:
            self._store.set(setting, value)
            self.trouble.setText(self._store.problem or "")
        except ValueError as error:
            self.trouble.setText(str(error))
