"""Draw classes from logits: limits, temperature, then nucleus (top-p, Holtzman et al., 2020)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.models.note_head import BLOCKED
from ml.requests import Sampling
from ml.tensors import vocabulary as v

Floats = NDArray[np.float32]

PITCH_SURPRISE, OTHER_SURPRISE = 2.0**0.25, 2.0**0.125
"""What one step of surprise multiplies the temperature of pitches by, and that of the other fields."""
FAINT = 1e-30
"""Shares of the whole below this are near the smallest numbers of float32."""


class NotFinite(ArithmeticError):
    """The network gave numbers that are not finite."""


def temperatures(sampling: Sampling) -> tuple[float, ...]:
    """Softmax temperature of each of the fields (`v.FIELDS`)."""
    bases = (PITCH_SURPRISE if field == "pitch" else OTHER_SURPRISE for field in v.FIELDS)
    return tuple(sampling.temperature * base**sampling.surprise for base in bases)


def draw(
    logits: NDArray[np.floating[Any]], uniform: NDArray[np.float64], temperature: float, top_p: float
) -> NDArray[np.int64]:
    """One class per row, shape (rows,).

    `logits` (rows, classes), -inf where a class is not permitted (one at least is); `uniform` (rows,) in [0, 1)
    decides, so equal inputs give equal classes.
    """
    shares = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return np.array([nucleus(row, float(u), top_p) for row, u in zip(shares, uniform, strict=True)], np.int64)


def draw_field(
    logits: Floats, permitted: NDArray[np.bool_] | None, uniform: float, temperature: float, top_p: float
) -> tuple[int, float]:
    """A class for one field of a note, and the bits that the network gives it before limits and temperature.

    `logits` and `permitted` (classes,), None for all; at least one is. `uniform` as in `draw`. Where the order of
    notes blocks all that is permitted, what is permitted decides. Raises NotFinite.
    """
    highest = logits.max()
    if not math.isfinite(highest):
        raise NotFinite("The model gave numbers that are not finite: install it again.")
    shares = np.exp(logits - highest)
    whole = float(shares.sum())
    if temperature != 1:
        shares = np.exp((logits - highest) / np.float32(temperature))
    if permitted is not None:
        limited = shares * permitted
        if limited.max() < FAINT:
            limited = apart(logits, permitted, temperature)
        shares = limited
    chosen = nucleus(shares, uniform, top_p)
    return chosen, (float(highest - logits[chosen]) + math.log(whole)) / math.log(2)


def apart(logits: Floats, permitted: NDArray[np.bool_], temperature: float) -> Floats:
    """Shares of what is permitted, where it is so unlikely beside the rest that little is left of its digits."""
    limited = np.where(permitted, logits, -np.inf)
    best = limited.max()
    if best <= BLOCKED / 2:
        return permitted.astype(np.float32)
    shares: Floats = np.exp((limited - best) / np.float32(temperature))
    return shares


def nucleus(shares: NDArray[np.floating[Any]], uniform: float, top_p: float) -> int:
    """A class drawn by its share (classes,) of the whole; only those count that begin below a total of `top_p`."""
    order = shares.argsort()[::-1]
    totals = np.cumsum(shares[order], dtype=np.float64)
    kept = int(totals.searchsorted(top_p * totals[-1]))
    rank = int(totals.searchsorted(uniform * totals[kept], "right"))
    return int(order[min(rank, kept)])
