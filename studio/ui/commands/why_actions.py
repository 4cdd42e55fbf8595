"""Asking models about notes: colours of surprise, explaining, other ways to write a note, what may come next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.ui.actions import Action


@dataclass(frozen=True)
class WhyCommands:
    """What the flow does for the commands."""

    toggle_surprise: Callable[[], None]
    shows_surprise: Callable[[], bool]
    toggle_explaining: Callable[[], None]
    explains: Callable[[], bool]
    what_else: Callable[[], None]
    toggle_next: Callable[[], None]
    shows_next: Callable[[], bool]
    choose_model: Callable[[], None]


def why_actions(why: WhyCommands) -> list[Action]:
    return [
        Action("view.surprise", "Colour by surprise", why.toggle_surprise, "U", "View", "why",
               checked_when=why.shows_surprise, icon="surprise",
               tooltip="Colour the notes of all tracks by how unexpected they are to a model, from blue (expected) on"),
        Action("view.explain", "Explain notes", why.toggle_explaining, "W", "View", "why",
               checked_when=why.explains, icon="explain",
               tooltip="Point at a note to see what a model looked at before it; click it to see what else could be"),
        Action("view.next_notes", "Likely next notes on the keys", why.toggle_next, "Shift+U", "View", "why",
               checked_when=why.shows_next, icon="next-notes",
               tooltip="Show on the keys how likely each pitch is to a model for a note at the playhead"),
        Action("view.why_model", "Which model explains…", why.choose_model, "Ctrl+U", "View", "why",
               tooltip="Choose the model that is asked about notes"),
        Action("notes.what_else", "What else?", why.what_else, "Shift+W", "Notes", "why",
               tooltip="See what a model would write in place of the note under the mouse, or the selected one",
               icon="explain"),
    ]  # fmt: skip
