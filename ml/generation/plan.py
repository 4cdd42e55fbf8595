"""What Vary keeps, note by note: a plan that every answer follows, proved to be possible before anything is written.

For each part the plan holds groups of notes that start together. Keeping the rhythm, a group has one place and its
notes their lengths, to the tick. Keeping the contour alone, it may start anywhere between its neighbours' old places,
but no later than `latest`, from where the rest is known to be possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml.generation.limits_mask import LimitTables
from ml.requests import RefusedRequest, Verb, replaced_notes
from ml.requests.contour import kept_line
from ml.requests.obedience import voices
from ml.tensors import vocabulary as v
from ml.tensors.event_features import Array, previous_in_part
from ml.tensors.piece import to_steps

Bools = NDArray[np.bool_]

ANYTHING = np.ones(v.PITCHES, bool)
every_pitch = np.arange(v.PITCHES)


@dataclass(frozen=True)
class Group:
    """Notes of one part that start together, from low to high.

    `tick`, `lengths` and `pitches` are the original's; `together` of its new notes start there, in this group or
    another. `first` and `latest`: steps between which it may start.
    `exact`: it keeps its ticks; `masks` are then the permitted pitches of each note. `step`: 1, 0 or -1, how its
    lowest note lies to the one before it, None for anyhow; `anchor` is that note's pitch where it stays as it is, and
    None where it is the highest of the group before. `then` (128,): pitches from which what follows is possible.
    """

    tick: int
    lengths: tuple[int, ...]
    pitches: tuple[int, ...]
    together: int
    first: int
    latest: int
    exact: bool
    masks: tuple[Bools, ...]
    step: int | None
    anchor: int | None
    follows_staying: bool
    then: Bools

    @property
    def size(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True)
class Plan:
    """Groups in order of time, for each asked part."""

    tables: LimitTables
    groups: dict[int, tuple[Group, ...]]
    rhythm: bool
    contour: bool

    @property
    def density(self) -> int:
        """Level of the density control that the old notes have."""
        lines = [groups for groups in self.groups.values() if groups]
        onsets = sum(len(groups) for groups in lines) / len(lines)
        return v.density_level(onsets / (self.tables.steps / v.STEPS_PER_QUARTER))

    def hint(self) -> Array:
        """The rhythm, and the contour if it is kept too, as `Hints.kept`; nothing where the rhythm is free."""
        rows = [
            (self.tables.start + group.latest, part, length, pitch)
            for part, groups in self.groups.items()
            for group in groups
            for length, pitch in zip(group.lengths, group.pitches, strict=True)
            if self.rhythm
        ]
        onset, part, ticks, pitch = np.array(sorted(rows, key=lambda r: (r[0], r[1], r[3])), np.int64).reshape(-1, 4).T
        previous = previous_in_part(onset, part, pitch)
        moves = np.where((previous < 0) | (not self.contour), -1, np.sign(pitch - previous) + 1)
        length = np.maximum(to_steps(ticks, self.tables.time_map.ticks_per_quarter), 1)
        return np.stack([onset, part, length, moves])


def make_plan(tables: LimitTables) -> Plan | None:
    """The plan of a request to vary that keeps rhythm or contour; None for others.

    Raises RefusedRequest where what is kept is impossible within the limits.
    """
    request = tables.request
    keep = request.keep
    if request.verb is not Verb.VARY or not (keep.rhythm or keep.contour):
        return None
    groups = {part: _part_plan(tables, part) for part in tables.tracks}
    if not any(groups.values()):
        raise RefusedRequest("There are no notes here that could be varied: select some that are not locked.")
    return Plan(tables, groups, keep.rhythm, keep.contour)


def possible(masks: Sequence[Bools], then: Bools) -> list[Bools]:
    """For notes that start together, from low to high: which pitches of each leave something for those above it.

    `masks` are their permitted pitches, `then` those of the highest from which the music can go on.
    """
    found = [masks[-1] & then]
    for mask in masks[-2::-1]:
        found.append(mask & (every_pitch < highest(found[-1])))
    return found[::-1]


def highest(mask: Bools) -> int:
    """The highest pitch of a mask, -1 for none."""
    return v.PITCHES - 1 - int(np.argmax(mask[::-1])) if mask.any() else -1


def lowest(mask: Bools) -> int:
    """The lowest pitch of a mask, 128 for none."""
    return int(np.argmax(mask)) if mask.any() else v.PITCHES


def before(mask: Bools, step: int | None) -> Bools:
    """Pitches from which a move by `step` leads into the mask."""
    if step is None:
        return ANYTHING if mask.any() else ~ANYTHING
    if step == 0:
        return mask
    return every_pitch < highest(mask) if step > 0 else every_pitch > lowest(mask)


def after(pitch: int, step: int | None) -> Bools:
    """Pitches to which a move by `step` from `pitch` leads."""
    if step is None:
        return ANYTHING
    return every_pitch > pitch if step > 0 else every_pitch < pitch if step < 0 else every_pitch == pitch


@dataclass(frozen=True)
class _Item:
    """One place of a part's line: notes to be written together, or one that stays (`lengths` is empty then)."""

    tick: int
    pitches: tuple[int, ...]
    lengths: tuple[int, ...] = ()


def _part_plan(tables: LimitTables, part: int) -> tuple[Group, ...]:
    request, track = tables.request, tables.tracks[part]
    notes = replaced_notes(request.score, request.region, track)
    places = zip(notes.start.tolist(), notes.pitch.tolist(), strict=True)
    lengths = dict(zip(places, notes.length.tolist(), strict=True))
    line = kept_line(request, track)
    items: list[_Item] = []
    for tick, pitch, free in line:
        if not free:
            if request.keep.contour:
                items.append(_Item(tick, (pitch,)))
        elif items and items[-1].lengths and items[-1].tick == tick:
            last = items.pop()
            items.append(_Item(tick, (*last.pitches, pitch), (*last.lengths, lengths[tick, pitch])))
        else:
            items.append(_Item(tick, (pitch,), (lengths[tick, pitch],)))
    if not any(item.lengths for item in items):
        return ()
    if request.keep.rhythm:
        _check_rhythm(tables, part, items)
    return _Backwards(tables, part, items).groups()


class _Backwards:
    """Goes through a part's line from its end: what can still be reached decides what may come before."""

    def __init__(self, tables: LimitTables, part: int, items: list[_Item]) -> None:
        self.tables, self.part, self.items = tables, part, items
        self.keep = tables.request.keep
        self.left = tables.left[part].copy()
        self.places = _places(tables, [item.tick for item in items if item.lengths]) if self.keep.rhythm else []

    def groups(self) -> tuple[Group, ...]:
        found: list[Group] = []
        then, bound = ANYTHING, self.tables.steps
        for index in range(len(self.items) - 1, -1, -1):
            item = self.items[index]
            step = self._step(index)
            if not item.lengths:
                reached = then & (item.pitches[0] == every_pitch)
                bound = self.tables.steps
            else:
                group, reached = self._group(index, step, then, bound)
                found.append(group)
                bound = group.latest
            if not reached.any():
                raise self._stuck(item.tick)
            then = before(reached, step)
        return tuple(found[::-1])

    def _step(self, index: int) -> int | None:
        if not self.keep.contour or index == 0:
            return None
        return int(np.sign(self.items[index].pitches[0] - self.items[index - 1].pitches[-1]))

    def _together(self, item: _Item) -> int:
        """New notes at one onset, which notes that stay may divide into several items."""
        return sum(len(other.lengths) for other in self.items if other.tick == item.tick)

    def _group(self, index: int, step: int | None, then: Bools, bound: int) -> tuple[Group, Bools]:
        """The group of an item, and the pitches that its lowest note may have at its latest place."""
        item = self.items[index]
        previous = self.items[index - 1] if index else None
        stays = previous is not None and not previous.lengths
        masks: tuple[Bools, ...] = ()
        if self.keep.rhythm:
            first = latest = self.places.pop()
            masks = tuple(self.tables.pitches_at(self.part, item.tick, item.tick + n) for n in item.lengths)
            reached = possible(masks, then)[0]
        else:
            first, latest, reached = self._latest(index, then, bound)
        anchor = previous.pitches[-1] if previous is not None and stays else None
        group = Group(
            item.tick, item.lengths, item.pitches, self._together(item), first, latest, self.keep.rhythm, masks, step,
            anchor, stays, then,
        )  # fmt: skip
        return group, reached

    def _latest(self, index: int, then: Bools, bound: int) -> tuple[int, int, Bools]:
        """First and latest step at which the group may start, and its lowest note's pitches at the latest.

        It lies between the original places of its neighbours, or, if it cannot, anywhere before the one after.
        """
        tables, part, item = self.tables, self.part, self.items[index]
        size, ticks = self._together(item), tables.ticks[:-1]
        earliest = [0]
        if index:
            # After the one before; with it where they were together, one of them a note that stays.
            before_it = self.items[index - 1]
            side: Literal["left", "right"] = "left" if before_it.tick == item.tick else "right"
            between = int(np.searchsorted(ticks, before_it.tick, side))
            earliest = [between, 0] if before_it.lengths else [between]
        top = bound
        if index + 1 < len(self.items):
            tick = self.items[index + 1].tick
            top = min(top, int(np.searchsorted(ticks, tick, "right" if tick == item.tick else "left")))
        for first in earliest:
            fits = np.flatnonzero(tables.open[part, first:top] & (tables.room[part, first:top] >= size)) + first
            for place in fits[::-1].tolist():
                bar = int(tables.bar_of[place])
                mask = tables.masks[tables.mask_of[part, place]]
                reached = possible([mask] * len(item.lengths), then)[0]
                if reached.any() and self.left[bar] >= len(item.lengths):
                    self.left[bar] -= len(item.lengths)
                    return first, place, reached
        raise self._stuck(item.tick)

    def _stuck(self, tick: int) -> RefusedRequest:
        kept = " and ".join(name for name, on in (("rhythm", self.keep.rhythm), ("contour", self.keep.contour)) if on)
        where = self.tables.time_map.bar_beat(max(tick, self.tables.request.region.start_tick))
        return RefusedRequest(
            f"Within the limits the {kept} cannot be kept: nothing is left at bar {where.bar}, beat {where.beat}. "
            "Widen the limits or keep less."
        )


def _check_rhythm(tables: LimitTables, part: int, items: list[_Item]) -> None:
    """Raise RefusedRequest where limits forbid the rhythm that is to be kept."""
    limits, time_map = tables.limits, tables.time_map
    starts = np.array([item.tick for item in items for _ in item.lengths], np.int64)
    ends = starts + np.array([length for item in items for length in item.lengths], np.int64)
    if not tables.on_grid(starts):
        raise RefusedRequest(
            "The rhythm to be kept has notes off the grid: choose a finer grid, quantise it first, or let it go."
        )
    if limits.polyphony is not None and not tables.drums(part):
        most = int(voices(starts, ends, tables.staying[part]).max())
        if most > limits.polyphony:
            raise RefusedRequest(
                f"The rhythm to be kept has up to {most} notes at once and {limits.polyphony} are permitted: "
                "permit more or let the rhythm go."
            )
    if limits.notes_per_bar is not None:
        bars = np.array([time_map.bar_at(tick) for tick in starts.tolist()]) - tables.first_bar
        counts = np.bincount(bars, minlength=len(tables.left[part]))
        full = np.flatnonzero((counts > 0) & (counts > tables.left[part]))
        if len(full):
            raise RefusedRequest(
                f"The rhythm to be kept has more notes in bar {tables.first_bar + int(full[0]) + 1} than are "
                "permitted: permit more notes in a bar or let the rhythm go."
            )


def _places(tables: LimitTables, ticks: list[int]) -> list[int]:
    """Steps for notes at these ticks, ascending: each its nearest, moved on where one is taken already."""
    if len(ticks) > tables.steps:
        raise RefusedRequest("The rhythm to be kept has more notes than models can tell apart: select fewer.")
    places: list[int] = []
    for tick in ticks:
        places.append(max(tables.index_of(tick), places[-1] + 1 if places else 0))
    for back in range(1, len(places) + 1):
        places[-back] = min(places[-back], tables.steps - back)
    return places
