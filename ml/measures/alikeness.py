"""How alike two short passages over the same bars are: in their notes, their rhythm and what they hint at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

Placed = tuple[int, int, int]
"""Track, onset, MIDI pitch. Onsets of what is compared are on one grid."""

NOTES, RHYTHM, CLASSES = 0.5, 0.3, 0.2
"""How much each likeness counts: equal notes are what an ear notices first."""


@dataclass(frozen=True)
class Sketch:
    """The notes of a passage for comparing it with others."""

    notes: tuple[Placed, ...]

    @cached_property
    def placed(self) -> Counter[Hashable]:
        return Counter(self.notes)

    @cached_property
    def onsets(self) -> Counter[Hashable]:
        return Counter({(track, onset) for track, onset, _ in self.notes})

    @cached_property
    def classes(self) -> Counter[Hashable]:
        """Pitch classes of each track, each note counted."""
        return Counter((track, pitch % 12) for track, _, pitch in self.notes)


def same_notes(one: Sketch, other: Sketch) -> float:
    """Share of notes that both have at one place and pitch, 0 to 1 (Dice, 1945); 1 for two empty ones."""
    return dice(one.placed, other.placed)


def likeness(one: Sketch, other: Sketch) -> float:
    """0 to 1: shares of equal notes, equal onsets and equal pitch classes, weighted. The weights are ours."""
    return (
        NOTES * same_notes(one, other)
        + RHYTHM * dice(one.onsets, other.onsets)
        + CLASSES * dice(one.classes, other.classes)
    )


def dice(one: Counter[Hashable], other: Counter[Hashable]) -> float:
    """Twice what both have by what they have together."""
    whole = one.total() + other.total()
    return 2 * (one & other).total() / whole if whole else 1.0


def most_alike(sketch: Sketch, others: Iterable[Sketch]) -> float:
    """Likeness to the most alike of the others, 0 without any."""
    return max((likeness(sketch, other) for other in others), default=0.0)
