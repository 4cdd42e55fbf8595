"""Ticks of one piece as ticks of another that divides the quarter differently, and what rounding it cost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rescaled(ticks: Any, from_quarter: int, to_quarter: int) -> NDArray[np.int64]:
    """Ticks counted `from_quarter` to the quarter, counted `to_quarter` to it; halves round up. Any shape."""
    at = np.asarray(ticks, np.int64)
    return (2 * at * to_quarter + from_quarter) // (2 * from_quarter)


def is_inexact(ticks: Any, from_quarter: int, to_quarter: int) -> NDArray[np.bool_]:
    """Where rescaling had to round."""
    inexact: NDArray[np.bool_] = np.asarray(ticks, np.int64) * to_quarter % from_quarter != 0
    return inexact


def rounding_remark(rounded_notes: int, from_quarter: int, to_quarter: int) -> tuple[str, ...]:
    """The sentence that reports rounding, none when no note was rounded."""
    if not rounded_notes:
        return ()
    notes = "1 note was" if rounded_notes == 1 else f"{rounded_notes} notes were"
    return (
        f"{notes} rounded by up to half a tick: the source counts {from_quarter} ticks to the quarter, "
        f"this song {to_quarter}.",
    )
