"""The File and Help menus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.ui.actions import Action


@dataclass(frozen=True)
class FileCommands:
    """What the window does with files; each asks for a name itself where it needs one."""

    new: Callable[[], None]
    open: Callable[[], None]
    save: Callable[[], None]
    save_as: Callable[[], None]
    export_midi: Callable[[], None]
    export_wav: Callable[[], None]
    export_picture: Callable[[], None]
    quit: Callable[[], None]
    has_notes: Callable[[], bool]


@dataclass(frozen=True)
class HelpCommands:
    cheat_sheet: Callable[[], None]
    palette: Callable[[], None]
    about: Callable[[], None]


def file_actions(files: FileCommands) -> list[Action]:
    return [
        Action("file.new", "New song", files.new, "Ctrl+N", "File", "open", tooltip="Begin an empty song"),
        Action("file.open", "Open…", files.open, "Ctrl+O", "File", "open",
               tooltip="Open a project or a MIDI file; dropping one on the window does the same"),
        Action("file.save", "Save", files.save, "Ctrl+S", "File", "save", tooltip="Save the project"),
        Action("file.save_as", "Save as…", files.save_as, "Ctrl+Shift+S", "File", "save",
               tooltip="Save the project under another name"),
        Action("file.export_midi", "Export MIDI…", files.export_midi, "Ctrl+Shift+M", "File", "export",
               tooltip="Write the song as a MIDI file for other programs", icon="export"),
        Action("file.export_wav", "Export WAV…", files.export_wav, "Ctrl+Shift+W", "File", "export", files.has_notes,
               tooltip="Write the song as sound"),
        Action("file.export_picture", "Export picture…", files.export_picture, "Ctrl+Shift+P", "File", "export",
               files.has_notes, tooltip="Write a picture of the piano roll"),
        Action("file.quit", "Quit", files.quit, "Ctrl+Q", "File", "quit", tooltip="Close Continuo"),
    ]  # fmt: skip


def help_actions(commands: HelpCommands) -> list[Action]:
    return [
        Action("help.keys", "Keys and mouse", commands.cheat_sheet, "?", "Help", "help",
               tooltip="Everything that can be done, with its key", more_keys=("F1",)),
        Action("help.palette", "Find a command…", commands.palette, "Ctrl+P", "Help", "help",
               tooltip="Type what you would like to do"),
        Action("help.about", "About Continuo", commands.about, "Ctrl+F1", "Help", "about",
               tooltip="Version, folders and licences"),
    ]  # fmt: skip
