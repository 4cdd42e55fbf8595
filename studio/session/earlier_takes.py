"""EarlierTakes: what was answered for each place of the piece, so that asking again brings something else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from ml.requests import GenerationRequest, Placed, Take
from studio.session.takes import TakeSlot

MOST_OF_A_PLACE = 512
MOST_PLACES = 1000
"""Beyond these the oldest are forgotten."""

Place = tuple[int, int, tuple[int, ...]]
"""Region's start and end in ticks, and its tracks."""


class EarlierTakes:
    """Takes are remembered by the notes that they place, for each region that was asked for."""

    def __init__(self) -> None:
        self._places: OrderedDict[Place, OrderedDict[frozenset[Placed], None]] = OrderedDict()

    def remember(self, take: Take) -> None:
        """A take that was shown: rejected, accepted or just there."""
        known = self._places.setdefault(_place(take.request), OrderedDict())
        known[take.placed] = None
        if len(known) > MOST_OF_A_PLACE:
            known.popitem(last=False)
        self._places.move_to_end(_place(take.request))
        if len(self._places) > MOST_PLACES:
            self._places.popitem(last=False)

    def remember_slot(self, slot: TakeSlot) -> None:
        """The same of a take on the board, once it is complete."""
        if slot.take is not None:
            self.remember(slot.take)

    def begin(self, takes: Iterable[Take] = ()) -> None:
        """Another piece: forget all, and remember what its project tells of earlier takes."""
        self._places.clear()
        for take in takes:
            self.remember(take)

    def of(self, request: GenerationRequest) -> frozenset[frozenset[Placed]]:
        """Everything answered so far for the place of a request."""
        return frozenset(self._places.get(_place(request), ()))


def _place(request: GenerationRequest) -> Place:
    region = request.region
    return region.start_tick, region.end_tick, region.tracks
