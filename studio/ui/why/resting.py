"""Resting: runs something once, when it has not been touched for a moment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

SETTLED_MS, SCROLLED_MS, HOVERED_MS = 350, 120, 150
"""How long notes, view and mouse must rest before a model is asked."""


def resting(parent: QObject, name: str, rest_ms: int, run: Callable[[], None]) -> QTimer:
    """A timer that runs `run` when it was started and not started again for `rest_ms`."""
    timer = QTimer(parent)
    timer.setObjectName(name)
    timer.setSingleShot(True)
    timer.setInterval(rest_ms)
    timer.timeout.connect(run)
    return timer
