"""Writer: one take while it is written, and which next notes are permitted."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from ml.generation.choices import Choices, FreeChoices, PlannedChoices
from ml.generation.prompt import Prompt
from ml.requests import TakeNote
from ml.tensors import vocabulary as v
from ml.tensors.window import Window

Bools = NDArray[np.bool_]
NOTES_PER_BAR = 32
"""A take stops here, on average over its bars and parts (64 for one part): no model may write without end."""


class Writer:
    """Knows the notes written so far, the cursor, and the limits. Steps and parts as in the prompt's piece.

    Masks are asked in the order of a note's fields, `onset_mask` first; what they return must not be changed.
    """

    def __init__(self, prompt: Prompt, take: int) -> None:
        self.prompt, self.take = prompt, take
        self.random = np.random.default_rng([prompt.request.seed & 0xFFFFFFFFFFFFFFFF, take])
        self.choices: Choices = PlannedChoices(prompt.plan) if prompt.plan else FreeChoices(prompt.tables)
        self.notes: list[tuple[int, int, int, int, int]] = []
        self.ticks: list[tuple[int, int]] = []
        self.bits: list[float] = []
        self.end_bits = 0.0
        self.done = False
        self.start = prompt.tables.start
        self.cursor = prompt.grid.start(prompt.region_bar)
        self.last_part = self.last_pitch = -1
        self.delta, self.interval_from = 0, -1
        """Of the last note, as the network reads it: its onset class, and the pitch before it in its part or -1."""
        self.skipped = 0
        """Steps of whole bars that the next onset lies farther than its class says."""
        bars = prompt.end_bar - prompt.region_bar
        self.budget = NOTES_PER_BAR * bars * max(len(prompt.asked), 2)
        self._own = own_lines(prompt)
        self._last: dict[int, tuple[int, int]] = {}
        self._row_start, self._row_end = 0, prompt.end_step

    # --- where it stands

    @property
    def written(self) -> NDArray[np.int64]:
        """Notes so far, (5, notes): onset, part, pitch, length, velocity."""
        return np.array(self.notes, np.int64).reshape(-1, 5).T

    def place(self) -> tuple[int, int]:
        """Steps into the bar and length of the bar at the cursor."""
        return self.prompt.grid.place(self.cursor)[1:]

    def start_row(self, window: Window) -> None:
        """The network reads this window now."""
        grid = self.prompt.grid
        self._row_start = grid.start(window.first_bar)
        self._row_end = grid.start(window.end_bar) if window.end_bar < self.prompt.end_bar else 1 << 60

    @property
    def past_row(self) -> bool:
        """Whether the last note lies after what the row asks for."""
        return self.cursor >= self._row_end

    def previous_pitch(self, onset: int, part: int) -> int:
        """The pitch before the next note in its part, -1 for none, given its onset class: what the row shows of it."""
        step = self.cursor + onset + self.skipped
        onsets, pitches = self._own[part]
        at = bisect_right(onsets, step) - 1
        found = (onsets[at], pitches[at]) if at >= 0 else (-1, -1)
        # At one onset, notes that stay come before written ones.
        last = self._last.get(part, (-1, -1))
        onset_before, pitch = last if last[0] >= found[0] else found
        return pitch if onset_before >= self._row_start else -1

    # --- what is permitted

    def onset_mask(self) -> Bools:
        """Permitted onset classes, (DELTAS + 1,): inside the region; END only in its last bar or where nothing fits.

        Where nothing fits within the reach of the classes, they count with whole bars left out, as in training.
        """
        mask = np.zeros(v.DELTAS + 1, bool)
        index = self.cursor - self.start
        self.skipped = 0
        if len(self.notes) < self.budget or self.prompt.plan:
            ahead = self.choices.ahead(max(index, 0))
            if index < 0:
                # The region begins inside a bar: the first onset counts from the bar line all the same.
                ahead = np.concatenate([np.zeros(-index, bool), ahead])
            rest = self.prompt.rest
            reach = min(v.DELTAS if rest is None else rest + 1, v.DELTAS, len(ahead))
            mask[:reach] = ahead[:reach]
            if self.notes:
                mask[0] = bool(self.choices.together(index, self.last_part, self.last_pitch).any())
            if not mask.any():
                reach = min(v.DELTAS, len(ahead))
                mask[1:reach] = ahead[1:reach]
            if not mask.any():
                self._reach_further(mask, ahead)
        mask[v.END] = not mask.any() or (bool(self.notes) and self.choices.may_end(index))
        return mask

    def _reach_further(self, mask: Bools, ahead: Bools) -> None:
        """Open the classes of the nearest steps beyond the largest class."""
        later = np.flatnonzero(ahead[v.DELTAS :])
        if not len(later):
            return
        bar = max(self.place()[1], 1)
        nearest = v.DELTAS + int(later[0])
        self.skipped = -(-(nearest - v.DELTAS + 1) // bar) * bar
        low = max(v.DELTAS - bar, 1)
        further = ahead[low + self.skipped : v.DELTAS + self.skipped]
        mask[low : low + len(further)] = further

    def part_mask(self, onset: int) -> Bools:
        """Permitted parts, (16,), given the chosen onset class."""
        if onset == 0:
            return self.choices.together(self.cursor - self.start, self.last_part, self.last_pitch)
        return self.choices.parts(self._index(onset))

    def pitch_mask(self, onset: int, part: int) -> Bools:
        """Permitted pitches, (128,), given the chosen onset class and part."""
        above = self.last_pitch if onset == 0 and part == self.last_part else -1
        return self.choices.pitches(self._index(onset), part, above)

    def length_mask(self, onset: int, part: int, pitch: int) -> Bools:
        """Permitted length classes, (46,), given what was chosen before."""
        return self.choices.lengths(self._index(onset), part, pitch)

    def _index(self, onset: int) -> int:
        return self.cursor + onset + self.skipped - self.start

    # --- writing

    def position_of(self, onset: int) -> int:
        """Place in its bar of a note with this onset class."""
        return self.prompt.grid.place(self.cursor + onset + self.skipped)[1] % v.POSITIONS

    def write(self, onset: int, part: int, pitch: int, length: int, velocity: int, bits: float) -> TakeNote:
        """Add a note by its classes; returns it in ticks, clipped to the region and to notes that stay."""
        self.delta, self.interval_from = onset, self.previous_pitch(onset, part)
        start = self.cursor + onset + self.skipped
        steps = int(v.LENGTHS[length])
        self.ticks.append(self.choices.took(start - self.start, part, pitch, steps))
        self.notes.append((start, part, pitch, steps, v.velocity_value(velocity)))
        self.bits.append(bits)
        self.cursor, self.last_part, self.last_pitch, self.skipped = start, part, pitch, 0
        self._last[part] = (start, pitch)
        return self.in_ticks(len(self.notes) - 1)

    def finish(self, bits: float) -> None:
        self.end_bits, self.done = bits, True

    def in_ticks(self, index: int) -> TakeNote:
        """A written note in ticks of the request's score, inside the region and at least one tick long."""
        _, part, pitch, _, velocity = self.notes[index]
        start, end = self.ticks[index]
        return TakeNote(self.prompt.piece.tracks[part], start, end - start, pitch, velocity, self.bits[index])


def own_lines(prompt: Prompt) -> dict[int, tuple[list[int], list[int]]]:
    """Onsets and pitches of the given notes of each asked part, in the order in which they count as "before"."""
    piece = prompt.piece
    lines: dict[int, tuple[list[int], list[int]]] = {}
    for part in prompt.asked:
        rows = np.flatnonzero(piece.part == part)
        lines[part] = (piece.onset[rows].tolist(), piece.pitch[rows].tolist())
    return lines
