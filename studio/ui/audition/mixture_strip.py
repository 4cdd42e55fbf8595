"""The mixture: a row of its own below the models, whose bars show the colour of the take they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from ml.requests import TakeNote
from studio.ui.audition.cell_look import CellLook
from studio.ui.audition.cell_view import RollFrame, Ticks
from studio.ui.audition.thumbnail import Thumbnail
from studio.ui.labels import as_plain_tooltip
from studio.ui.theme import faded, mixed

TALL_PX = 46
"""Also while it is empty: thumbnails that jump under the mouse would spoil the next drag."""
EMPTY_TEXT = "Mixture: drag across bars of takes to put them together here"
PAD_PX, EDGE_PX = 3, 3


@dataclass(frozen=True)
class Piece:
    """Ticks [start, end) that come from one take, by its name; its number picks the colour.

    `track` is its place among `tracks` bands: the asked tracks, or one band where all of them are of one take.
    """

    ticks: Ticks
    number: int
    name: str
    track: int = 0
    tracks: int = 1


@dataclass(frozen=True)
class MixtureView:
    """The mixture's notes, and of which takes its bars are: one piece for each stretch of a band."""

    frame: RollFrame | None = None
    notes: tuple[TakeNote, ...] = ()
    sources: tuple[int, ...] = ()
    """For each note the number of the take that it comes from."""
    pieces: tuple[Piece, ...] = ()
    heard: bool = False
    title: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.pieces and not self.notes


@dataclass(frozen=True)
class MixtureWishes:
    """What the row asks for; `menu` gets a point on the screen and a bar's ticks [start, end)."""

    hear: Callable[[], None]
    keep: Callable[[], None]
    menu: Callable[[QPoint, Ticks], None]


class MixtureStrip(QWidget):
    """A click hears, a double click keeps, the right button keeps single bars or takes them out again."""

    def __init__(self, look: CellLook, wishes: MixtureWishes) -> None:
        super().__init__()
        self.setObjectName("mixture")
        self.view = MixtureView()
        self._look = look
        self._wishes = wishes
        self._notes: dict[int, tuple[TakeNote, ...]] = {}
        """The mixture's notes by the number of the take that they come from."""
        self._thumbnails: dict[int, Thumbnail] = {}
        self._thumbnail = Thumbnail()
        self.setFixedHeight(TALL_PX)
        self._header_px = 128
        self.setAccessibleName(EMPTY_TEXT)

    def set_look(self, look: CellLook) -> None:
        self._look = look
        self.update()

    def set_header(self, width_px: int) -> None:
        """Where the thumbnails above begin."""
        if width_px != self._header_px:
            self._header_px = width_px
            self.update()

    def show_view(self, view: MixtureView) -> None:
        if view == self.view:
            return
        self.view = view
        notes: dict[int, list[TakeNote]] = {number: [] for number in sorted(set(view.sources))}
        for note, source in zip(view.notes, view.sources, strict=True):
            notes[source].append(note)
        self._notes = {number: tuple(own) for number, own in notes.items()}
        self._thumbnails = {number: Thumbnail() for number in notes}
        names = ", ".join(dict.fromkeys(piece.name for piece in view.pieces))
        self.setAccessibleName(f"{view.title} of {names}: {len(view.notes)} notes" if names else EMPTY_TEXT)
        self.update()

    @property
    def area(self) -> QRect:
        """Where the notes are painted."""
        return QRect(self._header_px + 4, PAD_PX, self.width() - self._header_px - 8, self.height() - 2 * PAD_PX)

    def ticks_at(self, x: float) -> Ticks | None:
        """The bar under a pixel."""
        frame = self.view.frame
        if frame is None:
            return None
        bar = Thumbnail.bar_at(self.area, frame, x)
        return frame.bars_ticks(bar, bar)

    # --- the mouse

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and not self.view.is_empty:
            self._wishes.hear()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and not self.view.is_empty:
            self._wishes.keep()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        ticks = self.ticks_at(event.pos().x())
        if ticks is not None and not self.view.is_empty:
            self._wishes.menu(event.globalPos(), ticks)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), as_plain_tooltip(self.tip_at(event.pos().x())), self)
            return True
        return super().event(event)

    def tip_at(self, x: float) -> str:
        """What a tooltip says at this place: which takes the bar is of."""
        frame = self.view.frame
        if self.view.is_empty or frame is None:
            return EMPTY_TEXT
        bar = Thumbnail.bar_at(self.area, frame, x)
        start, end = frame.bars_ticks(bar, bar)
        here = dict.fromkeys(one.name for one in self.view.pieces if one.ticks[0] < end and one.ticks[1] > start)
        said = f"is from {' and '.join(here)}" if here else "is the song's own"
        return (
            f"{frame.bars_text(bar, bar).capitalize()} {said}.\nClick to hear the mixture  (Shift+M), double-click to "
            "keep it, right-click to keep or take out single bars"
        )

    # --- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ends also on an error, which Qt would not survive else
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        view, theme = self.view, self._look.theme
        if view.is_empty or view.frame is None:
            painter.setPen(theme.colour("text_dim"))
            painter.setFont(self._look.figures)
            painter.drawText(self.rect().adjusted(8, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, EMPTY_TEXT)
            return
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        head = QRect(8, 4, self._header_px - 12, 16)
        title = painter.fontMetrics().elidedText(view.title, Qt.TextElideMode.ElideRight, head.width())
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(self._look.figures)
        painter.setPen(theme.colour("text_dim"))
        painter.drawText(head.translated(0, 17), Qt.AlignmentFlag.AlignVCenter, f"{len(view.notes)} notes")
        self._paint_pieces(painter, view.frame)

    def _paint_pieces(self, painter: QPainter, frame: RollFrame) -> None:
        view, theme, area = self.view, self._look.theme, self.area
        box, field = area.adjusted(0, 0, -1, -1), theme.colour("field")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if view.heard else "border"), 2 if view.heard else 1))
        painter.setBrush(field)
        painter.drawRoundedRect(box, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for piece in view.pieces:
            place, colour = self._place_of(piece, frame), self._look.take_colour(piece.number)
            painter.fillRect(place, faded(colour, 0.20))
            edge_px = EDGE_PX if piece.tracks == 1 else 1
            painter.fillRect(QRect(place.left(), place.top(), place.width(), edge_px), colour)
        line = mixed(field, theme.colour("text_dim"), 0.35)
        notes = area.adjusted(0, EDGE_PX + self._look.line_px, 0, -PAD_PX)
        self._thumbnail.paint(painter, notes, frame, (), theme.colour("text"), line)
        plain = RollFrame(frame.ticks, (), frame.pitches, (), frame.tracks, frame.drums)
        for number, own in self._notes.items():
            self._thumbnails[number].paint(painter, notes, plain, own, self._look.take_colour(number), line)
        painter.setFont(self._look.figures)
        painter.setPen(theme.colour("text"))
        metrics = QFontMetrics(self._look.figures)
        for piece in view.pieces:
            place = self._place_of(piece, frame).adjusted(3, EDGE_PX, -2, 0)
            if place.height() >= metrics.height():
                name = metrics.elidedText(piece.name, Qt.TextElideMode.ElideRight, place.width())
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)

    def _place_of(self, piece: Piece, frame: RollFrame) -> QRect:
        """Where a stretch lies: each track has a band of its own where takes differ."""
        inside = self.area.adjusted(0, PAD_PX, 0, -PAD_PX)
        left, right = (Thumbnail.x_of(inside, frame, tick) for tick in piece.ticks)
        top, bottom = (inside.height() * (piece.track + n) // piece.tracks for n in (0, 1))
        return QRect(left, inside.top() + top, right - left, bottom - top)
