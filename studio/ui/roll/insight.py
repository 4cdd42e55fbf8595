"""RollInsight: what models say of the notes in sight, as the roll shows it; who asks them is not its business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Signal

from ml.music import Note, NoteTable

Bits = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PointedNote:
    """A note under the mouse, of the song or of the take that is heard; `note.id` names it in its table."""

    track: int
    note: Note
    of_take: bool = False


@dataclass(frozen=True)
class SurpriseView:
    """Bits of notes, not a number for those that are not judged.

    `of_song` gives those of notes of a track by their ids, `of_take` those of all notes of the heard take's table;
    both are asked on every frame and only look up. `title` and `state` stand in the legend.
    """

    of_song: Callable[[int, NDArray[np.int32]], Bits]
    of_take: Callable[[NoteTable], Bits]
    title: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Arc:
    """An earlier note that was looked at, and how strongly: `share` of 1."""

    note: Note
    share: float


@dataclass(frozen=True, slots=True)
class ArcsView:
    """What a model looked at just before `note`, strongest first; `caption` says what that means, or why not."""

    note: Note
    arcs: tuple[Arc, ...]
    caption: str


class RollInsight(QObject):
    """Plain state with a signal for each thing that is painted apart from the others."""

    surpriseChanged = Signal()
    overlayChanged = Signal()
    """Arcs or the tried note: painted over the notes on every frame."""
    heatChanged = Signal()
    explainingChanged = Signal(bool)
    pointedChanged = Signal(object)  # PointedNote | None
    explained = Signal(object, QPoint)
    """A note was clicked to be explained, and where on the screen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._surprise: SurpriseView | None = None
        self._explaining = False
        self._pointed: PointedNote | None = None
        self._marked: PointedNote | None = None
        self._arcs: ArcsView | None = None
        self._tried: Note | None = None
        self._heat: Bits | None = None

    @property
    def surprise(self) -> SurpriseView | None:
        """Notes are coloured by it in place of velocity while it is there."""
        return self._surprise

    @surprise.setter
    def surprise(self, view: SurpriseView | None) -> None:
        if view is not self._surprise:
            self._surprise = view
            self.surpriseChanged.emit()

    @property
    def explaining(self) -> bool:
        """Whether a click on a note explains it instead of editing it."""
        return self._explaining

    @explaining.setter
    def explaining(self, on: bool) -> None:
        if on != self._explaining:
            self._explaining = on
            self.explainingChanged.emit(on)

    @property
    def pointed(self) -> PointedNote | None:
        """The note that the mouse is over, None over empty ground."""
        return self._pointed

    @pointed.setter
    def pointed(self, note: PointedNote | None) -> None:
        if note is not None:
            self._marked = None
        if note != self._pointed:
            self._pointed = note
            self.pointedChanged.emit(note)

    def mark(self, note: PointedNote | None) -> None:
        """A menu opens for this note: it stays meant while the mouse is in the menu."""
        self.pointed, self._marked = note, note

    @property
    def meant(self) -> PointedNote | None:
        """The note that the mouse is over, or that a menu was opened for."""
        return self._pointed or self._marked

    @property
    def arcs(self) -> ArcsView | None:
        return self._arcs

    @arcs.setter
    def arcs(self, view: ArcsView | None) -> None:
        if view is not self._arcs:
            self._arcs = view
            self.overlayChanged.emit()

    @property
    def tried(self) -> Note | None:
        """A note that could stand in place of another: drawn as an outline while the mouse rests on its offer."""
        return self._tried

    @tried.setter
    def tried(self, note: Note | None) -> None:
        if note != self._tried:
            self._tried = note
            self.overlayChanged.emit()

    @property
    def heat(self) -> Bits | None:
        """Probability of each pitch at the cursor, (128,); None for no strip on the keys."""
        return self._heat

    @heat.setter
    def heat(self, probability: Bits | None) -> None:
        if probability is not self._heat:
            self._heat = probability
            self.heatChanged.emit()
