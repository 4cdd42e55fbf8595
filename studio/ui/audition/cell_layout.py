"""Where the parts of a cell lie: its key and star at the left, the thumbnail, and the figures below both."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize

GUTTER_PX, PAD_PX, GAP_PX = 20, 4, 2
BADGE_PX, BUTTON_PX = 15, 16
FIGURES = 6
SHARES = {2: (55, 45), 3: (29, 33, 38), 6: (14, 16, 19, 16, 19, 16)}
"""How figures share a line, in hundredths of its width: "100% key" needs more room than "4 bars"."""
THREE_PX, SIX_PX = 128, 280
"""Widths of a thumbnail from which three and six figures stand side by side."""
THUMBNAIL_PX, LEAST_THUMBNAIL_PX = 32, 22


@dataclass(frozen=True)
class CellLayout:
    """All in pixels of the cell."""

    badge: QRect
    star: QRect
    note: QRect
    thumbnail: QRect
    keep: QRect
    discard: QRect
    figures: tuple[QRect, ...]
    """A place for each of the six figures, so that they stand in columns over all cells."""
    narrow: bool
    """Whether figures have to be short."""

    @staticmethod
    def of(size: QSize, line_px: int) -> CellLayout:
        columns = figure_columns(size.width())
        lines = -(-FIGURES // columns)
        left, wide = GUTTER_PX, size.width() - GUTTER_PX - PAD_PX
        room = size.width() - 2 * PAD_PX
        foot = size.height() - PAD_PX + 1 - lines * line_px
        thumbnail = QRect(left, PAD_PX, wide, max(foot - GAP_PX - PAD_PX, 8))
        places = []
        for number in range(FIGURES):
            line, place = divmod(number, columns)
            shares = SHARES[columns]
            begin = PAD_PX + 2 + room * sum(shares[:place]) // 100
            places.append(QRect(begin, foot + line_px * line, room * shares[place] // 100, line_px))
        mark = QRect((GUTTER_PX - 14) // 2, 0, 14, 14)
        right = thumbnail.right() - BUTTON_PX
        return CellLayout(
            badge=QRect((GUTTER_PX - BADGE_PX) // 2, PAD_PX, BADGE_PX, BADGE_PX),
            star=mark.translated(0, PAD_PX + BADGE_PX + 3),
            note=QRect(thumbnail.bottomRight() - QPoint(14, 14), mark.size()),
            thumbnail=thumbnail,
            keep=QRect(right - BUTTON_PX - 1, thumbnail.top() + 1, BUTTON_PX, BUTTON_PX),
            discard=QRect(right, thumbnail.top() + 1, BUTTON_PX, BUTTON_PX),
            figures=tuple(places),
            narrow=columns == 2,
        )


def figure_columns(width_px: int) -> int:
    """How many figures stand side by side in a cell of this width."""
    wide = width_px - GUTTER_PX - PAD_PX
    return 6 if wide >= SIX_PX else 3 if wide >= THREE_PX else 2


def cell_height(width_px: int, line_px: int) -> int:
    """Height that a cell of this width wants."""
    lines = -(-FIGURES // figure_columns(width_px))
    return PAD_PX + THUMBNAIL_PX + GAP_PX + lines * line_px + PAD_PX - 1
