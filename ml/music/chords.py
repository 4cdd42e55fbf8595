"""Chords: a root and a quality, and the names that musicians write for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ml.music.keys import LETTERS


class Quality(Enum):
    """Kinds of chord by the semitones above the root; the order is the models' and must not change."""

    MAJOR = (0, 4, 7)
    MINOR = (0, 3, 7)
    DIMINISHED = (0, 3, 6)
    AUGMENTED = (0, 4, 8)
    DOMINANT_SEVENTH = (0, 4, 7, 10)
    MAJOR_SEVENTH = (0, 4, 7, 11)
    MINOR_SEVENTH = (0, 3, 7, 10)
    HALF_DIMINISHED = (0, 3, 6, 10)
    DIMINISHED_SEVENTH = (0, 3, 6, 9)
    SUSPENDED_FOURTH = (0, 5, 7)
    SUSPENDED_SECOND = (0, 2, 7)
    SIXTH = (0, 4, 7, 9)
    MINOR_SIXTH = (0, 3, 7, 9)
    FIFTH = (0, 7)


QUALITIES = tuple(Quality)
NO_CHORD = "N.C."

SUFFIXES = dict(
    zip(
        QUALITIES,
        ("", "m", "dim", "aug", "7", "maj7", "m7", "m7b5", "dim7", "sus4", "sus2", "6", "m6", "5"),
        strict=True,
    )
)
"""How a quality is written after its root."""

OTHER_SUFFIXES = {
    Quality.MAJOR: ("maj", "M", "major", "add9", "add2", "2"),
    Quality.MINOR: ("min", "-", "mi", "minor", "madd9", "m(maj7)", "mmaj7", "mMaj7", "mM7"),
    Quality.DIMINISHED: ("°", "o", "mb5"),
    Quality.AUGMENTED: ("+", "aug7", "+7", "7#5", "7+", "7(#5)", "maj7#5", "augmaj7"),
    Quality.DOMINANT_SEVENTH: ("9", "11", "13", "dom7", "7b9", "7#9", "7b5", "7#11", "7alt", "7b13", "9b5", "9#5"),
    Quality.MAJOR_SEVENTH: ("M7", "Δ", "Δ7", "ma7", "major7", "maj9", "maj11", "maj13", "M9", "maj7#11"),
    Quality.MINOR_SEVENTH: ("min7", "-7", "mi7", "m9", "m11", "m13", "min9", "-9"),
    Quality.HALF_DIMINISHED: ("ø", "ø7", "min7b5", "-7b5", "m7(b5)", "m9b5"),
    Quality.DIMINISHED_SEVENTH: ("°7", "o7"),
    Quality.SUSPENDED_FOURTH: ("sus", "7sus4", "7sus", "9sus4", "9sus", "13sus4"),
    Quality.SUSPENDED_SECOND: ("7sus2",),
    Quality.SIXTH: ("69", "6/9", "maj6", "add6", "M6"),
    Quality.MINOR_SIXTH: ("min6", "-6", "m69", "m6/9"),
    Quality.FIFTH: ("no3", "power"),
}
"""Also read. A chord with more tones than a quality has is read as the nearest that is written there."""

_BY_SUFFIX = {suffix: quality for quality, suffix in SUFFIXES.items()} | {
    suffix: quality for quality, suffixes in OTHER_SUFFIXES.items() for suffix in suffixes
}
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
_MINOR_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
_SHARP_ROOTS = frozenset((2, 4, 6, 7, 9, 11))
"""Roots whose chord tones are commonly spelled with sharps."""
_NAME = r"([A-Ga-g])([#b♯♭]?)"
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (pitch class 0 to 11) and a quality; `bass` is the pitch class below, None if it is the root."""

    root: int
    quality: Quality = Quality.MAJOR
    bass: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.root < 12 or (self.bass is not None and not 0 <= self.bass < 12):
            raise ValueError("root and bass of a chord are pitch classes from 0 to 11")
        if self.bass == self.root:
            object.__setattr__(self, "bass", None)

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The chord's tones; a bass of its own belongs to them."""
        classes = frozenset((self.root + step) % 12 for step in self.quality.value)
        return classes if self.bass is None else classes | {self.bass}

    def __str__(self) -> str:
        """The name that `parse` reads back, such as "F#m7b5" or "C/E"."""
        minor = self.quality.value[1] == 3
        text = (_MINOR_NAMES if minor else _FLAT_NAMES)[self.root] + SUFFIXES[self.quality]
        if self.bass is None:
            return text
        return f"{text}/{(_SHARP_NAMES if self.root in _SHARP_ROOTS else _FLAT_NAMES)[self.bass]}"

    @staticmethod
    def parse(text: str) -> Chord | None:
        """Read "C", "Am7", "F#dim", "Bbmaj7", "C/E", "Gsus4"; None for "N.C." (no chord).

        Ninths and above are read as their seventh chord, see `OTHER_SUFFIXES`. Raises ValueError with a sentence.
        """
        name = text.strip()
        if name.upper().replace(".", "") in ("NC", "NOCHORD"):
            return None
        match = re.fullmatch(rf"{_NAME}(.*?)(?:/{_NAME})?", name)
        quality = _BY_SUFFIX.get(match[3].strip().removeprefix(":")) if match else None
        if match is None or quality is None:
            raise ValueError(f'"{name[:20]}" is not a chord that I know; write for example C, Am7, F#dim or C/E.')
        bass = None if match[4] is None else _pitch_class(match[4], match[5])
        return Chord(_pitch_class(match[1], match[2]), quality, bass)


def _pitch_class(letter: str, accidental: str) -> int:
    return (LETTERS[letter.lower()] + _ACCIDENTALS[accidental]) % 12
