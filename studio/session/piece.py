"""Piece: the document's life on disk. Which project file it has, what else that keeps, and its journal."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ml.music import Score
from ml.requests import Take
from studio.edit.document import Document
from studio.edit.operations.takes import next_source
from studio.project import (
    SUFFIX,
    Journal,
    ProjectFile,
    Recoverable,
    RecoveredStep,
    UnreadableProject,
    discard_recoverable,
    find_recoverable,
    load_project,
    recover,
    save_project,
)
from studio.project.tree_records import with_records
from studio.session.step_recorder import StepRecorder
from studio.session.take_tree import TakeTree


class Piece:
    """Begins, saves and recovers what the document holds. One for the life of a studio.

    `path` is the project file that Save writes, None until there is one; `view` is the window's own state, saved
    with the project; `warnings` is what opening had to report; `tree` is every request with its takes.
    """

    def __init__(self, document: Document, journal: Journal | None) -> None:
        self.path: Path | None = None
        self.view: dict[str, Any] = {}
        self.warnings: tuple[str, ...] = ()
        self.provenance: tuple[Mapping[str, Any], ...] = ()
        """Where accepted notes came from; "source" is the number in the notes' own `source` column."""
        self._document = document
        self._project = ProjectFile(document.score)
        self._journal = journal
        self._recorder = StepRecorder(document, journal, self._extras) if journal is not None else None
        self._known_problem: str | None = None
        self.tree = TakeTree(self._keep)

    def begin(self, project: ProjectFile, name: str, path: Path | None, warnings: tuple[str, ...] = ()) -> None:
        """Make a piece the document's; what was not saved of the one before is dropped."""
        self._take_over(project, path, warnings)
        self._document.replace(project.score, name)
        if self._recorder is not None:
            self._recorder.opened(path)

    def save(self, path: Path) -> Path:
        """Save as a project, with the ending .continuo; returns where. Raises UnwritableProject, changing nothing."""
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        project = replace(
            self._project,
            score=self._document.score,
            view=self.view,
            provenance=self.provenance,
            tree=self.tree.record,
        )
        save_project(path, project)
        self._project, self.path = project, path
        self.tree.saved()
        self._document.mark_saved(path.stem)
        if self._recorder is not None:
            self._recorder.saved(path)
        return path

    @property
    def modified(self) -> bool:
        """Whether something would be lost without saving: an edit, what the user said of takes, and of a piece that has
        a project file also the takes themselves."""
        tree = self.tree
        return self._document.modified or tree.unsaved_marks or (self.path is not None and tree.unsaved_takes)

    @property
    def next_source(self) -> int:
        """The number for the notes of the next accepted take, above all that the piece knows."""
        known = [kept["source"] for kept in self.provenance if isinstance(kept.get("source"), int)]
        return max(next_source(self._document.score), 1 + max(known, default=0))

    def keep_origin(self, take: Take, source: int) -> None:
        """Store where a take that is being accepted came from, under the number of its notes' `source`."""
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(take.provenance).items()}
        self.provenance += ({"source": source, **values},)

    # --- what a crash left

    def recoverable(self) -> list[Recoverable]:
        """Unsaved work of a program that died, newest first."""
        return find_recoverable(self._journal.folder) if self._journal is not None else []

    def recover(self, work: Recoverable) -> None:
        """Make unsaved work the document's, with its undo steps. Raises UnreadableJournal."""
        recovered = recover(work)
        project = ProjectFile(recovered.base)
        origin = work.origin_path
        if origin is not None and origin.suffix.lower() == SUFFIX:
            # The journal holds the music and the origins of takes; the view is in the project, if it is still there.
            with contextlib.suppress(UnreadableProject):
                project = replace(load_project(origin), score=recovered.base)
        self._take_over(project, origin, recovered.warnings)
        tree, lost = with_records(project.tree, recovered.records)
        self.tree.begin(tree, saved=False)
        if lost:
            self.warnings += ("Some takes could not be recovered because the recovery file is damaged.",)
        kept = recovered.extras.get("provenance")
        if isinstance(kept, list) and all(isinstance(item, dict) for item in kept):
            self.provenance = tuple(kept)
        self._document.replace(recovered.base, work.name, modified=not recovered.base_saved)
        if self._recorder is None:
            self._rebuild(recovered.steps)
        else:
            with self._recorder.paused():
                self._rebuild(recovered.steps)
            self._recorder.recovered(recovered)

    def discard(self, work: Recoverable) -> None:
        """Forget unsaved work for good."""
        discard_recoverable(work)

    def new_problem(self) -> str | None:
        """A sentence if the journal has begun to fail since the last call."""
        problem = self._journal.problem if self._journal is not None else None
        known, self._known_problem = self._known_problem, problem
        return problem if problem != known else None

    def close(self, *, keep_journal: bool) -> None:
        """End the journal; with `keep_journal`, what is unsaved is offered at the next start."""
        if self._recorder is not None:
            self._recorder.close(keep=keep_journal)

    def _keep(self, name: str, value: Mapping[str, Any], score: Score | None) -> None:
        """Let the journal keep a part of the tree."""
        if self._recorder is not None:
            self._recorder.keep(name, value, score)

    def _extras(self) -> dict[str, Any]:
        """What the journal keeps beside the music."""
        return {"provenance": list(self.provenance)}

    def _take_over(self, project: ProjectFile, path: Path | None, warnings: tuple[str, ...]) -> None:
        self._project, self.provenance = project, project.provenance
        self.path = path if path is not None and path.suffix.lower() == SUFFIX else None
        self.view, self.warnings = dict(project.view), warnings
        self.tree.begin(project.tree)

    def _rebuild(self, steps: tuple[RecoveredStep, ...]) -> None:
        for step in steps:
            self._document.commit(step.label, step.score)
