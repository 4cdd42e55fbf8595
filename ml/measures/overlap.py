"""How alike two sets are in one feature: distances inside a set and between sets (Yang and Lerch, 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRID = 1000
"""Points at which densities are compared, as in the published code."""
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Overlap:
    """`area`: of the smaller of both densities, 0 to 1. `divergence`: Kullback-Leibler, in nats, of the reference's own
    distances from those between the sets, on one grid. `published_divergence`: the formula of the published code, which
    evaluates each density on its own set's range and so is no divergence; for comparison with papers only.
    """

    area: float
    divergence: float
    published_divergence: float


def overlap(reference: Floats, other: Floats) -> Overlap:
    """Compare two sets in one feature; each (pieces, values), at least three pieces.

    Euclidean distances of all pairs inside the reference (leave one out) and of all pairs between the sets, a Gaussian
    kernel density of each, and what they share. Yang and Lerch, On the evaluation of generative models in music,
    section 3.2. Sets in which all distances are equal have no density: their area is 1 or 0, their divergences NaN.
    """
    inside = distances(reference, reference)[~np.eye(len(reference), dtype=bool)]
    between = distances(reference, other).ravel()
    if np.ptp(inside) < 1e-12 or np.ptp(between) < 1e-12:
        alike = np.ptp(inside) + np.ptp(between) < 2e-12 and abs(inside[0] - between[0]) < 1e-12
        return Overlap(float(alike), float("nan"), float("nan"))
    lowest, highest = min(inside.min(), between.min()), max(inside.max(), between.max())
    grid = np.linspace(lowest, highest, GRID)
    one, two = density(inside, grid), density(between, grid)
    own_grids = (np.linspace(values.min(), values.max(), GRID) for values in (inside, between))
    published = relative_entropy(*map(density, (inside, between), own_grids))
    smaller = np.minimum(one, two)
    area = float((smaller[1:] + smaller[:-1]).sum() / 2 * (highest - lowest) / (GRID - 1))
    return Overlap(min(area, 1.0), relative_entropy(one, two), published)


def distances(one: Floats, other: Floats) -> Floats:
    """Euclidean distances of all pairs, (len(one), len(other))."""
    rows: Floats = np.linalg.norm(one[:, None, :] - other[None, :, :], axis=2)
    return rows


def density(values: Floats, points: Floats) -> Floats:
    """Gaussian kernel density of `values` at `points`, with the bandwidth of Scott's rule: s n^(-1/5)."""
    width = values.std(ddof=1) * len(values) ** -0.2
    found = np.zeros(len(points))
    # Equal distances are frequent in counts; one kernel serves all of them.
    places, counts = np.unique(values, return_counts=True)
    for start in range(0, len(places), 1024):
        part = places[start : start + 1024]
        found += np.exp(-0.5 * ((points[:, None] - part) / width) ** 2) @ counts[start : start + 1024]
    found /= len(values) * width * np.sqrt(2 * np.pi)
    return found


def relative_entropy(one: Floats, two: Floats) -> float:
    """Sum of p log(p / q) in nats of two rows of weights, each scaled to sum to one; where q vanishes, it is held
    above zero."""
    p, q = np.maximum(one, TINY), np.maximum(two, TINY)
    p, q = p / p.sum(), q / q.sum()
    return float((p * np.log(p / q)).sum())
