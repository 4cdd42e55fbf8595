"""Literal repetition: whether notes only say again what was said before."""

from __future__ import annotations

from collections.abc import Iterable

Onset = tuple[int, int, int]
"""Track, start in ticks, MIDI pitch."""


def repeated_from(given: Iterable[Onset], asked: Iterable[Onset], shifts: Iterable[int]) -> int | None:
    """The first of `shifts` (ticks) by which every asked onset lies on a given one of its track and pitch, or None."""
    known, wanted = set(given), list(asked)
    for shift in shifts:
        if wanted and all((track, start - shift, pitch) in known for track, start, pitch in wanted):
            return shift
    return None
