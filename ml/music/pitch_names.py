"""Pitches by name in plain text: 60 is C4."""

from __future__ import annotations

import re

from ml.music.keys import LETTERS

_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_ACCIDENTALS = {"#": 1, "♯": 1, "b": -1, "♭": -1}


def pitch_name(pitch: int) -> str:
    """Name and octave of a MIDI pitch, such as "C4" for 60 or "Eb-1" for 3."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


def parse_pitch(text: str) -> int:
    """Read "C4", "f#3", "Bb-1" or a MIDI number "60"; raises ValueError with a sentence."""
    name = text.strip()
    match = re.fullmatch(r"([A-Ga-g])([#b♯♭]?)(-?\d{1,2})", name)
    if match:
        letter, accidental, octave = match.groups()
        pitch = LETTERS[letter.lower()] + _ACCIDENTALS.get(accidental, 0) + 12 * (int(octave) + 1)
    else:
        pitch = int(name) if re.fullmatch(r"[0-9]{1,3}", name) else -1
    if not 0 <= pitch <= 127:
        raise ValueError(
            f'"{name[:20]}" is not a pitch that I know; write for example C4, F#3 or Bb5 (C4 is middle C).'
        )
    return pitch


def parse_pitch_class(text: str) -> int:
    """Read a note name without octave, "C" to "B" with # or b; 0 to 11. Raises ValueError with a sentence."""
    match = re.fullmatch(r"([A-Ga-g])([#b♯♭]?)", text.strip())
    if not match:
        raise ValueError(f'"{text.strip()[:20]}" is not a note name that I know; write for example C, F# or Bb.')
    return (LETTERS[match[1].lower()] + _ACCIDENTALS.get(match[2], 0)) % 12
