"""TakeDiff: what one take has that another has not, as a value that the roll can draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ml.requests import TakeNote
from studio.session.summary import counted


@dataclass(frozen=True, slots=True)
class TakeDiff:
    """From a first take to a second: notes that came, notes that went, and (before, after) of those that changed.

    A note is the same when track, onset, pitch, length and velocity are. Of the rest, notes of one track that start
    together are paired, those of one pitch first and then in order of pitch: what is left over came or went.
    """

    added: tuple[TakeNote, ...] = ()
    gone: tuple[TakeNote, ...] = ()
    changed: tuple[tuple[TakeNote, TakeNote], ...] = ()
    same: tuple[TakeNote, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the takes are the same, note for note."""
        return not (self.added or self.gone or self.changed)

    @property
    def notes(self) -> tuple[TakeNote, ...]:
        """All notes of both takes, those that are the same once."""
        return (*self.same, *self.gone, *self.added, *(note for pair in self.changed for note in pair))

    @property
    def text(self) -> str:
        """ "12 notes the same, 3 added, 1 gone, 2 changed" """
        if self.empty:
            return f"the same {counted(len(self.same), 'note')}"
        said = [f"{counted(len(self.same), 'note')} the same"]
        parts = [(self.added, "added"), (self.gone, "gone"), (self.changed, "changed")]
        return ", ".join([*said, *(f"{len(notes)} {word}" for notes, word in parts if notes)])


Key = Callable[[TakeNote], Any]


def difference(before: Iterable[TakeNote], after: Iterable[TakeNote]) -> TakeDiff:
    """What leads from one take's notes to another's; every note of either is in exactly one part."""
    old, new = list(before), list(after)
    same = _paired(old, new, lambda n: (n.track, n.start, n.pitch, n.length, n.velocity))
    changed = _paired(old, new, lambda n: (n.track, n.start, n.pitch))
    changed += _paired(old, new, lambda n: (n.track, n.start))
    return TakeDiff(
        added=tuple(sorted(new, key=_order)),
        gone=tuple(sorted(old, key=_order)),
        changed=tuple(sorted(changed, key=lambda pair: _order(pair[1]))),
        same=tuple(sorted((one for _, one in same), key=_order)),
    )


def _paired(old: list[TakeNote], new: list[TakeNote], key: Key) -> list[tuple[TakeNote, TakeNote]]:
    """Takes pairs of notes with the same key out of both lists, lowest pitches first."""
    waiting: dict[Any, list[TakeNote]] = defaultdict(list)
    for note in sorted(old, key=_order, reverse=True):
        waiting[key(note)].append(note)
    pairs, left = [], []
    for note in sorted(new, key=_order):
        found = waiting.get(key(note))
        if found:
            pairs.append((found.pop(), note))
        else:
            left.append(note)
    new[:] = left
    old[:] = [note for notes in waiting.values() for note in notes]
    return pairs


def _order(note: TakeNote) -> tuple[int, int, int, int, int]:
    return note.start, note.track, note.pitch, note.length, note.velocity
