"""What one take may write next: freely within the limits, or along a plan."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml.generation.limits_mask import LimitTables
from ml.generation.plan import Group, Plan, after, possible
from ml.tensors import vocabulary as v

Bools = NDArray[np.bool_]


class Choices(Protocol):
    """Indices count the region's steps. `above`: the pitch of the note just written at the same onset in the same
    part, -1 for none. Whatever is chosen from these masks, they never leave nothing before the take may end."""

    def ahead(self, index: int) -> Bools:
        """Steps from `index` on at which a note may start, of any length; those after its end are closed.

        The first one counts where no note is written yet."""

    def together(self, index: int, last_part: int, last_pitch: int) -> Bools:
        """Parts (16,) that may write another note at the onset of the last one; -1, -1 where there is none."""

    def parts(self, index: int) -> Bools:
        """Parts (16,) that may write at a later step."""

    def pitches(self, index: int, part: int, above: int) -> Bools:
        """Permitted pitches, (128,)."""

    def lengths(self, index: int, part: int, pitch: int) -> Bools:
        """Permitted length classes, (46,)."""

    def took(self, index: int, part: int, pitch: int, steps: int) -> tuple[int, int]:
        """Count a note of so many steps as written; returns its first tick and its end."""

    def may_end(self, index: int) -> bool:
        """Whether the take may end though notes could follow the one at `index`."""


class FreeChoices:
    """Any note that the limits permit."""

    def __init__(self, tables: LimitTables) -> None:
        self.tables = tables
        self.open, self.left = tables.open.copy(), tables.left.copy()
        self.any_open = np.array(self.open.any(axis=0))
        self.last_index, self.last_part, self.here = -1, -1, 0
        last = int(np.flatnonzero(self.any_open)[-1]) if self.any_open.any() else 0
        self.last_bar = int(np.argmax(tables.bar_of == tables.bar_of[last]))
        """First step of the last bar in which a note may start."""

    def ahead(self, index: int) -> Bools:
        return self.any_open[index:]

    def together(self, index: int, last_part: int, last_pitch: int) -> Bools:
        parts: Bools = self.open[:, index].copy()
        parts[: max(last_part, 0)] = False
        if last_part >= 0:
            parts[last_part] &= (
                bool(self.tables.room[last_part, index] > self.here)
                and bool(self.pitches(index, last_part, last_pitch).any())
            )  # fmt: skip
        return parts

    def parts(self, index: int) -> Bools:
        return self.open[:, index]

    def pitches(self, index: int, part: int, above: int) -> Bools:
        mask: Bools = self.tables.masks[self.tables.mask_of[part, index]]
        if above < 0:
            return mask
        mask = mask.copy()
        mask[: above + 1] = False
        return mask

    def lengths(self, index: int, part: int, pitch: int) -> Bools:
        return self.tables.length_mask(index, part, pitch)

    def took(self, index: int, part: int, pitch: int, steps: int) -> tuple[int, int]:
        self.here = self.here + 1 if (index, part) == (self.last_index, self.last_part) else 1
        self.last_index, self.last_part = index, part
        bar = int(self.tables.bar_of[index])
        self.left[part, bar] -= 1
        if self.left[part, bar] == 0:
            first, end = np.searchsorted(self.tables.bar_of, (bar, bar + 1)).tolist()
            self.open[part, first:end] = False
            self.any_open[first:end] = self.open[:, first:end].any(axis=0)
        return int(self.tables.ticks[index]), self.tables.end_tick(index, steps, part, pitch)

    def may_end(self, index: int) -> bool:
        return index >= self.last_bar


class PlannedChoices:
    """The notes of a plan, each part's in their order."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.tables = plan, plan.tables
        self.at = dict.fromkeys(plan.groups, 0)
        self.member = dict.fromkeys(plan.groups, 0)
        self.last_index = dict.fromkeys(plan.groups, -1)
        self.last_pitch = dict.fromkeys(plan.groups, -1)
        self.chain: dict[int, list[Bools]] = {}
        self.sounding: dict[int, list[tuple[int, int]]] = {part: [] for part in plan.groups}
        self.left = self.tables.left.copy()
        for part, groups in plan.groups.items():
            for group in groups:
                self.left[part, self._bar(group)] -= group.size
        self.windows: dict[int, tuple[int, Bools]] = {}
        for part in plan.groups:
            self._look(part)

    def _bar(self, group: Group) -> int:
        return int(self.tables.bar_of[group.latest])

    def _group(self, part: int) -> Group | None:
        groups = self.plan.groups[part]
        return groups[self.at[part]] if self.at[part] < len(groups) else None

    def _look(self, part: int) -> None:
        """Find the steps at which the part's next note may start: (first step, mask); the last one is its latest."""
        group = self._group(part)
        self.windows.pop(part, None)
        if group is None:
            return
        if self.member[part]:
            self.windows[part] = (self.last_index[part], np.ones(1, bool))
            return
        if group.exact:
            self.windows[part] = (group.latest, np.ones(1, bool))
            return
        tables, first = self.tables, max(group.first, self.last_index[part] + (0 if group.follows_staying else 1))
        span = slice(first, group.latest + 1)
        fits = tables.open[part, span] & (tables.room[part, span] >= group.together)
        bars = tables.bar_of[span]
        fits &= (self.left[part, bars] >= group.size) | (bars == self._bar(group))
        way = self._way(part, group)
        kinds, which = np.unique(tables.mask_of[part, span], return_inverse=True)
        fits &= np.array([(self._chain(part, group, int(kind))[0] & way).any() for kind in kinds])[which.reshape(-1)]
        # From its latest step the rest is known to be possible.
        fits[-1] = True
        self.windows[part] = (first, fits)

    def _way(self, part: int, group: Group) -> Bools:
        """Where the group's lowest note may lie from the note before it."""
        return after(self.last_pitch[part] if group.anchor is None else group.anchor, group.step)

    def _chain(self, part: int, group: Group, kind: int) -> list[Bools]:
        masks = group.masks if group.exact else [self.tables.masks[kind]] * group.size
        return possible(masks, group.then)

    def _deadline(self) -> int:
        return min((first + len(fits) - 1 for first, fits in self.windows.values()), default=-1)

    def ahead(self, index: int) -> Bools:
        open_steps = np.zeros(max(self._deadline() - index + 1, 0), bool)
        for first, fits in self.windows.values():
            low, high = max(first, index), min(first + len(fits), index + len(open_steps))
            if low < high:
                open_steps[low - index : high - index] |= fits[low - first : high - first]
        return open_steps

    def together(self, index: int, last_part: int, last_pitch: int) -> Bools:
        parts = self.parts(index)
        parts[: max(last_part, 0)] = False
        return parts

    def parts(self, index: int) -> Bools:
        parts = np.zeros(v.PARTS, bool)
        for part, (first, fits) in self.windows.items():
            parts[part] = first <= index < first + len(fits) and fits[index - first]
        # Who must write here goes before later parts do.
        must = [part for part, (first, fits) in self.windows.items() if first + len(fits) - 1 == index]
        if must:
            parts[min(must) + 1 :] = False
        return parts

    def pitches(self, index: int, part: int, above: int) -> Bools:
        group = self._group(part)
        assert group is not None
        member = self.member[part]
        if member:
            mask = self.chain[part][member] & (np.arange(v.PITCHES) > self.last_pitch[part])
        else:
            chain = self._chain(part, group, int(self.tables.mask_of[part, index]))
            mask = chain[0] & self._way(part, group)
            if above >= 0:
                mask = mask & (np.arange(v.PITCHES) > above)
        if group.exact:
            # Two notes of one pitch at a time are avoided where the plan leaves a choice.
            clear = mask.copy()
            clear[[pitch for pitch, end in self.sounding[part] if end > group.tick]] = False
            return clear if clear.any() else mask
        return mask

    def lengths(self, index: int, part: int, pitch: int) -> Bools:
        group = self._group(part)
        assert group is not None
        if not group.exact:
            return self.tables.length_mask(index, part, pitch)
        mask = np.zeros(len(v.LENGTHS), bool)
        quarter = self.tables.time_map.ticks_per_quarter
        steps = np.maximum((group.lengths[self.member[part]] * v.STEPS_PER_QUARTER + quarter // 2) // quarter, 1)
        mask[v.length_class(np.array([steps]))[0]] = True
        return mask

    def took(self, index: int, part: int, pitch: int, steps: int) -> tuple[int, int]:
        group = self._group(part)
        assert group is not None
        member = self.member[part]
        if not member:
            self.chain[part] = self._chain(part, group, int(self.tables.mask_of[part, index]))
            self.left[part, self._bar(group)] += group.size
            self.left[part, int(self.tables.bar_of[index])] -= group.size
        if group.exact:
            start, end = group.tick, group.tick + group.lengths[member]
            self.sounding[part] = [note for note in self.sounding[part] if note[1] > start] + [(pitch, end)]
        else:
            start, end = int(self.tables.ticks[index]), self.tables.end_tick(index, steps, part, pitch)
        self.last_index[part], self.last_pitch[part] = index, pitch
        self.member[part] = (member + 1) % group.size
        if not self.member[part]:
            self.at[part] += 1
        self._look(part)
        return start, end

    def may_end(self, index: int) -> bool:
        return False
