"""A window whose models answer what a test can foresee."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studio.ui.main_window import MainWindow
from tests.studio.canned_studies import CannedStudies


@pytest.fixture
def studies(monkeypatch: pytest.MonkeyPatch) -> CannedStudies:
    canned = CannedStudies()
    monkeypatch.setattr("studio.ui.main_window.ModelStudies", lambda: canned)
    return canned


@pytest.fixture
def shown(studies: CannedStudies, tune_window: MainWindow) -> Iterator[MainWindow]:
    """The tune in a window whose models answer what a test can foresee."""
    yield tune_window
    if tune_window.why.explain.popup is not None:
        tune_window.why.explain.popup.close()
