"""The scale of surprise: which shade a number of bits has. Fixed, so that colours mean the same in every song."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from studio.ui.theme import Theme

EDGES_BITS = (0.5, 1.0, 2.0, 4.0, 6.0, 9.0, 13.0)
"""A note of fewer bits than the first has the first shade, and so on; a bit more is half as likely."""
SHADES = len(EDGES_BITS) + 1
UNKNOWN = -1
"""The level of a note that no model has judged."""


def surprise_levels(bits: NDArray[np.float64]) -> NDArray[np.int64]:
    """Shade of each note, 0 (expected) to SHADES - 1, UNKNOWN where the bits are not a number; shape of `bits`."""
    levels = np.searchsorted(EDGES_BITS, bits, "right").astype(np.int64)
    return np.where(np.isnan(bits), UNKNOWN, levels)


def surprise_shades(theme: Theme) -> list[QColor]:
    """The shades of a theme, `SHADES` of them."""
    return [QColor(colour) for colour in theme.surprise_colours]
