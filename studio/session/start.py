"""Which folders, models and sound font a studio gets: the same for the window, the command line and scripts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.audio import SoundFontMissing, default_sound_font
from studio.engine import Engine, Shelf, UnknownModel
from studio.engine.adding import COPY_INDEX
from studio.project import AppFolders, SettingsStore
from studio.project.settings import MODELS_FOLDER, SOUND_FONT
from studio.session.copy_desk import CopyDesk
from studio.session.studio import Studio

if TYPE_CHECKING:
    from studio.session.copy_check import CopyCheck

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
SHIPPED_MODELS = RESOURCES / "models"
EXAMPLES = RESOURCES / "examples"
SHIPPED_COPY_INDEX = RESOURCES / COPY_INDEX
"""What takes are compared with: fingerprints of the music that the shipped models learned from."""
FIRST_SKETCH = EXAMPLES / "first-sketch.mid"
"""The song that greets a new user."""


def model_folders(settings: SettingsStore, folders: AppFolders, more: Sequence[Path] = ()) -> list[Path]:
    """Where models are looked for: those named for this run, those shipped, the user's own."""
    chosen = settings.get(MODELS_FOLDER)
    return [*more, SHIPPED_MODELS, Path(chosen).expanduser() if chosen else folders.models]


def shelf_of_user(settings: SettingsStore, folders: AppFolders, more: Sequence[Path] = ()) -> Shelf:
    """All models that this user has; those in the last folder are the user's own."""
    places = model_folders(settings, folders, more)
    return Shelf(places, own=places[-1])


def chosen_sound_font(settings: SettingsStore) -> Path:
    """The user's sound font, else the one that is shipped; whether it is there shows when it is used."""
    if chosen := settings.get(SOUND_FONT):
        return Path(chosen).expanduser()
    try:
        return default_sound_font()
    except SoundFontMissing as missing:
        return missing.path


def studio_without_sound(
    folders: AppFolders, more_models: Sequence[Path] = (), randomness: random.Random | None = None
) -> Studio:
    """A studio for scripts: real models, files and settings; no player, no journal, nothing remembered."""
    settings = SettingsStore(folders.settings_file)
    engine = Engine(shelf_of_user(settings, folders, more_models))
    return Studio(
        engine, settings, sound_font=chosen_sound_font(settings), randomness=randomness, copies=copy_desk(engine.shelf)
    )


def copy_desk(shelf: Shelf) -> CopyDesk:
    """Checks takes against the shipped index, and against the one in the folder of the model that wrote them."""

    def own(model: str) -> Path | None:
        try:
            folder = shelf.find(model).folder / COPY_INDEX
        except UnknownModel:
            return None
        return folder if folder.is_dir() else None

    def check() -> CopyCheck:
        from studio.session.copy_check import CopyCheck

        return CopyCheck(SHIPPED_COPY_INDEX, own)

    return CopyDesk(check)
