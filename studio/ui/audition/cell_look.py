"""CellLook: a theme's colours, fonts and icons for the cells, made once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtGui import QColor, QFont, QFontMetrics, QPixmap

from studio.ui import icons
from studio.ui.theme import Theme

ICON_PX = 14
FIGURE_PX, BADGE_PX = 10, 11


@dataclass(frozen=True, eq=False)
class CellLook:
    """Icons are painted when a cell first needs them: the pane may stay closed, or change its theme before that."""

    theme: Theme
    figures: QFont
    badge: QFont

    @staticmethod
    def of(theme: Theme, font: QFont) -> CellLook:
        figures, badge = QFont(font), QFont(font)
        figures.setPixelSize(FIGURE_PX)
        badge.setPixelSize(BADGE_PX)
        badge.setWeight(QFont.Weight.DemiBold)
        return CellLook(theme, figures, badge)

    @cached_property
    def icons(self) -> dict[str, QPixmap]:
        """By name, in the theme's text colour."""
        return {name: self._painted(name, "text") for name in ("accept", "reject", "star", "note")}

    @cached_property
    def star(self) -> QPixmap:
        """In the theme's accent, for takes that have one."""
        return self._painted("starred", "accent")

    def _painted(self, name: str, role: str) -> QPixmap:
        return icons.icon(name, self.theme.colour(role), size_px=ICON_PX).pixmap(ICON_PX, ICON_PX)

    @property
    def line_px(self) -> int:
        """Height of a line of figures."""
        return QFontMetrics(self.figures).height()

    def take_colour(self, number: int) -> QColor:
        return self.theme.take_colour(number)
