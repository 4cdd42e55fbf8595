"""Hard limits: what every note of every take obeys, whichever model wrote it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ml.music import Key
from ml.music.general_midi import instrument_range
from ml.music.harmony import ChordTrack
from ml.music.pitch_names import pitch_name

GRIDS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Grids that a limit may ask for, in divisions of a quarter."""


class ChordRule(Enum):
    """Which notes must belong to the chord that sounds at their onset."""

    STRONG_BEATS = "strong beats"
    EVERY_NOTE = "every note"


@dataclass(frozen=True, slots=True)
class Limits:
    """Guarantees that the user set; None or the widest value leaves free. They concern the notes that a model writes:
    notes that stay (locked, kept, or before the region) are never judged, but they count where it says so.

    Pitches, never of drums: `key` and `pitch_classes` (a set of the user's own, 0 to 11) both hold where both are
    set. `lowest` and `highest` are MIDI pitches, both included. `instrument_ranges` keeps each track inside what its
    instrument can play (`ml.music.general_midi.GM_RANGES`). `chords` with `chord_rule`: onsets inside a span take
    their pitch classes from its chord; the rule says whether all onsets or those on strong beats
    (`ml.music.beats.strong_beats`), give or take a 48th of a quarter.

    `polyphony`, never of drums: most notes of a track that sound at any time while a new note does, 1 for one voice;
    locked and kept notes count. `grid`: onsets lie on so many divisions of a quarter, counted from the bar line, to
    the tick (`ml.music.beats.grid_ticks`). `notes_per_bar`: most notes of a track that start in each bar that a new
    note starts in; each note of a chord counts, and so do locked and kept notes and those of the bar that lie
    outside the region. Muted notes never count.
    """

    key: Key | None = None
    lowest: int = 0
    highest: int = 127
    pitch_classes: frozenset[int] | None = None
    instrument_ranges: bool = False
    chords: ChordTrack | None = None
    chord_rule: ChordRule = ChordRule.STRONG_BEATS
    polyphony: int | None = None
    grid: int | None = None
    notes_per_bar: int | None = None

    def pitch_mask(self, drums: bool = False, program: int | None = 0) -> NDArray[np.bool_]:
        """Which of the 128 pitches are permitted at any time, shape (128,); chords are not looked at."""
        if drums:
            return np.ones(128, bool)
        pitches = np.arange(128)
        mask: NDArray[np.bool_] = (pitches >= self.lowest) & (pitches <= self.highest)
        if self.instrument_ranges:
            lowest, highest = instrument_range(program)
            mask &= (pitches >= lowest) & (pitches <= highest)
        if self.key is not None:
            mask &= self.key.pitch_mask()
        if self.pitch_classes is not None:
            mask &= np.isin(pitches % 12, list(self.pitch_classes))
        return mask

    def contradiction(self) -> str | None:
        """One sentence that says which limits leave nothing possible in any song, or None."""
        if not 0 <= self.lowest <= 127 or not 0 <= self.highest <= 127:
            return "The range must lie between the MIDI pitches 0 (C-1) and 127 (G9)."
        lowest, highest = pitch_name(self.lowest), pitch_name(self.highest)
        if self.lowest > self.highest:
            return f"The range is empty: its lowest pitch {lowest} lies above its highest {highest}."
        if self.pitch_classes is not None and not self.pitch_classes:
            return "The scale of your own is empty: choose at least one note."
        if self.pitch_classes is not None and not self.pitch_classes <= frozenset(range(12)):
            return "The scale of your own must be made of the twelve notes of the octave, 0 to 11."
        if self.polyphony is not None and self.polyphony < 1:
            return "Notes at once must be 1 or more: 1 is a single voice."
        if self.notes_per_bar is not None and self.notes_per_bar < 1:
            return "Notes in a bar must be 1 or more."
        if self.grid is not None and self.grid not in GRIDS:
            return f"The grid must divide a quarter into {', '.join(map(str, GRIDS[:-1]))} or {GRIDS[-1]}."
        if self.key and self.pitch_classes is not None and not self.key.pitch_classes & self.pitch_classes:
            return f"No note of {self.key} is in the scale of your own: change one of them."
        if not replace(self, instrument_ranges=False).pitch_mask().any():
            return f"No pitch of {self._scale()} lies between {lowest} and {highest}: widen the range."
        return None

    def _scale(self) -> str:
        """What the pitches are of, as a sentence names it."""
        return str(self.key) if self.key and self.pitch_classes is None else "the scale"
