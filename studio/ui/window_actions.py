"""All actions of the window, put together from the declarations in `commands`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.ui.actions import Actions
from studio.ui.commands.edit_actions import edit_actions
from studio.ui.commands.file_actions import FileCommands, HelpCommands, file_actions, help_actions
from studio.ui.commands.note_actions import note_actions
from studio.ui.commands.take_actions import AskCommands, take_actions
from studio.ui.commands.track_actions import TrackFields, track_actions
from studio.ui.commands.transport_actions import transport_actions
from studio.ui.commands.view_actions import PanelSwitch, ViewSwitches, view_actions

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


def window_actions(window: MainWindow, randomness: random.Random) -> Actions:
    """The parts of the window are looked up when an action runs: most are made after the actions."""
    desk, files, settings, dialogs = window.desk, window.files, window.settings, window.dialogs
    return Actions(
        file_actions(
            FileCommands(
                new=files.new,
                open=files.open,
                save=lambda: _ignore(files.save()),
                save_as=lambda: _ignore(files.save_as()),
                export_midi=files.export_midi,
                export_wav=files.export_wav,
                export_picture=files.export_picture,
                quit=lambda: _ignore(window.close()),
                has_notes=lambda: bool(desk.score.note_count),
            )
        ),
        edit_actions(desk, window.clipboard, window.dialogs.show_preferences),
        note_actions(desk, randomness),
        track_actions(
            desk,
            TrackFields(
                rename=lambda: window.tracks.current_row.open_rename(),
                instrument=lambda: window.tracks.current_row.open_instruments(),
            ),
        ),
        transport_actions(desk, window.loop, settings.set_metronome, settings.step_volume, window.edit_tempo),
        take_actions(
            desk,
            AskCommands(
                ask=lambda: window.asking.ask(),
                hear=lambda number: window.takes.hear(number),
                hear_next=lambda step: window.takes.hear_next(step),
                set_bars=lambda bars: window.asking.set_bars(bars),
                bars=lambda: desk.studio.wishes.bars,
                step_temperature=lambda step: window.asking.step_temperature(step),
                step_takes=lambda step: window.asking.step_takes(step),
                toggle_key=lambda: window.asking.toggle_key(),
                stays_in_key=lambda: window.asking.stays_in_key(),
                has_key=lambda: window.asking.key() is not None,
                export_take=lambda: files.export_take(None),
            ),
        ),
        view_actions(
            desk,
            window.roll,
            ViewSwitches(
                panels=(
                    _panel("tracks", "Track list", "Ctrl+1", lambda: window.tracks),
                    _panel("models", "Model panel", "Ctrl+2", lambda: window.models),
                    _panel("velocity", "Velocity lane", "Ctrl+3", lambda: window.lane),
                ),
                next_theme=settings.next_theme,
                full_screen=window.toggle_full_screen,
                is_full_screen=window.isFullScreen,
                set_follows=settings.set_follows,
                set_hearing=settings.set_hearing,
                set_snap=settings.set_snap,
            ),
        ),
        help_actions(HelpCommands(dialogs.show_cheat_sheet, dialogs.show_palette, dialogs.show_about)),
    )


def _panel(name: str, title: str, key: str, panel: Callable[[], QWidget]) -> PanelSwitch:
    return PanelSwitch(name, title, key, lambda: not panel().isHidden(), lambda shown: panel().setVisible(shown))


def _ignore(_answer: bool) -> None:
    """Commands give nothing back."""
