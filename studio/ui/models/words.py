"""A musician's words for what the models count in numbers."""

from __future__ import annotations

from ml.requests import Choosing, Leanings, Limits
from ml.requests.limits import ChordRule
from studio.session.wishes import Wishes
from studio.ui.roll.spelling import pitch_label

AMOUNT_STEPS = 10
DENSITIES = ("very sparse", "sparse", "rather sparse", "medium", "rather dense", "dense", "very dense")
LEAPS = ("by step", "mostly steps", "mixed", "mostly leaps", "by leap")
AS_MUSIC = "as the music"
GRIDS: tuple[tuple[int | None, str], ...] = (
    (None, "free"), (1, "quarters"), (2, "eighths"), (3, "eighth triplets"), (4, "sixteenths"),
    (6, "sixteenth triplets"), (8, "thirty-seconds"), (12, "thirty-second triplets"), (24, "sixty-fourth triplets"),
)  # fmt: skip
"""Grids of a limit in divisions of a quarter, and what musicians call them."""
VOICES: tuple[tuple[int | None, str], ...] = (
    (None, "free"), (1, "one voice"), (2, "two at once"), (3, "three at once"), (4, "four at once"),
)  # fmt: skip


def surprise_word(surprise: float) -> str:
    """-2 to 2."""
    for highest, word in ((-1.25, "very familiar"), (-0.25, "familiar"), (0.24, "natural"), (1.24, "surprising")):
        if surprise <= highest:
            return word
    return "very surprising"


def density_word(density: int | None) -> str:
    return AS_MUSIC if density is None else DENSITIES[density - 1]


def leaps_word(leaps: int | None) -> str:
    return AS_MUSIC if leaps is None else LEAPS[leaps - 1]


def amount_word(amount: float) -> str:
    """Above 0 to 1."""
    if amount >= 1:
        return "all notes"
    for highest, word in ((0.25, "a few notes"), (0.45, "some notes"), (0.65, "half the notes")):
        if amount <= highest:
            return word
    return "most notes"


def must_text(limits: Limits, chords: str) -> str:
    """What is set of the limits in the drawer, "" for nothing."""
    parts = []
    if limits.pitch_classes is not None:
        parts.append(f"{len(limits.pitch_classes)} pitches")
    if (limits.lowest, limits.highest) != (0, 127):
        parts.append(f"{pitch_label(limits.lowest, None)}–{pitch_label(limits.highest, None)}")
    if limits.instrument_ranges:
        parts.append("instruments' ranges")
    if chords.strip():
        parts.append("chords" if limits.chord_rule is ChordRule.STRONG_BEATS else "chords on every note")
    parts += [name for number, name in VOICES if number == limits.polyphony is not None]
    parts += [name for number, name in GRIDS if number == limits.grid is not None]
    if limits.notes_per_bar is not None:
        parts.append(f"{limits.notes_per_bar} a bar")
    return ", ".join(parts)


def lean_text(leanings: Leanings) -> str:
    """What is set of the leanings in the drawer, "" for nothing."""
    parts = (leanings.style or "", leaps_word(leanings.leaps) if leanings.leaps else "")
    return ", ".join(part for part in parts if part)


def choosing_text(choosing: Choosing, takes: int) -> str:
    """How the takes that show come from more: "best 4 of 8, cleaned"; "" when they are shown as they are written."""
    parts = []
    if choosing.pool > 1:
        parts.append(f"{'best ' if choosing.ranks else ''}{takes} of {choosing.rounds(takes) * takes}")
    elif choosing.ranks:
        parts.append("best first")
    if choosing.clean:
        parts.append("cleaned")
    return ", ".join(parts)


def drawer_text(wishes: Wishes) -> str:
    """One line for the closed drawer."""
    must, lean = must_text(wishes.limits, wishes.chords), lean_text(wishes.leanings)
    seed = "" if wishes.seed is None else f"seed {wishes.seed}"
    choosing = choosing_text(wishes.choosing, wishes.takes)
    parts = (f"must: {must}" if must else "", f"leans: {lean}" if lean else "", seed, choosing)
    return " · ".join(part for part in parts if part)
