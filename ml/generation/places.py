"""Where a note is on the event grid, as one number."""

from __future__ import annotations

from ml.tensors import vocabulary as v
from ml.tensors.piece import Array


def places_of(onset: Array, part: Array, pitch: Array) -> Array:
    """Onset in steps, part and pitch as one number that sorts as notes do."""
    return (onset * v.PARTS + part) * v.PITCHES + pitch
