"""What the limits and the notes that stay leave open: tables over the region's steps, made once for all takes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ml.music.beats import grid_ticks, on_grid, on_strong_beat
from ml.music.harmony import Chord
from ml.requests import GenerationRequest, PermittedPitches, ringing_notes
from ml.requests.obedience import given_per_bar
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

UNLIMITED = 1 << 20
SHORTEST = 12
"""A new note has room for at least a 12th of a quarter before a note that stays would cut it off."""


class LimitTables:
    """Indices count the region's steps from its first. Rows of `open`, `room`, `mask_of` and `left` are the 16 parts;
    those that are not asked are closed.

    `ticks` (steps + 1,): the tick of each step, the last one the region's end. `open` (16, steps): whether a note may
    start. `room` (16, steps): how many may start there together. `masks` (masks, 128) and `mask_of` (16, steps): its
    permitted pitches. `bar_of` (steps,) counts the region's bars, `left` (16, bars) the notes that each may still get.
    """

    def __init__(
        self, request: GenerationRequest, permitted: PermittedPitches, tracks: dict[int, int], grid: BarGrid,
        start_step: int, end_step: int, voices: frozenset[int] = frozenset(),
    ) -> None:  # fmt: skip
        """`tracks` maps the asked parts to tracks of the score; `voices` are parts that stay one voice if they can."""
        self.request, self.limits, self.permitted, self.tracks = request, request.limits, permitted, tracks
        self.start, self.steps = start_step, max(end_step - start_step, 1)
        score = request.score
        self.time_map = score.time_map
        self.shortest = max(1, score.ticks_per_quarter // SHORTEST)
        steps = np.arange(start_step, start_step + self.steps)
        bars, places, _ = grid.locate(steps)
        self.first_bar = int(bars[0])
        self.bar_of: Ints = bars - self.first_bar
        self.bar_ticks: Ints = np.array(
            [self.time_map.bar_start(bar) for bar in range(self.first_bar, int(bars[-1]) + 2)], np.int64
        )
        self.ticks, self.usable = self._ticks(places)
        # Where bar lines lie between steps, the tick decides which bar a step belongs to.
        self.bar_of = np.searchsorted(self.bar_ticks, self.ticks[:-1], "right") - 1
        self.staying = {part: ringing_notes(score, request.region, track) for part, track in tracks.items()}
        self.polyphony = {part: self._most(part, part in voices) for part in tracks}
        self.open = np.zeros((v.PARTS, self.steps), bool)
        self.room = np.zeros((v.PARTS, self.steps), np.int64)
        self.left = np.full((v.PARTS, len(self.bar_ticks) - 1), UNLIMITED, np.int64)
        self.mask_of = np.zeros((v.PARTS, self.steps), np.int64)
        self.masks = np.zeros((1, v.PITCHES), bool)
        self._full: dict[int, list[int]] = {}
        self._staying_starts: dict[tuple[int, int], list[int]] = defaultdict(list)
        chords, chord_masks = self._chords()
        for part in tracks:
            self._lay_out(part, chords, chord_masks)

    # --- making the tables

    def _ticks(self, places: Ints) -> tuple[Ints, Bools]:
        """Tick of each step and of the end, counted from the bar lines, and which steps a note may start on at all."""
        quarter, region = self.time_map.ticks_per_quarter, self.request.region
        lines = self.bar_ticks[self.bar_of]
        exact = lines + (places * quarter + v.STEPS_PER_QUARTER // 2) // v.STEPS_PER_QUARTER
        ticks = np.clip(exact, region.start_tick, region.end_tick - 1)
        usable = (exact < self.bar_ticks[self.bar_of + 1]) & (exact < region.end_tick)
        if self.limits.grid is not None:
            usable = np.zeros(self.steps, bool)
            wanted = grid_ticks(self.time_map, self.limits.grid, region.start_tick, region.end_tick)
            nearest, first = np.unique(nearest_index(ticks, wanted), return_index=True)
            ticks[nearest] = wanted[first]
            usable[nearest] = True
        elif quarter < v.STEPS_PER_QUARTER:
            # Several steps share a tick: the one nearest to it stands for it.
            back = (2 * (exact - lines) * v.STEPS_PER_QUARTER + quarter) // (2 * quarter)
            usable &= back == places
        ticks = np.maximum.accumulate(ticks)
        latest = np.maximum.accumulate(np.where(usable, ticks, -1))
        usable[1:] &= ticks[1:] > latest[:-1]
        if not usable.any() and self.limits.grid is None:
            usable[0] = True
        return np.append(ticks, region.end_tick), usable

    def index_of(self, tick: int) -> int:
        """The step nearest to a tick, kept inside the region."""
        return int(nearest_index(self.ticks[:-1], np.array([tick], np.int64))[0])

    def _most(self, part: int, voice: bool) -> int | None:
        """Most notes of the part at once, None for any number."""
        limit = None if self.drums(part) else self.limits.polyphony
        if not voice:
            return limit
        staying, region = self.staying[part], self.request.region
        covered = np.minimum(staying.end, region.end_tick) - np.maximum(staying.start, region.start_tick)
        # A single voice that is mostly written already would have nowhere to go.
        return limit if 2 * int(covered.sum()) > region.end_tick - region.start_tick else 1

    def drums(self, part: int) -> bool:
        return self.request.score.tracks[self.tracks[part]].drums

    def _chords(self) -> tuple[Ints, list[Bools]]:
        """Which of the returned pitch masks the chords demand at each step; shape (steps,)."""
        places: Ints = np.zeros(self.steps, np.int64)
        found: dict[tuple[Chord, ...], int] = {(): 0}
        usable = np.flatnonzero(self.usable)
        strong = on_strong_beat(self.time_map, self.ticks[usable])
        for index, on_strong in zip(usable.tolist(), strong.tolist(), strict=True):
            chords = tuple(self.permitted.chords_at(int(self.ticks[index]), strong=on_strong))
            places[index] = found.setdefault(chords, len(found))
        return places, [chord_mask(chords) for chords in found]

    def _lay_out(self, part: int, chords: Ints, chord_masks: list[Bools]) -> None:
        """Fill the rows of one part."""
        staying, ticks = self.staying[part], self.ticks[:-1]
        ends = np.maximum(staying.end, staying.start + 1)
        for start, pitch in zip(staying.start.tolist(), staying.pitch.tolist(), strict=True):
            self._staying_starts[part, pitch].append(start)
        # Runs of steps over which the same staying notes forbid their pitches.
        low = np.searchsorted(ticks, staying.start - self.shortest + 1)
        high = np.searchsorted(ticks, ends)
        borders = np.unique(np.concatenate([[0], low, high]))
        blocked = np.zeros((len(borders) + 1, v.PITCHES), np.int32)
        np.add.at(blocked, (np.searchsorted(borders, low), staying.pitch), 1)
        np.add.at(blocked, (np.searchsorted(borders, high), staying.pitch), -1)
        free = np.cumsum(blocked, axis=0) <= 0
        run = np.searchsorted(borders, np.arange(self.steps), "right") - 1
        if self.drums(part):
            chords = np.zeros(self.steps, np.int64)
        kinds, which = np.unique(np.stack([run, chords]), axis=1, return_inverse=True)
        base = self.permitted.ever(self.tracks[part])
        masks = np.stack([base & chord_masks[int(chord)] & free[int(at)] for at, chord in kinds.T])
        self.mask_of[part] = which.reshape(-1) + len(self.masks)
        self.masks = np.concatenate([self.masks, masks])

        most = self.polyphony[part]
        self.room[part] = UNLIMITED
        cut = np.full(self.steps, UNLIMITED * UNLIMITED)
        if most is not None:
            starts, stops = np.sort(staying.start), np.sort(ends)

            def sounding(at: Ints) -> Ints:
                counts: Ints = np.searchsorted(starts, at, "right") - np.searchsorted(stops, at, "right")
                return counts

            self.room[part] = most - sounding(ticks)
            full = starts[sounding(starts) >= most]
            self._full[part] = full.tolist()
            cut = np.append(full, UNLIMITED * UNLIMITED)[np.searchsorted(full, ticks, "right")]
        if self.limits.notes_per_bar is not None:
            given = given_per_bar(self.request.score, self.request.region, self.tracks[part])
            bars = range(self.first_bar, self.first_bar + self.left.shape[1])
            self.left[part] = [self.limits.notes_per_bar - given[bar] for bar in bars]
        self.open[part] = (
            self.usable
            & np.take(masks.any(axis=1), which.reshape(-1))
            & (self.room[part] >= 1)
            & (cut - ticks >= self.shortest)
            & (self.left[part, self.bar_of] >= 1)
        )

    # --- asking them

    def on_grid(self, ticks: Ints) -> bool:
        """Whether all ticks lie on the grid of the limits, if there is one."""
        return self.limits.grid is None or bool(on_grid(self.time_map, ticks, self.limits.grid).all())

    def pitches_at(self, part: int, start_tick: int, end_tick: int) -> Bools:
        """Permitted pitches of a note over exactly these ticks that nothing may cut off; shape (128,)."""
        mask: Bools = self.permitted.at(self.tracks[part], np.array([start_tick], np.int64))[0]
        staying = self.staying[part]
        over = (staying.start < end_tick) & (np.maximum(staying.end, staying.start + 1) > start_tick)
        mask[staying.pitch[over]] = False
        return mask

    def end_limit(self, tick: int, part: int, pitch: int) -> int:
        """The tick at which a note that stays ends a new note that starts at `tick`; the region's end at the latest."""
        limit = self.request.region.end_tick
        for starts in (self._staying_starts.get((part, pitch)), self._full.get(part)):
            if starts:
                after = bisect_right(starts, tick)
                if after < len(starts):
                    limit = min(limit, starts[after])
        return limit

    def length_mask(self, index: int, part: int, pitch: int) -> Bools:
        """Permitted length classes, (46,): those that end before a note that stays; the region's end only clips."""
        limit = self.end_limit(int(self.ticks[index]), part, pitch)
        if limit == self.request.region.end_tick:
            return ALL_LENGTHS
        room = int(np.searchsorted(self.ticks, limit, "right")) - 1 - index
        mask = np.zeros(len(v.LENGTHS), bool)
        mask[: max(int(np.searchsorted(v.LENGTHS, room, "right")), 1)] = True
        return mask

    def end_tick(self, index: int, steps: int, part: int, pitch: int) -> int:
        """Where a note of so many steps that starts at step `index` ends."""
        tick = int(self.ticks[index])
        end = int(self.ticks[min(index + steps, self.steps)])
        return max(min(end, self.end_limit(tick, part, pitch)), tick + 1)


def nearest_index(ascending: Ints, values: Ints) -> Ints:
    """Where the entry nearest to each value stands, the later one of two; shape of `values`."""
    after = np.clip(np.searchsorted(ascending, values), 1, max(len(ascending) - 1, 1))
    last = np.minimum(after, len(ascending) - 1)
    nearest: Ints = np.where(values - ascending[after - 1] < ascending[last] - values, after - 1, last)
    return nearest


def chord_mask(chords: tuple[Chord, ...]) -> Bools:
    """Pitches that belong to all of the chords, shape (128,)."""
    mask = np.ones(v.PITCHES, bool)
    for chord in chords:
        mask &= np.isin(np.arange(v.PITCHES) % 12, list(chord.pitch_classes))
    return mask


ALL_LENGTHS = np.ones(len(v.LENGTHS), bool)
ALL_LENGTHS.setflags(write=False)
