"""History: the named states of a document in order, as references to immutable scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml.music import Score
from studio.edit.selection import Selection

LIMIT_BYTES = 256 * 1024 * 1024
"""Notes kept for undo; beyond it the oldest steps go. Moving all of 100,000 notes costs about 3 MB."""


@dataclass(frozen=True)
class Step:
    """One state of the document, named by the edit that led to it."""

    label: str
    score: Score
    selection: Selection
    current_track: int


@dataclass(frozen=True)
class History:
    """Steps from the oldest to the newest; `position` is the one the document shows. Immutable.

    Undo and redo only move the position: a step holds whole scores, which share all that did not change,
    so there is no inverse code that could be wrong. `costs` are the bytes that each step added to the one
    before it. Make one with `starting`.
    """

    steps: tuple[Step, ...]
    position: int
    costs: tuple[int, ...]
    limit_bytes: int = LIMIT_BYTES

    @staticmethod
    def starting(step: Step, limit_bytes: int = LIMIT_BYTES) -> History:
        return History((step,), 0, (_bytes_added(None, step.score),), limit_bytes)

    @property
    def current(self) -> Step:
        return self.steps[self.position]

    @property
    def can_undo(self) -> bool:
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        return self.position + 1 < len(self.steps)

    def at(self, position: int) -> History:
        """The history showing another of its steps; raises IndexError when there is no such step."""
        if not 0 <= position < len(self.steps):
            raise IndexError(f"step {position} of {len(self.steps)}")
        return replace(self, position=position)

    def pushed(self, step: Step) -> History:
        """The history with a new step after the current one; undone steps after it are dropped."""
        steps = (*self.steps[: self.position + 1], step)
        costs = (*self.costs[: self.position + 1], _bytes_added(self.current.score, step.score))
        return replace(self, steps=steps, position=len(steps) - 1, costs=costs)._within_limit()

    def with_current(self, step: Step) -> History:
        """The history with the current step replaced."""
        before = self.steps[self.position - 1].score if self.position else None
        here, after = self.position, self.position + 1
        costs = (*self.costs[:here], _bytes_added(before, step.score), *self.costs[after:])
        return replace(self, steps=(*self.steps[:here], step, *self.steps[after:]), costs=costs)

    def without_current(self) -> History:
        """The history without the current step and those after it, showing the one before."""
        here = self.position
        return replace(self, steps=self.steps[:here], costs=self.costs[:here], position=here - 1)

    def _within_limit(self) -> History:
        """Without the oldest steps, as many as must go; the newest two stay, so one undo is always there."""
        first, first_cost, total = 0, self.costs[0], sum(self.costs)
        while total > self.limit_bytes and first < len(self.steps) - 2:
            first += 1
            whole = _bytes_added(None, self.steps[first].score)
            total += whole - first_cost - self.costs[first]
            first_cost = whole
        if not first:
            return self
        costs = (first_cost, *self.costs[first + 1 :])
        return replace(self, steps=self.steps[first:], position=self.position - first, costs=costs)


def _bytes_added(before: Score | None, after: Score) -> int:
    """Bytes of the note columns of `after` that `before` does not hold already."""
    held = {id(track.notes) for track in before.tracks} if before else set()
    tables = [track.notes for track in after.tracks if id(track.notes) not in held]
    if before and tables:
        held = {id(column) for track in before.tracks for column in track.notes.columns().values()}
    return sum(c.nbytes for table in tables for c in table.columns().values() if id(c) not in held)
