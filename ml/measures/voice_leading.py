"""Voice leading of four-part writing on the 16th grid: parallels, motion, triads, tonal and rhythmic unity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Voices = NDArray[np.integer]
"""(frames, 4): MIDI pitches of soprano, alto, tenor, bass at each 16th; -1 is a rest."""

FRAMES_PER_BAR = 16
UNITY_BARS = 4
FIFTH, OCTAVE = 7, 0
TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8))


@dataclass(frozen=True, slots=True)
class VoiceLeading:
    """Figures of a set of pieces, every frame or event counted once (micro averages); shares from 0 to 1.

    `fifths_per_bar`, `octaves_per_bar`: parallels between any two voices, per 16 frames. `..._of_moving`: the same by
    pairs that move. `moving`: share of (pair, step) in which both voices change pitch. `crossing`: share of frames of
    four voices in which some voice lies above its upper neighbour. `hold`: share of steps in which a voice repeats
    its pitch or rest. `onsets`: by bar and voice. `triads`: share of frames of three voices or more that spell a
    major, minor, diminished or augmented triad. `h4`: base-2 entropy of the pitch classes of onsets, mean over every
    window of four bars. `gs`: mean likeness of the onset patterns of any two bars of a piece.
    """

    bars: float
    fifths_per_bar: float
    octaves_per_bar: float
    fifths_of_moving: float
    octaves_of_moving: float
    moving: float
    crossing: float
    hold: float
    onsets: float
    triads: float
    h4: float
    gs: float


def voice_leading(pieces: Sequence[Voices]) -> VoiceLeading:
    """Measure pieces together. Definitions: the project's instrument for chorales, after Wu and Yang (2020) for H4
    and GS. A figure without anything to count is NaN."""
    pieces = [np.asarray(piece, np.int64).reshape(-1, 4) for piece in pieces]
    frames = sum(len(piece) for piece in pieces)
    steps = sum(max(len(piece) - 1, 0) for piece in pieces)
    fifths, octaves, moving = (sum(column) for column in zip((0, 0, 0), *map(parallels, pieces), strict=True))
    full = np.concatenate([piece[(piece >= 0).all(axis=1)] for piece in pieces] or [np.zeros((0, 4), np.int64)])
    crossed = int((full[:, :-1] < full[:, 1:]).any(axis=1).sum())
    held = sum(int((piece[1:] == piece[:-1]).sum()) for piece in pieces)
    begun = [onsets(piece) for piece in pieces]
    spelled = np.concatenate([spells_triad(piece) for piece in pieces] or [np.zeros(0, bool)])
    entropies = [
        value for piece, starts in zip(pieces, begun, strict=True) for value in window_entropies(piece, starts)
    ]
    likeness = np.concatenate([bar_likeness(starts) for starts in begun] or [np.zeros(0)])
    bars = frames / FRAMES_PER_BAR
    return VoiceLeading(
        bars=bars,
        fifths_per_bar=share(fifths, bars),
        octaves_per_bar=share(octaves, bars),
        fifths_of_moving=share(fifths, moving),
        octaves_of_moving=share(octaves, moving),
        moving=share(moving, 6 * steps),
        crossing=share(crossed, len(full)),
        hold=share(held, 4 * steps),
        onsets=share(sum(int(starts.sum()) for starts in begun), 4 * bars),
        triads=share(int(spelled.sum()), len(spelled)),
        h4=share(sum(entropies), len(entropies)),
        gs=share(float(likeness.sum()), len(likeness)),
    )


def share(count: float, of: float) -> float:
    return count / of if of else float("nan")


def parallels(piece: Voices) -> tuple[int, int, int]:
    """Parallel fifths, parallel octaves, and how often two voices move at once, over all six pairs."""
    before, after = piece[:-1], piece[1:]
    moves = (before != after) & (before >= 0) & (after >= 0)
    direction = np.sign(after - before)
    counts = [0, 0, 0]
    for upper, lower in combinations(range(4), 2):
        both = moves[:, upper] & moves[:, lower]
        gap, next_gap = before[:, upper] - before[:, lower], after[:, upper] - after[:, lower]
        same = both & (direction[:, upper] == direction[:, lower]) & (gap > 0) & (next_gap > 0)
        for index, interval in enumerate((FIFTH, OCTAVE)):
            counts[index] += int((same & (gap % 12 == interval) & (next_gap % 12 == interval)).sum())
        counts[2] += int(both.sum())
    return counts[0], counts[1], counts[2]


def onsets(piece: Voices) -> NDArray[np.bool_]:
    """Where a voice begins a pitch, (frames, 4): where it differs from the frame before, and in the first frame."""
    begins = np.ones(piece.shape, bool)
    begins[1:] = piece[1:] != piece[:-1]
    return begins & (piece >= 0)


def spells_triad(piece: Voices) -> NDArray[np.bool_]:
    """For each frame of three voices or more: whether its pitch classes are those of a triad."""
    sounding = piece >= 0
    classes = np.bitwise_or.reduce(np.where(sounding, 1 << (piece % 12), 0), axis=1)
    triads = [sum(1 << (root + step) % 12 for step in triad) for triad in TRIADS for root in range(12)]
    found: NDArray[np.bool_] = np.isin(classes[sounding.sum(axis=1) >= 3], triads)
    return found


def window_entropies(piece: Voices, starts: NDArray[np.bool_]) -> list[float]:
    """Entropy in bits of the onset pitch classes of every run of four whole bars; windows without onsets are left out.

    Wu and Yang, The Jazz Transformer on the Front Line (2020), section 4.1.
    """
    size = UNITY_BARS * FRAMES_PER_BAR
    found = []
    for first in range(0, len(piece) - size + 1, FRAMES_PER_BAR):
        counts = np.bincount(piece[first : first + size][starts[first : first + size]] % 12, minlength=12)
        if counts.any():
            chance = counts[counts > 0] / counts.sum()
            found.append(float(-(chance * np.log2(chance)).sum()))
    return found


def bar_likeness(starts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """1 - XOR / 16 of the onset patterns of all pairs of whole bars; `starts` (frames, 4) are the voices' onsets.

    Wu and Yang (2020), section 4.2, over all pairs.
    """
    bars = len(starts) // FRAMES_PER_BAR
    grid = starts[: bars * FRAMES_PER_BAR].reshape(bars, FRAMES_PER_BAR, 4)
    grid = np.logical_or.reduce(grid, axis=2)
    one, other = np.triu_indices(bars, 1)
    likeness: NDArray[np.float64] = 1 - (grid[one] ^ grid[other]).mean(axis=1)
    return likeness
