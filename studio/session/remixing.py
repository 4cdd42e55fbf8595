"""A mixture as the tree of takes keeps it, and put together again from the takes that show."""

from __future__ import annotations

from collections.abc import Iterable

from ml.requests import GenerationRequest
from studio.project import TakeRecord
from studio.session.mixture import Mixture
from studio.session.takes import TakeSlot


def cells_of(mixture: Mixture) -> tuple[tuple[int, int, int], ...]:
    """Bar, track and the number of the take among the mixture's `sources` for each bar that is taken over whole."""
    numbers = {slot: number for number, slot in enumerate(mixture.sources)}
    return tuple(
        (bar, track, numbers[slot]) for (bar, track), slot in sorted(mixture.cells.items(), key=lambda c: c[0])
    )


def picked_of(mixture: Mixture) -> tuple[tuple[int, int], ...]:
    """The number of the take among the mixture's `sources`, and that of the note in it, for each picked note."""
    numbers = {slot: number for number, slot in enumerate(mixture.sources)}
    return tuple((numbers[slot], note) for slot, note in mixture.picked)


def remixed(take: TakeRecord, request: GenerationRequest, slots: Iterable[TakeSlot]) -> Mixture | None:
    """The mixture that the tree keeps as `take`, made of these takes; None where one of them is gone, or nobody wrote
    down what of them it has."""
    known = {(slot.model, slot.index): slot for slot in slots}
    sources = [known.get((ref.model, ref.index)) for ref in take.origins]
    found = Mixture.of(request)
    cells, picked = {}, []
    for bar, track, number in take.cells:
        slot = sources[number]
        if slot is None or bar not in found.bars or track not in request.region.tracks:
            return None
        cells[bar, track] = slot
    for number, note in take.picked:
        slot = sources[number]
        if slot is None or note >= len(slot.notes):
            return None
        picked.append((slot, note))
    found.fill(cells, tuple(picked))
    return None if found.empty else found
