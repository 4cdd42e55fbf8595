"""Whom: which model is asked about notes: the one that the user chose, else who wrote them, else the first."""

from __future__ import annotations

from studio.engine import ModelCard
from studio.engine.families import EVENT
from studio.project.settings import WHY_MODEL
from studio.session.studio import Studio
from studio.session.takes import TakeSlot

NO_MODEL = "No model is installed that could be asked: press Ctrl+M to add one."


class Whom:
    """The choice is kept in the settings; a model that is gone by now is as if none had been chosen."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @property
    def models(self) -> list[ModelCard]:
        """Models that can be asked about notes, in the order of the shelf."""
        return [card for card in self._studio.shelf.answering() if card.family == EVENT]

    @property
    def chosen(self) -> ModelCard | None:
        """The model that the user wants to be asked; None leaves it to the notes."""
        return next((card for card in self.models if card.id == self._studio.settings.get(WHY_MODEL)), None)

    def choose(self, model: str) -> None:
        """Ask this model from now on; "" leaves it to the notes."""
        self._studio.settings.set(WHY_MODEL, model)

    def of(self, slot: TakeSlot | None = None) -> ModelCard | None:
        """Who is asked about notes of this take, or of the song; None when nobody can be."""
        models = self.models
        wrote = next((card for card in models if slot is not None and card.id == slot.model), None)
        return self.chosen or wrote or (models[0] if models else None)
