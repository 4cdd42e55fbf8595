"""Literal repetition: whether notes only say again what was said before."""

from __future__ import annotations

from collections.abc import Iterable

Onset = tuple[int, int, int]
"""Track, start in ticks, MIDI pitch."""


def repeated_share(given: Iterable[Onset], asked: Iterable[Onset], shifts: Iterable[int]) -> float:
    """The largest share of asked onsets, over all `shifts` (ticks), that lie on a given one of their track and pitch.

    1 is a literal repetition; 0 for no asked onsets.
    """
    known, wanted = set(given), list(asked)
    found = (sum((track, start - shift, pitch) in known for track, start, pitch in wanted) for shift in shifts)
    return max(found, default=0) / max(len(wanted), 1)
