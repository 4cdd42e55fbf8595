"""Finds chords in notes: the likeliest for pitch-class weights, and a chord track for a passage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music.chords import QUALITIES

DETECTED = QUALITIES[:9]
"""Qualities that detection tells apart."""
MISSING, SEVENTH, ROOT = 0.06, 0.11, 0.25
"""Cost of a chord tone that is not heard, cost of a fourth tone, worth of the root's share of the sound."""
HEARD_SHARE, LEAST_EXPLAINED, LEAST_TONES = 0.06, 0.6, 2

_TEMPLATES = np.array(
    [[float((p - root) % 12 in quality.value) for p in range(12)] for quality in DETECTED for root in range(12)]
)
_SIZES = _TEMPLATES.sum(axis=1)
_ROOTS = np.arange(len(_SIZES)) % 12


def chord_scores(weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How well each chord fits each row of pitch-class weights (rows, 12), and whether it may be claimed at all.

    Both have shape (rows, 12 * DETECTED); column q * 12 + r is quality q on root r. A chord scores the share of the
    sound that it explains, more for its root, less for tones that are missing and for a seventh that is not needed.
    It may be claimed with two tones heard and 60 % of the sound explained.
    """
    share = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    explained = share @ _TEMPLATES.T
    heard = (share > HEARD_SHARE).astype(np.float64) @ _TEMPLATES.T
    scores = explained - MISSING * (_SIZES - heard) - SEVENTH * (_SIZES - 3) + ROOT * share[:, _ROOTS]
    return scores, (explained >= LEAST_EXPLAINED) & (heard >= LEAST_TONES)


def likely_chords(weights: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Root and index into DETECTED of the chord that fits each row of pitch-class weights best; -1 without one.

    `weights` (spans, 12), how long each pitch class sounds. Agreement with the chord symbols of the lead sheets
    (OpenEWLD, training pieces, half bars, melody and chords together): root 94 %, with its class of quality 93 %.
    """
    scores, claimed = chord_scores(weights)
    best = np.argmax(scores, axis=1)
    sure = claimed[np.arange(len(best)), best]
    return np.where(sure, best % 12, -1), np.where(sure, best // 12, -1)
