"""One take in the panel: its key, its little roll, a caption, and buttons to keep or export it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ml.requests import TakeNote
from studio.ui import icons
from studio.ui.labels import as_plain_tooltip, dim_label
from studio.ui.models.mini_roll import MiniRoll
from studio.ui.theme import Theme

CAPTION_PX = 11


@dataclass(frozen=True)
class TakeView:
    """What a row shows. `number` counts from 0 over all models, `digit` is its key now, if any, `colour` picks one of
    the theme's for takes.

    `given` are notes that stay among them, `tracks` the asked ones, of which `drums` get a strip of their own.
    `ticks` is the asked region; `caption` says in two short lines how far the take is or how surprising on the whole;
    `remarks` are what the model could not honour.
    """

    number: int
    colour: int
    model: str
    notes: Sequence[TakeNote]
    ticks: tuple[int, int]
    bar_ticks: Sequence[int]
    pitches: tuple[int, int]
    done: bool
    caption: str
    remarks: tuple[str, ...] = ()
    given: Sequence[TakeNote] = ()
    tracks: tuple[int, ...] = ()
    drums: frozenset[int] = frozenset()
    digit: int | None = None


@dataclass(frozen=True)
class TakeWishes:
    """What a row asks for; the argument is the take's number."""

    hear: Callable[[int], None]
    accept: Callable[[int], None]
    export: Callable[[int], None]


@dataclass(frozen=True, eq=False)
class RowLook:
    """A theme and the icons painted for it, once for all rows: many rows appear at once."""

    theme: Theme
    accept: QIcon
    export: QIcon

    @staticmethod
    def of(theme: Theme) -> RowLook:
        return RowLook(
            theme,
            icons.icon("accept", theme.colour("text"), size_px=16),
            icons.icon("export", theme.colour("text_dim"), size_px=16),
        )


class TakeRow(QWidget):
    """A click hears the take in the song, a double click keeps it."""

    def __init__(self, number: int, colour: int, wishes: TakeWishes) -> None:
        super().__init__()
        self.setObjectName(f"take.{number}")
        self.number = number
        self._wishes = wishes
        self._colour_number, self._colour = colour, QColor("grey")
        self._selected = False
        self.badge = QLabel()
        self.badge.setFixedWidth(14)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.roll = MiniRoll()
        self.caption = dim_label()
        font = self.caption.font()
        font.setPixelSize(CAPTION_PX)
        self.caption.setFont(font)
        self.caption.setFixedWidth(self.caption.fontMetrics().horizontalAdvance("888 notes") + 4)
        self.export = self._button("Export this take as a MIDI file", lambda: wishes.export(number))
        self.accept = self._button("Keep this take  (Enter)", lambda: wishes.accept(number))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 2, 2, 2)
        layout.setSpacing(4)
        layout.addWidget(self.badge)
        layout.addWidget(self.roll, 1)
        layout.addWidget(self.caption)
        layout.addWidget(self.accept)
        layout.addWidget(self.export)

    def _button(self, tooltip: str, clicked: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tooltip)
        button.setAccessibleName(tooltip)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setProperty("small", True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(clicked)
        return button

    def set_look(self, look: RowLook) -> None:
        theme = look.theme
        self._colour = theme.take_colour(self._colour_number)
        self.roll.set_colours(self._colour, theme.colour("border"))
        self.export.setIcon(look.export)
        self.accept.setIcon(look.accept)
        self.update()

    def show_take(self, view: TakeView, selected: bool) -> None:
        self._selected = selected
        key = "[ and ]" if view.digit is None else str(view.digit)
        self.badge.setText("" if view.digit is None else key)
        self.setToolTip(f"Click to hear this take in the song  ({key}); double-click or Enter to keep it")
        self.roll.set_notes(
            view.notes, view.ticks, view.bar_ticks, view.pitches,
            given=view.given, tracks=view.tracks, drums=view.drums,
        )  # fmt: skip
        self.caption.setText(view.caption)
        self.caption.setToolTip(as_plain_tooltip("\n".join(view.remarks)))
        self.accept.setEnabled(view.done)
        self.export.setEnabled(view.done)
        self.setAccessibleName(f"Take {self.number + 1} of {view.model}, {', '.join(view.caption.splitlines())}")
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._wishes.hear(self.number)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.accept.isEnabled():
            self._wishes.accept(self.number)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._selected:
            fill, edge = QColor(self._colour), QColor(self._colour)
            fill.setAlphaF(0.13)
            painter.setBrush(fill)
            painter.setPen(edge)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 5, 5)
        painter.end()
