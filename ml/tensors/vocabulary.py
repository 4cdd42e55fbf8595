"""Fields of an event, their sizes, and how values map to them."""

from __future__ import annotations

import hashlib
import json

import numpy as np
from numpy.typing import NDArray

from ml.music.harmony import QUALITIES
from ml.requests.request import DENSITY_LEVELS, LEAP_LEVELS
from ml.requests.request import STYLES as ASKED_STYLES

STEPS_PER_QUARTER = 24
"""Grid of the event family: triplets and 32nds are exact."""

DELTAS = 12 * STEPS_PER_QUARTER
"""Onset distances 0 to 287 from the cursor; class DELTAS is END in the head, "none" in the input."""
END = DELTAS
POSITIONS = 8 * STEPS_PER_QUARTER
"""Places in the bar; longer bars fold."""
PARTS = 16
INSTRUMENTS = 17
"""Sixteen General MIDI families of eight programs, and drums."""
DRUMS = 16
PITCHES = 128
BAR_LENGTHS = 33
"""Bar length in eighth notes, 1 to 32; 0 is none."""
BAR_CYCLE = 16
BARS_LEFT = 64
INTERVALS = 49
"""Semitones from the part's note before, -24 to 24; farther is none."""
VELOCITIES = 16

# fmt: off
LENGTHS: NDArray[np.int64] = np.array([
    1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 20, 21, 24, 28, 30, 32, 36, 40, 42, 48, 54, 60, 64, 66, 72, 80,
    84, 90, 96, 108, 120, 132, 144, 168, 180, 192, 216, 240, 288, 336, 384, 480, 576,
])
# fmt: on
"""Note lengths in steps; others go to the nearest by ratio."""
_LENGTH_BORDERS = np.sqrt(LENGTHS[:-1] * LENGTHS[1:])

STYLES = ("unknown", *ASKED_STYLES)
METRES = ("other", "2/4", "3/4", "4/4", "2/2", "3/2", "4/2", "3/8", "6/8", "9/8", "12/8", "5/4", "6/4", "1/4", "3/1")
KEYS = 25
"""12 major, 12 minor, unknown."""
TEMPOS = 12
"""Quarters per minute from 40 in steps of a quarter octave; class 0 is unknown."""
FLAT = 2

DENSITY_BORDERS: NDArray[np.float64] = np.array([0.5, 0.8, 1.2, 1.8, 2.6, 4.0])
"""Onsets in a quarter and part between the levels 1 to 7 of the density control; 0 is unknown."""
LEAP_BORDERS: NDArray[np.float64] = np.array([0.1, 0.25, 0.45, 0.65])
"""Share of melodic intervals beyond a whole tone between the levels 1 to 5 of the leaps control; 0 is unknown."""
DOWN, LEVEL, UP = range(3)
"""Contour of a kept note: where it lies from the one before it in its part."""

KINDS = ("pad", "control", "given part", "asked part", "given", "past", "ask", "asked", "chord", "kept")
PAD, CONTROL, GIVEN_PART, ASKED_PART, GIVEN, PAST, ASK, ASKED, CHORD, KEPT = range(len(KINDS))
"""Kinds of event. KEPT is a note to be written of which only the rhythm, and perhaps the contour, is told."""

PIECE_CONTROLS: dict[str, int] = {
    "style": len(STYLES), "metre": len(METRES), "tempo": TEMPOS, "key": KEYS, "flat": FLAT,
}  # fmt: skip
"""Control events that open a row, in this order, and how many values each has."""
REGION_CONTROLS: dict[str, int] = {"density": DENSITY_LEVELS + 1, "leaps": LEAP_LEVELS + 1}
"""Control events just before ASK."""
EVENT_CONTROLS: dict[str, int] = {"contour": 3, "chord": len(QUALITIES)}
"""What KEPT and CHORD events say in the control column."""
CONTROLS: dict[str, int] = {**PIECE_CONTROLS, **REGION_CONTROLS, **EVENT_CONTROLS}
FRAME_EVENTS = len(PIECE_CONTROLS) + len(REGION_CONTROLS) + 1
"""Events of every row beside parts, chords and notes: controls and ASK."""


def control_value(name: str, value: int) -> int:
    """Index of a control's value in the one table of all control values."""
    offset = 0
    for control, size in CONTROLS.items():
        if control == name:
            return offset + value
        offset += size
    raise KeyError(name)


COLUMNS: dict[str, int] = {
    "kind": len(KINDS),
    "control": sum(CONTROLS.values()) + 1,
    "part": PARTS + 1,
    "instrument": INSTRUMENTS + 1,
    "pitch": 2 * PITCHES + 1,
    "pitch_class": 13,
    "octave": 12,
    "degree": 25,
    "length": len(LENGTHS) + 1,
    "velocity": VELOCITIES + 1,
    "position": POSITIONS + 1,
    "bar_length": BAR_LENGTHS,
    "bar": BAR_CYCLE + 1,
    "left": BARS_LEFT + 1,
    "delta": DELTAS + 1,
    "interval": INTERVALS + 1,
}
"""Input columns of an event and their sizes; the last value of each (0 for kind and bar_length) is "none"."""

FIELDS = ("onset", "part", "pitch", "length", "velocity")
"""What the head writes for each note, in this order."""


def length_class(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nearest entry of LENGTHS by ratio."""
    return np.searchsorted(_LENGTH_BORDERS, steps, "left")


def velocity_class(velocity: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.clip(velocity, 0, 127) // 8


def velocity_value(index: int) -> int:
    """Middle of the velocity class, at least 1."""
    return index * 8 + 4


def tempo_class(qpm: float) -> int:
    return int(np.clip(np.floor(np.log2(max(qpm, 1) / 40) * 4) + 1, 1, TEMPOS - 1))


def density_level(onsets_per_quarter: float) -> int:
    """Level of the density control, 1 to 7."""
    return int(np.searchsorted(DENSITY_BORDERS, onsets_per_quarter, "right")) + 1


def leap_level(share: float) -> int:
    """Level of the leaps control, 1 to 5."""
    return int(np.searchsorted(LEAP_BORDERS, share, "right")) + 1


def instrument_class(program: int | None, drums: bool) -> int:
    return DRUMS if drums else (program or 0) // 8


def vocabulary_hash() -> str:
    """Identifies this vocabulary; models of another one are refused."""
    facts = [STEPS_PER_QUARTER, LENGTHS.tolist(), STYLES, METRES, CONTROLS, COLUMNS, FIELDS, KINDS]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
