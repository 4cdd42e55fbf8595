"""All actions of the window, put together from the declarations in `commands`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.ui.actions import Actions
from studio.ui.audition.wiring import audition_commands
from studio.ui.blind.blind_flow import blind_commands
from studio.ui.commands.audition_actions import audition_actions
from studio.ui.commands.blind_actions import blind_actions
from studio.ui.commands.edit_actions import edit_actions
from studio.ui.commands.file_actions import FileCommands, HelpCommands, file_actions, help_actions
from studio.ui.commands.model_actions import ShelfCommands, model_actions
from studio.ui.commands.note_actions import note_actions
from studio.ui.commands.take_actions import TakeCommands, take_actions
from studio.ui.commands.track_actions import TrackFields, track_actions
from studio.ui.commands.transport_actions import transport_actions
from studio.ui.commands.tree_actions import tree_actions
from studio.ui.commands.verb_actions import VerbCommands, knob_actions, verb_actions
from studio.ui.commands.view_actions import PanelSwitch, ViewSwitches, view_actions
from studio.ui.commands.why_actions import why_actions
from studio.ui.tree.tree_flow import tree_commands

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


def window_actions(window: MainWindow, randomness: random.Random) -> Actions:
    """The parts of the window are looked up when an action runs: most are made after the actions."""
    desk, files, settings, dialogs = window.desk, window.files, window.settings, window.dialogs
    verbs = _verb_commands(window)
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
        edit_actions(desk, window.clipboard, window.why.swaps, window.dialogs.show_preferences),
        note_actions(desk, randomness),
        track_actions(
            desk,
            TrackFields(
                rename=lambda: window.tracks.current_row.open_rename(),
                instrument=lambda: window.tracks.current_row.open_instruments(),
            ),
        ),
        transport_actions(desk, window.loop, settings.set_metronome, settings.step_volume, window.edit_tempo),
        verb_actions(verbs),
        take_actions(
            desk,
            TakeCommands(
                hear_digit=lambda digit: window.takes.hear_digit(digit),
                has_digit=lambda digit: window.takes.has_digit(digit),
                hear_next=lambda step: window.takes.hear_next(step),
                compare=lambda: window.takes.compare(),
                can_compare=lambda: window.takes.can_compare,
                hears_before=lambda: window.takes.hears_before,
                export_take=lambda: files.export_take(None),
            ),
        ),
        audition_actions(desk, audition_commands(window)),
        blind_actions(blind_commands(window)),
        knob_actions(verbs),
        model_actions(
            ShelfCommands(
                show=lambda: window.shelf.show_cards(),
                add=lambda: window.shelf.choose_and_add(),
                look_again=lambda: window.shelf.look_again(),
            )
        ),
        tree_actions(tree_commands(window)),
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
        why_actions(window.why.commands()),
        help_actions(HelpCommands(dialogs.show_cheat_sheet, dialogs.show_palette, dialogs.show_about)),
    )


def _verb_commands(window: MainWindow) -> VerbCommands:
    return VerbCommands(
        ask=lambda verb: window.asking.ask(verb),
        can=lambda verb: window.asking.can(verb),
        wishes=lambda: window.studio.wishes,
        choose_partner=lambda: window.asking.choose_partner(),
        set_bars=lambda bars: window.asking.set_bars(bars),
        step_takes=lambda step: window.asking.step_takes(step),
        step_surprise=lambda step: window.asking.step_surprise(step),
        step_density=lambda step: window.asking.step_density(step),
        step_amount=lambda step: window.asking.step_amount(step),
        toggle_keep=lambda part: window.asking.toggle_keep(part),
        toggle_all_tracks=lambda: window.asking.toggle_all_tracks(),
        toggle_key=lambda: window.asking.toggle_key(),
        stays_in_key=lambda: window.asking.stays_in_key(),
        has_key=lambda: window.asking.key() is not None,
        toggle_drawer=lambda: window.asking.toggle_drawer(),
        toggle_choosing=lambda: window.asking.toggle_choosing(),
        chooses=lambda: window.asking.chooses,
    )


def _panel(name: str, title: str, key: str, panel: Callable[[], QWidget]) -> PanelSwitch:
    return PanelSwitch(name, title, key, lambda: not panel().isHidden(), lambda shown: panel().setVisible(shown))


def _ignore(_answer: bool) -> None:
    """Commands give nothing back."""
