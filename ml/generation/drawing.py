"""Draw one class per row from logits: temperature, then nucleus (top-p, Holtzman et al., 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_softmax(logits: Floats) -> Floats:
    """Natural log-probabilities over the last axis; -inf stays -inf."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def draw(logits: Floats, uniform: Floats, temperature: float, top_p: float) -> NDArray[np.int64]:
    """One class per row, shape (rows,).

    `logits` (rows, classes), -inf where a class is not permitted (one at least is); `uniform` (rows,) in [0, 1)
    decides, so equal inputs give equal classes. Of the classes sorted by probability, those stay that begin below
    a total of `top_p`.
    """
    probabilities = np.exp(log_softmax(logits / temperature))
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, 1)
    totals = np.cumsum(ranked, axis=1)
    ranked = np.where(totals - ranked < top_p, ranked, 0.0)
    totals = np.cumsum(ranked, axis=1)
    rank = (totals <= uniform[:, None] * totals[:, -1:]).sum(axis=1)
    last = (ranked > 0).sum(axis=1) - 1
    return np.take_along_axis(order, np.minimum(rank, last)[:, None], 1)[:, 0]
