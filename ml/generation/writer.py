"""Writer: one take while it is written, and which next notes are permitted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.generation.prompt import Prompt
from ml.requests import TakeNote
from ml.tensors import vocabulary as v

Bools = NDArray[np.bool_]
NOTES_PER_BAR = 64
"""A take stops here, on average over its bars: no model may write without end."""


class Writer:
    """Knows the notes written so far, the cursor, and the limits. Steps and parts as in the prompt's piece."""

    def __init__(self, prompt: Prompt, take: int) -> None:
        self.prompt, self.take = prompt, take
        self.random = np.random.default_rng([prompt.request.seed & 0xFFFFFFFFFFFFFFFF, take])
        self.notes: list[tuple[int, int, int, int, int]] = []
        self.bits: list[float] = []
        self.end_bits = 0.0
        self.done = False
        piece = prompt.piece
        self.previous = {int(part): int(piece.pitch[piece.part == part][-1]) for part in np.unique(piece.part)}
        self.cursor = prompt.grid.start(prompt.region_bar)
        self.last_part = self.last_pitch = -1
        self.delta, self.interval_from = 0, -1
        """Of the last note, as the network reads it: its onset class, and the pitch before it in its part or -1."""
        score, limits = prompt.request.score, prompt.request.limits
        drums = piece.instruments == v.DRUMS
        self.pitches = np.stack([limits.pitch_mask(bool(is_drum)) for is_drum in drums])
        """Permitted pitches of each part, (parts, 128)."""
        self.ticks_per_quarter = score.ticks_per_quarter
        self.budget = NOTES_PER_BAR * (prompt.end_bar - prompt.region_bar)

    # --- where it stands

    @property
    def written(self) -> NDArray[np.int64]:
        """Notes so far, (5, notes): onset, part, pitch, length, velocity."""
        return np.array(self.notes, np.int64).reshape(-1, 5).T

    def place(self) -> tuple[int, int]:
        """Steps into the bar and length of the bar at the cursor."""
        return self.prompt.grid.place(self.cursor)[1:]

    # --- what is permitted

    def parts_at_cursor(self) -> list[int]:
        """Asked parts that may still write a note at the cursor's own onset, after the last note."""
        return [part for part in self.prompt.asked if self._may_follow(part)]

    def _may_follow(self, part: int) -> bool:
        if part < self.last_part:
            return False
        if part > self.last_part:
            return bool(self.pitches[part].any())
        return part not in self.prompt.voices and bool(self.pitches[part, self.last_pitch + 1 :].any())

    def onset_mask(self) -> Bools:
        """Permitted onset classes, (DELTAS + 1,): inside the region; END only in its last bar or where nothing fits."""
        prompt = self.prompt
        onsets = self.cursor + np.arange(v.DELTAS)
        mask = np.zeros(v.DELTAS + 1, bool)
        mask[: v.DELTAS] = (onsets >= prompt.start_step) & (onsets < prompt.end_step)
        if not self.parts_at_cursor():
            mask[0] = False
        in_last_bar = self.cursor >= prompt.grid.start(prompt.end_bar - 1)
        mask[v.END] = not mask.any() or (in_last_bar and bool(self.notes)) or len(self.notes) >= self.budget
        if len(self.notes) >= self.budget:
            mask[: v.DELTAS] = False
        return mask

    def part_mask(self, onset: int) -> Bools:
        """Permitted parts, (16,), given the chosen onset class."""
        mask = np.zeros(v.PARTS, bool)
        permitted = self.parts_at_cursor() if onset == 0 else [p for p in self.prompt.asked if self.pitches[p].any()]
        mask[permitted] = True
        return mask

    def pitch_mask(self, onset: int, part: int) -> Bools:
        """Permitted pitches, (128,), given the chosen onset class and part."""
        mask: Bools = self.pitches[part].copy()
        if onset == 0 and part == self.last_part:
            mask[: self.last_pitch + 1] = False
        return mask

    # --- writing

    def position_of(self, onset: int) -> int:
        """Place in its bar of a note with this onset class."""
        return self.prompt.grid.place(self.cursor + onset)[1] % v.POSITIONS

    def write(self, onset: int, part: int, pitch: int, length: int, velocity: int, bits: float) -> TakeNote:
        """Add a note by its classes; returns it in ticks, clipped to the region."""
        start = self.cursor + onset
        steps = min(int(v.LENGTHS[length]), self.prompt.end_step - start)
        self.notes.append((start, part, pitch, steps, v.velocity_value(velocity)))
        self.bits.append(bits)
        self.delta, self.interval_from = onset, self.previous.get(part, -1)
        self.cursor, self.last_part, self.last_pitch = start, part, pitch
        self.previous[part] = pitch
        return self.in_ticks(len(self.notes) - 1)

    def finish(self, bits: float) -> None:
        self.end_bits, self.done = bits, True

    def in_ticks(self, index: int) -> TakeNote:
        """A written note in ticks of the request's score, inside the region and at least one tick long."""
        onset, part, pitch, length, velocity = self.notes[index]
        region = self.prompt.request.region
        start, end = (
            (step * self.ticks_per_quarter + v.STEPS_PER_QUARTER // 2) // v.STEPS_PER_QUARTER
            for step in (onset, onset + length)
        )
        start = min(max(start, region.start_tick), region.end_tick - 1)
        end = min(max(end, start + 1), region.end_tick)
        return TakeNote(self.prompt.piece.tracks[part], start, end - start, pitch, velocity, self.bits[index])
