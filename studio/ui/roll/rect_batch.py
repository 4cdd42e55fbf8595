"""Many rectangles, lines or glyphs in one call: QPainter reads numpy memory instead of a list of objects.

PySide from 6.4.3 on takes a pointer to the first item and a count (pyqtgraph relies on the same).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLine, QRect
from PySide6.QtGui import QColor, QPainter, QPixmap
from shiboken6 import Shiboken


def _first(memory: NDArray[Any], kind: type) -> Any:
    """A Qt value of `kind` that lies on the first row of `memory`; valid as long as `memory` lives."""
    return Shiboken.wrapInstance(memory.ctypes.data, kind)


def draw_rects(painter: QPainter, x: Any, y: Any, width: Any, height: Any) -> None:
    """Fill or outline rectangles with the painter's pen and brush; arguments broadcast to shape (n,).

    Values are whole logical pixels; rectangles narrower than 1 px must be widened by the caller.
    """
    memory = _rects(x, y, width, height)
    if len(memory):
        painter.drawRects(_first(memory, QRect), len(memory))


def draw_rects_by_kind(
    painter: QPainter, x: Any, y: Any, width: Any, height: Any, kind: NDArray[np.int64], brushes: Sequence[QColor]
) -> None:
    """The same in several colours, the first one below the others: `kind` (n,) tells which of `brushes` each has."""
    order = np.argsort(kind, kind="stable")
    memory = _rects(x, y, width, height)[order]
    ends = np.searchsorted(kind[order], np.arange(len(brushes)), "right").tolist()
    for brush, start, end in zip(brushes, [0, *ends], ends, strict=False):
        if end > start:
            painter.setBrush(brush)
            painter.drawRects(_first(memory[start:end], QRect), end - start)


def _rects(x: Any, y: Any, width: Any, height: Any) -> NDArray[np.int32]:
    """The memory of a row of QRect, (n, 4): left, top, right, bottom, both ends included."""
    memory = np.empty((np.broadcast(x, y, width, height).size, 4), np.int32)
    memory[:, 0] = x
    memory[:, 1] = y
    memory[:, 2] = x + width - 1
    memory[:, 3] = y + height - 1
    return memory


def draw_lines(painter: QPainter, x1: Any, y1: Any, x2: Any, y2: Any) -> None:
    """Draw lines with the painter's pen; arguments are whole logical pixels and broadcast to shape (n,)."""
    parts = np.broadcast_arrays(x1, y1, x2, y2)
    if not parts[0].size:
        return
    memory = np.ascontiguousarray(np.stack(parts, axis=-1).reshape(-1, 4).astype(np.int32))
    painter.drawLines(_first(memory, QLine), len(memory))


def draw_fragments(painter: QPainter, pixmap: QPixmap, sources: NDArray[Any], x: Any, y: Any) -> None:
    """Draw parts of `pixmap` pixel by pixel. `sources` holds left, top, width, height in device pixels, shape (n, 4);
    `x`, `y` are the logical pixels of each upper left corner, shape (n,)."""
    if not len(sources):
        return
    ratio = pixmap.devicePixelRatio()
    memory = np.zeros((len(sources), 10), np.float64)  # QPainter.PixmapFragment; x and y are the centre
    memory[:, 0] = x + sources[:, 2] / ratio / 2
    memory[:, 1] = y + sources[:, 3] / ratio / 2
    memory[:, 2:6] = sources
    memory[:, 6:8] = 1 / ratio  # fragments are measured in device pixels, whatever the pixmap says of itself
    memory[:, 9] = 1.0
    painter.drawPixmapFragments(_first(memory, QPainter.PixmapFragment), len(memory), pixmap)
