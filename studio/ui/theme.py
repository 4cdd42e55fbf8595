"""The dark and the light theme: every colour of the program, and how the widgets around the roll look.

One accent colour, calm greys, text at 4.5:1 or better; tracks and takes have palettes of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from studio.ui.style_sheet import style_sheet


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """`first` with `share` (0 to 1) of `second` in it; opaque."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(_rgb(first), _rgb(second), strict=True))
    return QColor(red, green, blue)


def faded(colour: QColor, alpha: float) -> QColor:
    """`colour` at `alpha` (0 to 1)."""
    return QColor(colour.red(), colour.green(), colour.blue(), round(255 * alpha))


def luminance(colour: QColor) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    parts = [c / 255 for c in _rgb(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: QColor, second: QColor) -> float:
    """Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True)
class Theme:
    """All colours, as "#rrggbb" texts so that the theme stays a value; `colour` makes the QColor."""

    name: str
    dark: bool
    # --- widgets
    window: str
    panel: str
    field: str
    raised: str
    border: str
    text: str
    text_dim: str
    accent: str
    on_accent: str
    warning: str
    error: str
    # --- the roll
    row: str
    row_black_key: str
    row_outside: str
    row_tonic: str
    row_line: str
    line_bar: str
    line_beat: str
    line_grid: str
    ruler: str
    key_white: str
    key_black: str
    key_text: str
    note_edge: str
    note_quiet: str
    """What the colour of a track fades towards at velocity 1."""
    note_selected: str
    """What the colour of a track is lifted towards when the note is selected."""
    lock: str
    """The mark of locked notes, and what lies around it."""
    lock_edge: str
    playhead: str
    track_colours: tuple[str, ...]
    take_colours: tuple[str, ...]
    surprise_colours: tuple[str, ...]
    """From expected to surprising: blue to orange, which all eyes tell apart, and ever further from the rows."""

    @cached_property
    def _colours(self) -> dict[str, QColor]:
        return {}

    def colour(self, field: str) -> QColor:
        """The QColor of a field by its name; shared, so never change it in place."""
        found = self._colours.get(field)
        if found is None:
            found = self._colours[field] = QColor(getattr(self, field))
        return found

    def track_colour(self, index: int, wish: int = -1) -> QColor:
        """Colour of track number `index`, or of its own `wish` when that is not negative."""
        return QColor(self.track_colours[(wish if wish >= 0 else index) % len(self.track_colours)])

    def take_colour(self, index: int) -> QColor:
        """Colour of take number `index`; below 0, of what is put together from several takes."""
        return self.colour("accent") if index < 0 else QColor(self.take_colours[index % len(self.take_colours)])

    def text_on(self, fill: QColor) -> QColor:
        """Black or white, whichever reads better on `fill`."""
        black, white = QColor("#14161a"), QColor("#ffffff")
        return black if contrast(black, fill) >= contrast(white, fill) else white


DARK = Theme(
    name="Dark",
    dark=True,
    window="#191b1f",
    panel="#202328",
    field="#16181c",
    raised="#2b2f36",
    border="#363b43",
    text="#e4e7ec",
    text_dim="#9aa3af",
    accent="#fab549",
    on_accent="#1a1408",
    warning="#f2c14e",
    error="#ff7b72",
    row="#282c33",
    row_black_key="#1f2328",
    row_outside="#1a1d21",
    row_tonic="#2d333c",
    row_line="#1c1f24",
    line_bar="#5b6471",
    line_beat="#3d444e",
    line_grid="#2f353d",
    ruler="#1d2025",
    key_white="#c6cbd3",
    key_black="#2a2e35",
    key_text="#3b424c",
    note_edge="#0e1013",
    note_quiet="#2c333c",
    note_selected="#ffffff",
    lock="#ffffff",
    lock_edge="#16181c",
    playhead="#ffffff",
    # OKLCH, chroma 0.115, hues ordered so that neighbours differ; amber is left to the accent.
    track_colours=(
        "#68b2ef", "#77cd97", "#e18cb5", "#4ed3e1", "#a98ddb", "#b3d17d",
        "#dd817a", "#7596e0", "#61dcc7", "#d697d9", "#dcd579", "#c9a08e",
    ),
    take_colours=("#bdadff", "#51daa7", "#ff96c2", "#35d0ff", "#a0d06b", "#e59ff6", "#ff9d77", "#00d8e1"),
    surprise_colours=("#2750a2", "#46679f", "#657b9b", "#858f94", "#a5a18b", "#c6b47d", "#e8c56a", "#ffd74b"),
)  # fmt: skip

LIGHT = Theme(
    name="Light",
    dark=False,
    window="#e9ebee",
    panel="#f4f5f7",
    field="#ffffff",
    raised="#ffffff",
    border="#c3c8d0",
    text="#1b1f24",
    text_dim="#545d69",
    accent="#a65a00",
    on_accent="#ffffff",
    warning="#8a5a00",
    error="#b3261e",
    row="#ffffff",
    row_black_key="#f3f4f6",
    row_outside="#e6e8ec",
    row_tonic="#f7f1e6",
    row_line="#e3e6ea",
    line_bar="#8b95a3",
    line_beat="#c2c8d0",
    line_grid="#dfe3e8",
    ruler="#eceef1",
    key_white="#ffffff",
    key_black="#3c424b",
    key_text="#5b6470",
    note_edge="#2a3038",
    note_quiet="#dfe4ea",
    note_selected="#101418",
    lock="#101418",
    lock_edge="#ffffff",
    playhead="#14171b",
    track_colours=(
        "#1b78b8", "#18854e", "#b35585", "#0096a6", "#7b59b1", "#74942b",
        "#b64f4b", "#3d5eaf", "#008570", "#a15ba6", "#938a00", "#7a5c4d",
    ),
    take_colours=("#6b50c2", "#00854f", "#ae316e", "#0078b1", "#467a00", "#9240a4", "#b53900", "#00828f"),
    surprise_colours=("#99d1ff", "#9fbbdd", "#a2a5b9", "#a28e96", "#a17874", "#9e6051", "#98472b", "#922900"),
)  # fmt: skip

THEMES = (DARK, LIGHT)


def theme_palette(theme: Theme) -> QPalette:
    """The Qt palette of `theme`, for everything that the style sheet does not reach."""
    palette = QPalette()
    role = QPalette.ColorRole
    disabled = mixed(theme.colour("text_dim"), theme.colour("panel"), 0.5)
    for target, colour in (
        (role.Window, theme.colour("window")),
        (role.WindowText, theme.colour("text")),
        (role.Base, theme.colour("field")),
        (role.AlternateBase, theme.colour("panel")),
        (role.Text, theme.colour("text")),
        (role.PlaceholderText, theme.colour("text_dim")),
        (role.Button, theme.colour("raised")),
        (role.ButtonText, theme.colour("text")),
        (role.ToolTipBase, theme.colour("raised")),
        (role.ToolTipText, theme.colour("text")),
        (role.BrightText, theme.colour("error")),
        (role.Highlight, theme.colour("accent")),
        (role.HighlightedText, theme.colour("on_accent")),
        (role.Link, theme.colour("accent")),
        (role.Mid, theme.colour("border")),
        (role.Midlight, theme.colour("raised")),
        (role.Dark, theme.colour("border")),
        (role.Light, theme.colour("raised")),
    ):
        palette.setColor(target, colour)
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, disabled)
    return palette


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the whole application the look of `theme`; may be called again to switch."""
    app.setStyle("Fusion")
    app.setPalette(theme_palette(theme))
    app.setStyleSheet(style_sheet(theme))
