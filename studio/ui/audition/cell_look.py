"""CellLook: a theme's colours, fonts and icons for the cells, made once for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QFontMetrics, QPixmap

from studio.ui import icons
from studio.ui.theme import Theme

ICON_PX = 14
FIGURE_PX, BADGE_PX = 10, 11


@dataclass(frozen=True, eq=False)
class CellLook:
    """`icons` by name in the theme's text colour; `star` in its accent."""

    theme: Theme
    figures: QFont
    badge: QFont
    icons: dict[str, QPixmap]
    star: QPixmap

    @staticmethod
    def of(theme: Theme, font: QFont) -> CellLook:
        figures, badge = QFont(font), QFont(font)
        figures.setPixelSize(FIGURE_PX)
        badge.setPixelSize(BADGE_PX)
        badge.setWeight(QFont.Weight.DemiBold)
        names = ("accept", "reject", "star", "note")
        text = theme.colour("text")
        painted = {name: icons.icon(name, text, size_px=ICON_PX).pixmap(ICON_PX, ICON_PX) for name in names}
        star = icons.icon("starred", theme.colour("accent"), size_px=ICON_PX).pixmap(ICON_PX, ICON_PX)
        return CellLook(theme, figures, badge, painted, star)

    @property
    def line_px(self) -> int:
        """Height of a line of figures."""
        return QFontMetrics(self.figures).height()

    def take_colour(self, number: int) -> QColor:
        return self.theme.take_colour(number)
