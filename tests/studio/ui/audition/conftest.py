"""Takes of two models beside each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ml.requests.choosing import AS_WRITTEN
from studio.ui.main_window import MainWindow

Answered = Callable[[MainWindow], None]


@pytest.fixture
def compared(tune_window: MainWindow, answered: Answered) -> MainWindow:
    """The tune with four takes of four bars of each of two models, shown as they were written."""
    tune_window.studio.wishes = replace(tune_window.studio.wishes, choosing=AS_WRITTEN)
    tune_window.asking.show_wishes()
    answered(tune_window)
    return tune_window
