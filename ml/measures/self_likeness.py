"""How much a line repeats itself from bar to bar: what musicians call its form."""

from __future__ import annotations

from collections.abc import Sequence

from ml.measures.alikeness import Sketch, dice, same_notes

LOOK_BACK_BARS = 16


def self_likeness(bars: Sequence[Sketch], first: int) -> float:
    """Mean over the bars from number `first` on of how alike each is to the most alike of the bars before it, 0 to 1.

    `bars` in order, onsets counted from their bar lines. A bar is alike by half in its notes and by half in its
    onsets; at most the 16 bars before it are looked at, empty bars neither counted nor compared. NaN where no bar can
    be judged.
    """
    found: list[float] = []
    for number in range(max(first, 1), len(bars)):
        before = [bar for bar in bars[max(number - LOOK_BACK_BARS, 0) : number] if bar.notes]
        if bars[number].notes and before:
            found.append(max(bar_likeness(bars[number], bar) for bar in before))
    return sum(found) / len(found) if found else float("nan")


def bar_likeness(one: Sketch, other: Sketch) -> float:
    return (same_notes(one, other) + dice(one.onsets, other.onsets)) / 2
