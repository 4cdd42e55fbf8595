"""What hands and instruments can play at once: reach of two hands on keys, and how many notes others sound together."""

from __future__ import annotations

from collections.abc import Sequence

HAND_SEMITONES, HAND_NOTES = 16, 5
"""A hand reaches a tenth and has five fingers."""
KEYBOARDS = frozenset((*range(8), *range(16, 22), 23))
"""General MIDI programs that are played with two hands on keys."""
_AT_ONCE = (
    (range(24, 32), 6), (range(32, 38), 2), (range(40, 44), 2), (range(56, 61), 1), (range(64, 72), 1),
    (range(72, 80), 1), (range(105, 106), 5), (range(110, 111), 2), (range(111, 112), 1),
)  # fmt: skip
"""Guitars have six strings; basses and bowed strings stop two; wind instruments and voices alone sound one note."""


def most_at_once(program: int | None) -> int | None:
    """How many notes the instrument sounds together; None where two hands or a section set no such number."""
    number = (program or 0) & 127
    return next((most for programs, most in _AT_ONCE if number in programs), None)


def within_reach(pitches: Sequence[int], program: int | None) -> list[int]:
    """Which of the notes that start together can be struck: indices into `pitches`, which ascend.

    On keys the lower hand plays what lies within a tenth of the lowest note and the upper hand what lies within a
    tenth of the highest, the outer five notes each. Elsewhere the highest notes and the lowest one are kept.
    """
    everything = list(range(len(pitches)))
    if not pitches:
        return everything
    most = most_at_once(program)
    if most is not None:
        if len(pitches) <= most:
            return everything
        return everything[-1:] if most == 1 else [0, *everything[len(pitches) - most + 1 :]]
    if (program or 0) & 127 not in KEYBOARDS:
        return everything
    lower = [i for i in everything if pitches[i] - pitches[0] <= HAND_SEMITONES]
    upper = [i for i in everything if pitches[-1] - pitches[i] <= HAND_SEMITONES]
    if len(lower) == len(everything) and len(everything) <= 2 * HAND_NOTES:
        return everything
    return sorted({*lower[:HAND_NOTES], *upper[-HAND_NOTES:]})
