"""Writes every committed step of the document into the recovery journal, at once and by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ml.music import Score
from studio.edit.change import Change, ChangeKind
from studio.edit.document import Document
from studio.project import Journal, Recovered


class StepRecorder:
    """Listens to a document. A piece gets its journal with its first edit or take: one only looked at leaves none."""

    def __init__(self, document: Document, journal: Journal, extras: Callable[[], Mapping[str, Any]]) -> None:
        """`extras` gives what belongs to the piece beside its music, as JSON values."""
        self._document, self._journal, self._extras = document, journal, extras
        self._origin: Path | None = None
        self._opened, self._opened_extras = document.score, extras()
        self._begun = False
        self._listening = True
        self._unsubscribe = document.subscribe(self._on_change)

    def keep(self, name: str, value: Mapping[str, Any], score: Score | None) -> None:
        """Write something that belongs to the piece beside its steps, such as a take; see `Journal.keep`."""
        self._begin()
        self._journal.keep(name, value, score)

    def opened(self, origin: Path | None) -> None:
        """Another piece was opened, from a file or from nothing; what was not saved of the one before is dropped."""
        if self._begun:
            self._journal.discard()
        self._origin, self._begun = origin, False
        self._opened, self._opened_extras = self._document.score, self._extras()

    def recovered(self, recovered: Recovered) -> None:
        """Unsaved work was brought back: go on in a journal that holds all of it."""
        self._journal.begin_recovered(recovered)
        self._begun = True

    def saved(self, path: Path) -> None:
        """The document as it is now lies in `path`."""
        self._origin = path
        self._opened, self._opened_extras = self._document.score, self._extras()
        if self._begun:
            self._journal.mark_saved(name=path.stem, origin_path=path)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While a history is rebuilt its steps are not new edits."""
        self._listening = False
        try:
            yield
        finally:
            self._listening = True

    def close(self, *, keep: bool) -> None:
        """End listening and the journal; with `keep`, what is unsaved can be recovered at the next start."""
        self._unsubscribe()
        self._journal.close(clean=not keep)

    def _on_change(self, change: Change) -> None:
        if not self._listening or not change.kind.changes_music or change.kind is ChangeKind.SCORE:
            return
        self._begin()
        self._journal.append(change.label, self._document.score, self._extras())

    def _begin(self) -> None:
        if not self._begun:
            self._journal.begin(self._document.name, self._opened, self._origin, self._opened_extras)
            self._begun = True
