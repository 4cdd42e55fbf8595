"""What a take puts into the song, as excerpts on the tracks where they are now: for hearing and for accepting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ml.requests import TakeNote
from studio.edit.operations.take_parts import Excerpt
from studio.session.follow import TrackFollower
from studio.session.mixture import Mixture, inside
from studio.session.takes import TakeSlot


def excerpts_of(
    slot: TakeSlot,
    follower: TrackFollower,
    notes: Sequence[TakeNote] | None = None,
    numbers: Mapping[TakeSlot, int] | None = None,
) -> tuple[Excerpt, ...]:
    """A take's excerpts; its tracks must be found. `notes` in place of the take's own, as many and in their order, as
    they are to be heard; `numbers` of the takes that they come from for the notes' `source` column, 0 without."""
    notes = follower.notes(tuple(slot.playable_notes if notes is None else notes))
    if not isinstance(slot, Mixture):
        number = (numbers or {}).get(slot, 0)
        return (Excerpt(follower.region(slot.request.region), notes, (number,) * len(notes)),)
    sources = tuple((numbers or {}).get(origin, 0) for origin in slot.origins)
    found, left = [], set(range(len(notes)))
    for region, taken in slot.runs:
        rows = [row for row, note in enumerate(slot.notes) if slot.origins[row] is taken and inside(note, region)]
        left -= set(rows)
        laid = tuple(notes[row] for row in rows)
        found.append(Excerpt(follower.region(region), laid, tuple(sources[row] for row in rows)))
    if left:
        rows = sorted(left)
        asked = follower.region(slot.request.region)
        place = replace(asked, tracks=tuple(sorted({notes[row].track for row in rows})))
        found.append(Excerpt(place, tuple(notes[r] for r in rows), tuple(sources[r] for r in rows), clears=False))
    return tuple(found)
