"""The shelf in the Takes menu: all cards, adding a model, looking for new ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.ui.actions import Action


@dataclass(frozen=True)
class ShelfCommands:
    """What the window does with models."""

    show: Callable[[], None]
    add: Callable[[], None]
    look_again: Callable[[], None]


def model_actions(shelf: ShelfCommands) -> list[Action]:
    return [
        Action("models.show", "Models…", shelf.show, "Ctrl+M", "Takes", "models",
               tooltip="What each model learned from, how well it predicts, how fast it is here, where it is thin",
               icon="more"),
        Action("models.add", "Add model…", shelf.add, "Ctrl+Shift+O", "Takes", "models",
               tooltip="Choose a model folder; it is checked and copied to your own models. Dropping it on the window "
               "does the same", icon="add"),
        Action("models.look_again", "Look for models again", shelf.look_again, "F5", "Takes", "models",
               tooltip="List what lies in the models folders now"),
    ]  # fmt: skip
