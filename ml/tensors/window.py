"""What a row covers and what it tells beside notes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """Which bars of a piece a row covers: own past from `first_bar`, asked [region_bar, end_bar).

    `given_end_bar`: other parts' notes are given up to there, and the asked parts' own from `end_bar` on.
    `style`, `key`, `tempo`: False leaves that control unknown.
    """

    first_bar: int
    region_bar: int
    end_bar: int
    given_end_bar: int
    asked_parts: tuple[int, ...]
    style: bool = True
    key: bool = True
    tempo: bool = True


@dataclass(frozen=True)
class Hints:
    """What a row tells about its region beside notes.

    `locked` (notes of the piece,): notes of the asked parts in the region that are given. `chords` (3, chords):
    onset in steps, root, index into QUALITIES. `kept` (4, notes): onset, part, length in steps and contour (-1 for
    unknown) of notes to be written. `density` and `leaps`: levels, 0 for unknown.
    """

    locked: NDArray[np.bool_] | None = None
    chords: Array = field(default_factory=lambda: np.zeros((3, 0), np.int64))
    kept: Array = field(default_factory=lambda: np.zeros((4, 0), np.int64))
    density: int = 0
    leaps: int = 0


NO_HINTS = Hints()
