"""Keys and scales: pitch-class sets with names, parsing, spelling, and detection from notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ml.music.note_table import NoteTable


class Scale(Enum):
    """Scales by the semitones above the tonic that they permit.

    MINOR permits both sixths and both sevenths, as tonal minor does; the exact modes are separate.
    """

    MAJOR = (0, 2, 4, 5, 7, 9, 11)
    MINOR = (0, 2, 3, 5, 7, 8, 9, 10, 11)
    NATURAL_MINOR = (0, 2, 3, 5, 7, 8, 10)
    HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)
    MELODIC_MINOR = (0, 2, 3, 5, 7, 9, 11)
    DORIAN = (0, 2, 3, 5, 7, 9, 10)
    PHRYGIAN = (0, 1, 3, 5, 7, 8, 10)
    LYDIAN = (0, 2, 4, 6, 7, 9, 11)
    MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
    LOCRIAN = (0, 1, 3, 5, 6, 8, 10)
    MAJOR_PENTATONIC = (0, 2, 4, 7, 9)
    MINOR_PENTATONIC = (0, 3, 5, 7, 10)
    BLUES = (0, 3, 5, 6, 7, 10)
    WHOLE_TONE = (0, 2, 4, 6, 8, 10)

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").lower()


SHORT_NAMES = {
    "maj": Scale.MAJOR, "major": Scale.MAJOR, "ionian": Scale.MAJOR, "": Scale.MAJOR,
    "min": Scale.MINOR, "m": Scale.MINOR, "minor": Scale.MINOR,
    "natural": Scale.NATURAL_MINOR, "aeolian": Scale.NATURAL_MINOR,
    "harmonic": Scale.HARMONIC_MINOR, "melodic": Scale.MELODIC_MINOR,
    "pentatonic": Scale.MAJOR_PENTATONIC,
}  # fmt: skip
LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
MAJOR_SPELLING = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_SPELLING = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class 0 to 11, C is 0) and a scale on it."""

    tonic: int
    scale: Scale = Scale.MAJOR

    @property
    def pitch_classes(self) -> frozenset[int]:
        return frozenset((self.tonic + step) % 12 for step in self.scale.value)

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor and not major."""
        return 3 in self.scale.value and 4 not in self.scale.value

    @property
    def tonic_name(self) -> str:
        return (MINOR_SPELLING if self.is_minor else MAJOR_SPELLING)[self.tonic]

    def __str__(self) -> str:
        return f"{self.tonic_name} {self.scale.label}"

    def pitch_mask(self) -> NDArray[np.bool_]:
        """Which of the 128 MIDI pitches the key permits, shape (128,)."""
        return np.isin(np.arange(128) % 12, list(self.pitch_classes))

    @staticmethod
    def parse(text: str) -> Key:
        """Read "D:maj", "F# minor", "bb dorian", "Am"; raises ValueError with a sentence that says how."""
        match = re.fullmatch(r"([A-Ga-g])([#b♯♭]?)[\s:_-]*([A-Za-z _-]*)", text.strip())
        if match:
            letter, accidental, name = match.groups()
            tonic = LETTERS[letter.lower()] + {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(accidental, 0)
            # A capital M alone is major, a small one minor.
            name = "major" if name.strip() == "M" else name.strip().lower().replace("-", " ").replace("_", " ")
            scale = SHORT_NAMES.get(name) or next((s for s in Scale if s.label == name), None)
            if scale:
                return Key(tonic % 12, scale)
        raise ValueError(f'"{text}" is not a key that I know; write for example D:maj, F#:min or G:dorian.')


KRUMHANSL_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
KRUMHANSL_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


@dataclass(frozen=True, slots=True)
class DetectedKey:
    """A key found in the notes, and how far its correlation leads the second best (0 to 2)."""

    key: Key
    lead: float


def detect_key(tables: list[NoteTable], start_tick: int = 0, end_tick: int | None = None) -> DetectedKey | None:
    """The major or minor key whose profile fits the notes that start in the range best; None without notes.

    Method: Krumhansl and Schmuckler (Krumhansl, Cognitive Foundations of Musical Pitch, 1990, chapter 4):
    correlation of duration-weighted pitch-class totals with the probe-tone profiles of all 24 keys.
    """
    totals = np.zeros(12)
    for table in tables:
        rows = table.starting(start_tick, table.end_tick + 1 if end_tick is None else end_tick)
        totals += np.bincount(table.pitch[rows] % 12, np.maximum(table.length[rows], 1), 12)
    if not totals.any() or np.ptp(totals) == 0:
        return None
    profiles = np.array([np.roll(p, t) for p in (KRUMHANSL_MAJOR, KRUMHANSL_MINOR) for t in range(12)])
    fits = np.array([np.corrcoef(totals, profile)[0, 1] for profile in profiles])
    best = int(np.argmax(fits))
    lead = float(fits[best] - np.sort(fits)[-2])
    return DetectedKey(Key(best % 12, Scale.MINOR if best >= 12 else Scale.MAJOR), lead)
