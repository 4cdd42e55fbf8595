"""The shelf of models: which folders hold one, which hold something broken. No torch, no trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.engine.card import (
    CARD_FILE,
    CONFIG_FILE,
    PICKLES,
    WEIGHTS_FILE,
    ModelCard,
    UnusableModel,
    plain_text,
    read_card,
)

MODEL_LIMIT = 200
"""Folders looked at in each place; more would only be a mistake, such as a whole disk."""


class UnknownModel(ValueError):
    """A model that was asked for and is not on the shelf: one sentence that lists those that are."""


@dataclass(frozen=True, slots=True)
class ShelfProblem:
    """A folder that looks like a model and cannot be used, with the sentence that says why."""

    folder: Path
    sentence: str


class Shelf:
    """Models in some folders, each a sub-folder; a folder that does not exist is an empty one.

    Where two share a name, that of the earlier folder is used. Looked through once, again on `rescan`.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._models: tuple[ModelCard, ...] | None = None
        self._problems: tuple[ShelfProblem, ...] = ()

    def models(self) -> list[ModelCard]:
        """The usable models, those of the first folder first, by name within a folder."""
        if self._models is None:
            self.rescan()
        return list(self._models or ())

    @property
    def problems(self) -> list[ShelfProblem]:
        """What looks like a model and cannot be used."""
        self.models()
        return list(self._problems)

    def rescan(self) -> None:
        """Look again, for models that were added, trained or removed since."""
        cards: dict[str, ModelCard] = {}
        problems: list[ShelfProblem] = []
        for place in self.folders:
            for folder in _candidates(place):
                try:
                    if folder.name in cards:
                        raise UnusableModel(
                            f'There is a second model "{plain_text(folder.name)}" in {place}: rename its folder.'
                        )
                    cards[folder.name] = read_card(folder)
                except UnusableModel as trouble:
                    problems.append(ShelfProblem(folder, str(trouble)))
                except OSError as trouble:
                    shown, reason = plain_text(folder.name), trouble.strerror or "unknown reason"
                    sentence = f'The model "{shown}" cannot be read ({reason}): check the permissions of its folder.'
                    problems.append(ShelfProblem(folder, sentence))
        self._models, self._problems = tuple(cards.values()), tuple(problems)

    def find(self, model_id: str) -> ModelCard:
        """The model with this id, upper or lower case. Raises UnknownModel."""
        for card in self.models():
            if card.id.casefold() == model_id.casefold():
                return card
        for problem in self._problems:
            if problem.folder.name.casefold() == model_id.casefold():
                raise UnknownModel(problem.sentence)
        known = ", ".join(card.id for card in self.models())
        shown = plain_text(model_id, 60)
        if not known:
            raise UnknownModel(
                f'There is no model "{shown}" because no models are installed: put one in {self._place()}.'
            )
        raise UnknownModel(f'There is no model "{shown}"; those installed are: {known}.')

    def _place(self) -> str:
        return str(self.folders[-1]) if self.folders else "the models folder"


def _candidates(place: Path) -> list[Path]:
    """Sub-folders that hold at least one file of a model, or a pickle that somebody took for one."""
    try:
        folders = sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
    return [folder for folder in folders[:MODEL_LIMIT] if _looks_like_a_model(folder)]


def _looks_like_a_model(folder: Path) -> bool:
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:
        return True  # so that the trouble is told
    return bool(names & {CARD_FILE, CONFIG_FILE, WEIGHTS_FILE}) or any(Path(n).suffix.lower() in PICKLES for n in names)
