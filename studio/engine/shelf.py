"""The shelf of models: which folders hold one, which hold something broken. No torch, no trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studio.engine.card import (
    MODEL_FILES,
    PICKLES,
    ModelCard,
    UnusableModel,
    plain_text,
    read_card,
)

MODEL_LIMIT = 200
"""Folders looked at in each place; more would only be a mistake, such as a whole disk."""

STANDARD_COUNT = 2
"""So many models answer side by side until the user chooses: enough to compare, and not long to wait for."""


class UnknownModel(ValueError):
    """A model that was asked for and is not on the shelf: one sentence that lists those that are."""


@dataclass(frozen=True, slots=True)
class ShelfProblem:
    """A folder that looks like a model and cannot be used, with the sentence that says why."""

    folder: Path
    sentence: str


class Shelf:
    """Models in some folders, each a sub-folder; a folder that does not exist is an empty one.

    `own` is the one of the folders that belongs to the user; None when none does. Where two models share a name,
    that of the earlier folder is used. Looked through once, again on `rescan`.
    """

    def __init__(self, folders: Sequence[Path], own: Path | None = None) -> None:
        self.folders = tuple(folders)
        self.own = own
        self._models: tuple[ModelCard, ...] | None = None
        self._problems: tuple[ShelfProblem, ...] = ()
        self._seen: object = None

    def models(self) -> list[ModelCard]:
        """The usable models, those of the first folder first; within a folder by `order` and name."""
        if self._models is None:
            self.rescan()
        return list(self._models or ())

    def answering(self) -> list[ModelCard]:
        """The models that can answer requests."""
        return [card for card in self.models() if not card.cannot]

    def standard(self) -> list[ModelCard]:
        """The models that answer until the user chooses others: the first two."""
        return self.answering()[:STANDARD_COUNT]

    @property
    def problems(self) -> list[ShelfProblem]:
        """What looks like a model and cannot be used."""
        self.models()
        return list(self._problems)

    def rescan(self) -> None:
        """Look again, for models that were added, trained or removed since."""
        self._seen = self._state()
        cards: list[ModelCard] = []
        problems: list[ShelfProblem] = []
        names: set[str] = set()
        for place in self.folders:
            found: list[ModelCard] = []
            for folder in _candidates(place):
                try:
                    if folder.name.casefold() in names:
                        raise UnusableModel(
                            f'There is a second model "{plain_text(folder.name)}" in {place}: rename its folder.'
                        )
                    found.append(read_card(folder, own=place == self.own))
                    names.add(folder.name.casefold())
                except UnusableModel as trouble:
                    problems.append(ShelfProblem(folder, str(trouble)))
                except OSError as trouble:
                    shown, reason = plain_text(folder.name), trouble.strerror or "unknown reason"
                    sentence = f'The model "{shown}" cannot be read ({reason}): check the permissions of its folder.'
                    problems.append(ShelfProblem(folder, sentence))
            # Only a shipped card may push to the front.
            found.sort(key=lambda card: (card.order if place != self.own else 0, card.name.casefold(), card.id))
            cards += found
        self._models, self._problems = _told_apart(cards), tuple(problems)

    def refresh(self) -> bool:
        """Look again if anything on disk has changed since the last look; whether it had."""
        if self._models is not None and self._state() == self._seen:
            return False
        self.rescan()
        return True

    def _state(self) -> object:
        """What tells cheaply that something changed: times and sizes of the files that make up models."""
        return tuple(
            (str(folder), tuple(file_stamp(folder / name) for name in MODEL_FILES))
            for place in self.folders
            for folder in _candidates(place)
        )

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
    return bool(names & set(MODEL_FILES)) or any(Path(n).suffix.lower() in PICKLES for n in names)


def _told_apart(cards: Sequence[ModelCard]) -> tuple[ModelCard, ...]:
    """The cards, with the folder's name added where two models call themselves the same."""
    names = [card.name.casefold() for card in cards]
    return tuple(
        replace(card, name=f"{card.name} ({plain_text(card.id, 60)})") if names.count(name) > 1 else card
        for card, name in zip(cards, names, strict=True)
    )


def file_stamp(path: Path) -> tuple[int, int]:
    """Modification time in nanoseconds and size in bytes; zeros for a missing file."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return (state.st_mtime_ns, state.st_size)
