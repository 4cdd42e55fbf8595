"""Dense music as one image: which pixels any note covers. Used where single notes could not be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from studio.ui.roll.viewport import PITCHES


def occupancy(start_px: Any, end_px: Any, pitch: Any, width: int) -> NDArray[np.bool_]:
    """Which of `width` columns each pitch covers, shape (128, width), pitch 127 in row 0.

    `start_px` and `end_px` are columns (fractions are floored), shape (n,); every note covers one column at
    least. Cost: a few passes over the notes, none over notes times columns.
    """
    first = np.clip(np.asarray(start_px), 0, width - 1).astype(np.int64)
    last = np.clip(np.asarray(end_px), 0, width).astype(np.int64)
    last = np.maximum(last, first + 1)
    row = (PITCHES - 1 - np.asarray(pitch, np.int64)) * (width + 1)
    size = PITCHES * (width + 1)
    edges = np.bincount(row + first, minlength=size) - np.bincount(row + last, minlength=size)
    return np.cumsum(edges.reshape(PITCHES, width + 1), axis=1)[:, :width] > 0


def occupancy_image(covered: NDArray[np.bool_], colour: QColor) -> QImage:
    """A transparent image of the covered pixels in `colour`, one pixel for each entry."""
    height, width = covered.shape
    alpha = colour.alphaF()
    red, green, blue = (round(part * alpha) for part in (colour.red(), colour.green(), colour.blue()))
    value = np.uint32(colour.alpha() << 24 | red << 16 | green << 8 | blue)
    pixels = np.where(covered, value, np.uint32(0))
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
