"""Settings that the window follows: theme, grid, snap, following, hearing and metronome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from studio.edit.grid import Snap, grid_choice
from studio.project import Setting
from studio.project.settings import FOLLOW_PLAYHEAD, GRID, METRONOME, PREVIEW_NOTES, SNAP, THEME, VOLUME
from studio.session.studio import Studio
from studio.ui.roll.context import RollContext
from studio.ui.roll.view import RollView
from studio.ui.theme import DARK, THEMES, Theme


class WindowSettings:
    """Applies a setting when it changes, wherever it was changed; and keeps what the user switches by key."""

    def __init__(
        self, studio: Studio, context: RollContext, roll: RollView, set_theme: Callable[[Theme], None]
    ) -> None:
        self._studio = studio
        self._store = studio.settings
        self._context = context
        self._roll = roll
        self._set_theme = set_theme

    @property
    def theme(self) -> Theme:
        """The theme that is set."""
        name = self._store.get(THEME)
        return next((theme for theme in THEMES if theme.name.lower() == name), DARK)

    def apply_all(self) -> None:
        for setting in (THEME, GRID, SNAP, FOLLOW_PLAYHEAD, PREVIEW_NOTES, METRONOME):
            self.apply(setting)

    def apply(self, setting: Setting[Any]) -> None:
        """Take over the present value of one setting."""
        value = self._store.get(setting)
        grid = self._context.grid_setting
        if setting is THEME:
            self._set_theme(self.theme)
        elif setting is GRID:
            try:
                self._context.grid_setting = replace(grid, choice=grid_choice(value))
            except KeyError:
                self._context.grid_setting = replace(grid, choice=grid_choice(GRID.default))
        elif setting is SNAP:
            self._context.grid_setting = replace(grid, snap=Snap.OFFSET if value else Snap.OFF)
        elif setting is FOLLOW_PLAYHEAD:
            self._roll.set_following(value)
        elif setting is PREVIEW_NOTES:
            self._context.hearing.enabled = value
        elif setting is METRONOME:
            self._studio.transport.set_metronome(value)

    # --- switches with keys

    def next_theme(self) -> None:
        self._store.set(THEME, "light" if self._store.get(THEME) == "dark" else "dark")

    def set_follows(self, on: bool) -> None:
        """Follow the playhead or not; scrolling away turns it off for the moment only."""
        self._store.set(FOLLOW_PLAYHEAD, on)
        self._roll.set_following(on)

    def set_hearing(self, on: bool) -> None:
        self._store.set(PREVIEW_NOTES, on)

    def set_snap(self, on: bool) -> None:
        self._store.set(SNAP, on)

    def set_volume(self, volume: float) -> None:
        """Of everything, brought into 0 to 1."""
        self._store.set(VOLUME, min(max(round(volume, 2), 0.0), 1.0))

    def step_volume(self, step: float) -> None:
        self.set_volume(self._store.get(VOLUME) + step)

    def set_metronome(self, on: bool) -> None:
        self._store.set(METRONOME, on)
