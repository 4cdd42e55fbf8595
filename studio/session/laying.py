"""What a take puts into the song, as excerpts on the tracks where they are now: for hearing and for accepting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    found = []
    for region, taken in slot.runs:
        rows = [row for row, note in enumerate(slot.notes) if slot.origins[row] is taken and inside(note, region)]
        rows = [row for row in rows if row not in slot.loose]
        laid = tuple(notes[row] for row in rows)
        found.append(Excerpt(follower.region(region), laid, ((numbers or {}).get(taken, 0),) * len(rows)))
    return (*found, *_laid_over(slot, slot.loose, notes, follower, numbers))


def excerpts_of_notes(
    slot: TakeSlot, rows: Iterable[int], follower: TrackFollower, numbers: Mapping[TakeSlot, int]
) -> tuple[Excerpt, ...]:
    """Some notes of a take, by their number in it; none without notes."""
    return _laid_over(slot, rows, follower.notes(slot.notes), follower, numbers)


def _laid_over(
    slot: TakeSlot,
    rows: Iterable[int],
    notes: tuple[TakeNote, ...],
    follower: TrackFollower,
    numbers: Mapping[TakeSlot, int] | None,
) -> tuple[Excerpt, ...]:
    """Some of `notes`, which are all of the take's where its tracks are now, as an excerpt that clears nothing."""
    rows = sorted(rows)
    if not rows:
        return ()
    tracks = tuple(sorted({notes[row].track for row in rows}))
    sources = tuple((numbers or {}).get(slot.origin_of(row), 0) for row in rows)
    place = replace(follower.region(slot.request.region), tracks=tracks)
    return (Excerpt(place, tuple(notes[row] for row in rows), sources, clears=False),)
