"""Hard limits: what every note of every take obeys, whichever model wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ml.music import Key
from ml.music.harmony import ChordTrack

GRIDS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Grids that a limit may ask for, in divisions of a quarter."""


class ChordRule(Enum):
    """Which notes must belong to the chord that sounds at their onset."""

    STRONG_BEATS = "strong beats"
    EVERY_NOTE = "every note"


@dataclass(frozen=True, slots=True)
class Limits:
    """Guarantees that the user set; None or the widest value leaves free. Pitch limits never concern drums.

    `key` and `pitch_classes` (a set of the user's own, 0 to 11) both hold where both are set. `lowest` and `highest`
    are MIDI pitches, both included. `instrument_ranges` keeps each track inside what its instrument can play.
    `chords` with `chord_rule`: onsets inside a span take their pitch classes from its chord. `polyphony`: most notes
    of a track that sound at once, 1 for one voice. `grid`: onsets lie on so many divisions of a quarter, counted
    from the bar line. `notes_per_bar`: most onsets of a track in each bar; locked notes count.
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

    def pitch_mask(self, drums: bool = False, program: int = 0) -> NDArray[np.bool_]:
        """Which of the 128 pitches are permitted at any time, shape (128,); chords are not looked at."""
        pitches = np.arange(128)
        mask: NDArray[np.bool_] = (pitches >= self.lowest) & (pitches <= self.highest)
        if drums:
            return np.ones(128, bool)
        if self.key is not None:
            mask &= self.key.pitch_mask()
        if self.pitch_classes is not None:
            mask &= np.isin(pitches % 12, list(self.pitch_classes))
        return mask

    def contradiction(self) -> str | None:
        """One sentence that says which limits leave nothing possible, or None."""
        if self.lowest > self.highest:
            return f"The range is empty: its lowest pitch {self.lowest} lies above its highest {self.highest}."
        if not self.pitch_mask().any():
            return f"No pitch of {self.key} lies between {self.lowest} and {self.highest}: widen the range."
        return None
