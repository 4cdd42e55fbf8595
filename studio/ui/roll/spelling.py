"""Note names on the screen, spelled as the key asks: F# in D major, Gb in D flat major."""

from __future__ import annotations

from ml.music import Key

SHARPS = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
FLATS = ("C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B")
USUAL = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
SHARP_KEYS = frozenset({7, 2, 9, 4, 11, 6})
"""Tonics of the major keys that are written with sharps."""


def spelling(key: Key | None) -> tuple[str, ...]:
    """Names of the twelve pitch classes under `key`; the usual mixture where the key has no accidentals."""
    if key is None:
        return USUAL
    relative_major = (key.tonic + 3) % 12 if key.is_minor else key.tonic
    if relative_major == 0:
        return USUAL
    return SHARPS if relative_major in SHARP_KEYS else FLATS


def pitch_label(pitch: int, key: Key | None = None) -> str:
    """Name and octave of a MIDI pitch; 60 is C4."""
    return f"{spelling(key)[pitch % 12]}{pitch // 12 - 1}"
