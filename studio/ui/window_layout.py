"""Remembers the window: size, place, splitters and which panels show, as one text in the settings."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from studio.project import SettingsStore
from studio.project.settings import WINDOW_LAYOUT

VERSION = 1


class Remembers(Protocol):
    """A part of the window that remembers more than whether it shows."""

    def remembered(self) -> dict[str, object]: ...
    def restore(self, tree: Mapping[str, object]) -> None: ...


class WindowLayout:
    """Saves and restores; a text that cannot be understood leaves the window as it is."""

    def __init__(
        self,
        window: QMainWindow,
        splitters: Mapping[str, QSplitter],
        panels: Mapping[str, QWidget],
        settings: SettingsStore,
        comparison: Remembers,
    ) -> None:
        self._window = window
        self._splitters = splitters
        self._panels = panels
        self._settings = settings
        self._comparison = comparison

    def save(self) -> None:
        tree = {
            "version": VERSION,
            "window": _text(self._window.saveGeometry()),
            "splitters": {name: splitter.sizes() for name, splitter in self._splitters.items()},
            "hidden": [name for name, panel in self._panels.items() if panel.isHidden()],
            "comparison": self._comparison.remembered(),
        }
        self._settings.set(WINDOW_LAYOUT, base64.b64encode(json.dumps(tree).encode()).decode())

    def restore(self) -> bool:
        """Whether there was a layout to restore."""
        try:
            tree = json.loads(base64.b64decode(self._settings.get(WINDOW_LAYOUT), validate=True))
            if tree["version"] != VERSION:
                return False
            geometry = QByteArray(base64.b64decode(tree["window"], validate=True))
            sizes = {name: [int(size) for size in tree["splitters"][name]] for name in self._splitters}
            hidden = {str(name) for name in tree["hidden"]}
            comparison = tree.get("comparison")
        except (ValueError, KeyError, TypeError, binascii.Error):
            return False
        self._window.restoreGeometry(geometry)
        screen = self._window.screen().availableGeometry()
        self._window.resize(self._window.size().boundedTo(screen.size()))
        for name, splitter in self._splitters.items():
            known = sizes[name] + [0] * (splitter.count() - len(sizes[name]))  # parts that came with a later version
            if len(known) == splitter.count() and all(0 <= size < 100_000 for size in known):
                splitter.setSizes(known)
        for name, panel in self._panels.items():
            panel.setHidden(name in hidden)
        if isinstance(comparison, dict):
            self._comparison.restore(comparison)
        return True


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode()
