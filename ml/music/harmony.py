"""Chords: names, pitch classes, a chord track over a song, and detection from notes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray


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
DETECTED = QUALITIES[:9]
"""Qualities that detection tells apart."""


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (pitch class 0 to 11) and a quality; `bass` is the pitch class below, if it is not the root."""

    root: int
    quality: Quality = Quality.MAJOR
    bass: int | None = None

    @property
    def pitch_classes(self) -> frozenset[int]:
        classes = frozenset((self.root + step) % 12 for step in self.quality.value)
        return classes if self.bass is None else classes | {self.bass}


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord that holds over the ticks [start_tick, end_tick)."""

    start_tick: int
    end_tick: int
    chord: Chord


@dataclass(frozen=True, slots=True)
class ChordTrack:
    """Chords over a song, sorted and without overlap; between them there is none."""

    spans: tuple[ChordSpan, ...] = ()


_TEMPLATES = np.array(
    [[float((p - root) % 12 in quality.value) for p in range(12)] for quality in DETECTED for root in range(12)]
)
_SIZES = _TEMPLATES.sum(axis=1)


def likely_chords(weights: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Root and index into DETECTED of the chord that fits each row of pitch-class weights best; -1 without one.

    `weights` (spans, 12), how long each pitch class sounds. A chord scores the share of the sound that it explains,
    less a little for each of its tones that is missing; a chord needs two pitch classes and 60 % of the sound.
    """
    total = weights.sum(axis=1, keepdims=True)
    share = weights / np.maximum(total, 1e-9)
    explained = share @ _TEMPLATES.T
    sounding = (share > 0.04).astype(np.float64) @ _TEMPLATES.T
    score = explained - 0.12 * (_SIZES - sounding) - 0.02 * (_SIZES - 3) + 0.05 * share[:, np.arange(len(_SIZES)) % 12]
    best = np.argmax(score, axis=1)
    rows = np.arange(len(best))
    sure = (total[:, 0] > 0) & (explained[rows, best] >= 0.6) & (sounding[rows, best] >= 2)
    return np.where(sure, best % 12, -1), np.where(sure, best // 12, -1)
