"""Writes every committed step of the document into the recovery journal, at once and by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ml.music import Score
from studio.edit.change import Change, ChangeKind
from studio.edit.document import Document


class JournalSeam(Protocol):
    """The part of `studio.project.Journal` that the session uses; it has a thread of its own."""

    def begin(self, name: str, score: Score, origin_path: Path | None) -> None: ...
    def append(self, label: str, score: Score) -> None: ...
    def mark_saved(self) -> None: ...
    def close(self, clean: bool = True) -> None: ...


class JournalKeeper:
    """Listens to a document. A piece begins its journal with its first edit: a piece only looked at leaves none."""

    def __init__(self, document: Document, journal: JournalSeam) -> None:
        self._document, self._journal = document, journal
        self._origin: Path | None = None
        self._opened: Score = document.score
        self._begun = False
        self._unsubscribe = document.subscribe(self._on_change)

    def opened(self, origin: Path | None) -> None:
        """Another piece was opened, from a file or from nothing. Call after the document has it."""
        self._origin, self._opened, self._begun = origin, self._document.score, False

    def saved(self, path: Path) -> None:
        """The document as it is now lies in `path`."""
        self._origin = path
        if self._begun:
            self._journal.mark_saved()

    def close(self) -> None:
        """End listening and the journal; a clean end leaves nothing to recover."""
        self._unsubscribe()
        self._journal.close(clean=True)

    def _on_change(self, change: Change) -> None:
        if not change.kind.changes_music or change.kind is ChangeKind.SCORE:
            return
        if not self._begun:
            self._journal.begin(self._document.name, self._opened, self._origin)
            self._begun = True
        self._journal.append(change.label, self._document.score)
