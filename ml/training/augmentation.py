"""Pieces changed so that they stay music: other keys, loudness, note values, and played-in timing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ml.tensors import vocabulary as v
from ml.tensors.piece import PieceEvents

Rng = np.random.Generator


@dataclass(frozen=True)
class Augmentation:
    """`transpose`: semitones down and up. `louder`: MIDI velocity either way. `stretch`: chance that all note values
    are doubled or halved, with the metre. `loose`: chance that what is given was played in by hand, a little off the
    grid. `hide`: chance that a row does not say its style, key or tempo (each on its own)."""

    transpose: tuple[int, int] = (-5, 6)
    louder: int = 12
    stretch: float = 0.1
    loose: float = 0.06
    hide: float = 0.3


def random_shift(piece: PieceEvents, reach: tuple[int, int], rng: Rng) -> int:
    """Semitones within `reach` that keep every melodic pitch inside MIDI's range."""
    melodic = piece.pitch[piece.instruments[piece.part] != v.DRUMS]
    lowest, highest = (int(melodic.min()), int(melodic.max())) if len(melodic) else (60, 60)
    low, high = reach
    return int(rng.integers(max(low, -lowest), min(high, v.PITCHES - 1 - highest) + 1))


def doubled(piece: PieceEvents) -> PieceEvents:
    """Every note value twice as long, at twice the tempo."""
    return replace(
        piece, onset=piece.onset * 2, length=piece.length * 2, bar_starts=piece.bar_starts * 2,
        metre=other_metre(piece.metre, 2), tempo=shifted_tempo(piece.tempo, 4),
    )  # fmt: skip


def halved(piece: PieceEvents) -> PieceEvents | None:
    """Every note value half as long, at half the tempo; None where the grid is too coarse for it."""
    if (piece.onset % 2).any() or (piece.bar_starts % 2).any():
        return None
    return replace(
        piece, onset=piece.onset // 2, length=np.maximum(piece.length // 2, 1), bar_starts=piece.bar_starts // 2,
        metre=other_metre(piece.metre, 0.5), tempo=shifted_tempo(piece.tempo, -4),
    )  # fmt: skip


def other_metre(metre: int, factor: float) -> int:
    """Index of the metre whose bars are `factor` times as long, 0 (other) where the models have no name for it."""
    name = v.METRES[metre]
    if "/" not in name:
        return 0
    beats, unit = name.split("/")
    renamed = f"{beats}/{int(int(unit) / factor)}"
    return v.METRES.index(renamed) if renamed in v.METRES else 0


def shifted_tempo(tempo: int, classes: int) -> int:
    return int(np.clip(tempo + classes, 1, v.TEMPOS - 1)) if tempo else 0


def loosened(piece: PieceEvents, first: int, region: int, rng: Rng) -> PieceEvents:
    """The notes in steps [first, region) moved a little, as hands do: onsets by about a 1/30 quarter, lengths more."""
    onset, length = piece.onset.copy(), piece.length.copy()
    rows = np.flatnonzero((onset >= first) & (onset < region))
    spread = rng.uniform(0.4, 1.2)
    onset[rows] = np.clip(onset[rows] + np.rint(rng.normal(0, spread, len(rows))).astype(np.int64), first, region - 1)
    length[rows] = np.maximum(length[rows] + np.rint(rng.normal(-1, 2 * spread, len(rows))).astype(np.int64), 1)
    order = np.lexsort((piece.pitch, piece.part, onset))
    return replace(
        piece, onset=onset[order], length=length[order], part=piece.part[order], pitch=piece.pitch[order],
        velocity=piece.velocity[order],
    )  # fmt: skip
