"""Layer: one thing that the note area shows."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter


class Layer(Protocol):
    """Painted from back to front; `area` is the part of the note area (logical pixels) that is asked for."""

    def paint(self, painter: QPainter, area: QRect) -> None: ...
