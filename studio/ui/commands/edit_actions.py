"""The Edit menu: undo, clipboard, duplicate, delete, select."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from studio.edit.clipboard import Clip, copy, cut, paste
from studio.edit.operations.notes import delete_notes, duplicate
from studio.edit.selection import Selection, invert_selection, select_all, select_starting
from studio.ui.actions import Action
from studio.ui.commands.desk import Desk


class NoteClipboard(Protocol):
    """Where copied notes wait: the system's clipboard, or a variable in a test."""

    def put(self, clip: Clip) -> None: ...
    def clip(self) -> Clip | None: ...


class Swaps(Protocol):
    """Undo and redo of what was swapped in takes; the labels are "" where the song's own steps come first."""

    @property
    def undo_label(self) -> str: ...
    @property
    def redo_label(self) -> str: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...


def edit_actions(desk: Desk, clipboard: NoteClipboard, swaps: Swaps, preferences: Callable[[], None]) -> list[Action]:
    document = desk.document

    def copied() -> None:
        clip = copy(desk.score, document.selection)
        if clip is not None:
            clipboard.put(clip)

    def cut_out() -> None:
        edited, clip = cut(desk.score, document.selection)
        if clip is not None:
            clipboard.put(clip)
            desk.apply("Cut", edited)

    def pasted() -> None:
        clip = clipboard.clip()
        if clip is None:
            desk.studio.say("There are no notes on the clipboard: select some and copy them first.")
            return
        tick = desk.context.grid.nearest(desk.playhead_tick)
        desk.apply("Paste", paste(desk.score, clip, document.current_track, tick))
        desk.context.viewport = desk.context.viewport.revealing(tick)

    def in_loop() -> None:
        loop = desk.context.loop
        if loop is not None:
            document.select(select_starting(desk.score, document.current_track, *loop))

    def undo() -> None:
        if swaps.undo_label:
            swaps.undo()
        else:
            document.undo()

    def redo() -> None:
        if swaps.redo_label:
            swaps.redo()
        else:
            document.redo()

    def undo_title() -> str:
        label = swaps.undo_label or document.undo_label
        return f"Undo {label}".strip()

    def redo_title() -> str:
        label = swaps.redo_label or document.redo_label
        return f"Redo {label}".strip()

    def some() -> bool:
        return desk.has_selection

    return [
        Action("edit.undo", "Undo", undo, "Ctrl+Z", "Edit", "undo",
               lambda: bool(swaps.undo_label) or document.can_undo,
               tooltip="Take back the last change", icon="undo", title_now=undo_title),
        Action("edit.redo", "Redo", redo, "Ctrl+Y", "Edit", "undo",
               lambda: bool(swaps.redo_label) or document.can_redo,
               tooltip="Bring back what was undone", icon="redo", more_keys=("Ctrl+Shift+Z",), title_now=redo_title),
        Action("edit.cut", "Cut", cut_out, "Ctrl+X", "Edit", "clipboard", some,
               tooltip="Take the selected notes away, to paste them elsewhere"),
        Action("edit.copy", "Copy", copied, "Ctrl+C", "Edit", "clipboard", some,
               tooltip="Copy the selected notes"),
        Action("edit.paste", "Paste", pasted, "Ctrl+V", "Edit", "clipboard",
               tooltip="Put copied notes at the playhead of the current track"),
        Action("edit.duplicate", "Duplicate",
               desk.edit("Duplicate", lambda score, chosen: duplicate(score, chosen, desk.grid_ticks)),
               "Ctrl+D", "Edit", "clipboard", some,
               tooltip="Repeat the selected notes right after themselves"),
        Action("edit.delete", "Delete", desk.edit("Delete", delete_notes), "Del", "Edit", "clipboard", some,
               tooltip="Delete the selected notes", more_keys=("Backspace",)),
        Action("edit.select_all", "Select all",
               lambda: document.select(select_all(desk.score, document.current_track)),
               "Ctrl+A", "Edit", "select", lambda: desk.has_notes, tooltip="Select every note of the current track"),
        Action("edit.select_loop", "Select in the loop", in_loop, "Ctrl+Shift+L", "Edit", "select",
               lambda: desk.context.loop is not None, tooltip="Select the notes that start within the loop"),
        Action("edit.invert_selection", "Invert selection",
               lambda: document.select(invert_selection(desk.score, document.selection)),
               "Ctrl+I", "Edit", "select", lambda: desk.has_notes, tooltip="Select what is not selected"),
        Action("edit.deselect", "Select nothing", lambda: document.select(Selection(document.current_track)),
               "Esc", "Edit", "select", some, keys_when=lambda: not desk.studio.takes.showing,
               tooltip="Let go of the selected notes"),
        Action("edit.preferences", "Preferences…", preferences, "Ctrl+,", "Edit", "preferences",
               tooltip="Change how Continuo behaves"),
    ]  # fmt: skip
