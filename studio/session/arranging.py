"""Which takes are shown and in which order: the board's arrangement as values and pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.session.takes import TakeSlot


class SortBy(Enum):
    """What takes can be sorted by; `MODEL` is the order in which they were asked for, or ranked."""

    MODEL = "model"
    STAR = "star"
    BITS = "bits per note"
    DENSITY = "notes per bar"
    IN_KEY = "in key"
    RANGE = "range"
    COPY = "copied notes"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An order and filters; the default shows all takes but the discarded ones, as they were asked for.

    `models` empty shows those of all models. `starred`: only starred ones. `in_key` (0 to 1), `most_bits` and
    `notes_per_bar` (lowest, highest) leave out takes that are known to lie outside; takes that are still being
    written are shown until their figures are there. `unusual_copies` False leaves out takes marked by the copy check.
    """

    by: SortBy = SortBy.MODEL
    descending: bool = False
    models: frozenset[str] = frozenset()
    starred: bool = False
    discarded: bool = False
    in_key: float | None = None
    most_bits: float | None = None
    notes_per_bar: tuple[float, float] | None = None
    unusual_copies: bool = True

    @property
    def filters(self) -> bool:
        """Whether something is left out that the default would show."""
        ranges = (self.in_key, self.most_bits, self.notes_per_bar)
        return bool(self.models) or self.starred or not self.unusual_copies or any(r is not None for r in ranges)


def arranged(slots: Iterable[TakeSlot], arrangement: Arrangement) -> tuple[TakeSlot, ...]:
    """The takes that the arrangement shows, in its order; equal ones stay as they were."""
    shown = [slot for slot in slots if is_shown(slot, arrangement)]
    if arrangement.by is SortBy.MODEL:
        return tuple(reversed(shown)) if arrangement.descending else tuple(shown)

    def place(slot: TakeSlot) -> tuple[bool, float]:
        value = sort_value(slot, arrangement.by)
        if value is None:
            return True, 0.0
        return False, -value if arrangement.descending else value

    return tuple(sorted(shown, key=place))


def is_shown(slot: TakeSlot, arrangement: Arrangement) -> bool:
    """Whether a take passes the filters."""
    mark, figures = slot.mark, slot.figures
    if mark.discarded and not arrangement.discarded:
        return False
    if arrangement.starred and not mark.starred:
        return False
    if arrangement.models and slot.model not in arrangement.models:
        return False
    if figures is None:
        return True
    if arrangement.in_key is not None and figures.in_key is not None and figures.in_key < arrangement.in_key:
        return False
    if arrangement.most_bits is not None and figures.bits_per_note > arrangement.most_bits:
        return False
    if arrangement.notes_per_bar is not None:
        lowest, highest = arrangement.notes_per_bar
        if not lowest <= figures.notes_per_bar <= highest:
            return False
    return arrangement.unusual_copies or figures.copy is None or not figures.copy.unusual


def sort_value(slot: TakeSlot, by: SortBy) -> float | None:
    """What a take is sorted by, smallest first; None while it is not known. Starred takes come before others."""
    figures = slot.figures
    if by is SortBy.STAR:
        return 0.0 if slot.mark.starred else 1.0
    if figures is None:
        return None
    match by:
        case SortBy.BITS:
            return figures.bits_per_note
        case SortBy.DENSITY:
            return figures.notes_per_bar
        case SortBy.IN_KEY:
            return figures.in_key
        case SortBy.RANGE:
            return None if figures.highest is None or figures.lowest is None else figures.highest - figures.lowest
        case SortBy.COPY:
            return None if figures.copy is None else figures.copy.longest_notes
        case _:
            return None
