"""Hard limits: what every note of every take obeys, whichever model wrote it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.music import Key


@dataclass(frozen=True, slots=True)
class Limits:
    """Guarantees that the user set. `key` None leaves all pitch classes; drums are never limited by key.

    `lowest` and `highest` are MIDI pitches, both included.
    """

    key: Key | None = None
    lowest: int = 0
    highest: int = 127

    def pitch_mask(self, drums: bool = False) -> NDArray[np.bool_]:
        """Which of the 128 pitches are permitted, shape (128,)."""
        pitches = np.arange(128)
        mask: NDArray[np.bool_] = (pitches >= self.lowest) & (pitches <= self.highest)
        if drums:
            return np.ones(128, bool)
        if self.key is not None:
            mask &= self.key.pitch_mask()
        return mask

    def contradiction(self) -> str | None:
        """One sentence that says which limits leave nothing possible, or None."""
        if self.lowest > self.highest:
            return f"The range is empty: its lowest pitch {self.lowest} lies above its highest {self.highest}."
        if not self.pitch_mask().any():
            return f"No pitch of {self.key} lies between {self.lowest} and {self.highest}: widen the range."
        return None
