"""TakeCell: one take in the comparison: key, marks, thumbnail and figures; a click hears, a drag takes bars of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWhatsThis, QWidget

from studio.session.takes import TakeSlot
from studio.ui.audition.cell_layout import CellLayout
from studio.ui.audition.cell_look import CellLook
from studio.ui.audition.cell_view import CellView, Figure, Ticks
from studio.ui.audition.thumbnail import Thumbnail
from studio.ui.labels import as_plain_tooltip
from studio.ui.theme import faded, mixed

DRAG_PX = 5
ROUND_PX = 4


@dataclass(frozen=True)
class CellWishes:
    """What a cell asks for. `add_bars` are ticks [start, end) for the mixture; `menu` gets a point on the screen."""

    hear: Callable[[TakeSlot], None]
    keep: Callable[[TakeSlot], None]
    star: Callable[[TakeSlot], None]
    discard: Callable[[TakeSlot], None]
    add_bars: Callable[[TakeSlot, Ticks], None]
    menu: Callable[[TakeSlot, QPoint], None]


class TakeCell(QWidget):
    """Paints itself anew only when it would look different."""

    def __init__(self, view: CellView, look: CellLook, wishes: CellWishes) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self.view = view
        self.marked: tuple[int, int] | None = None
        """First and last bar, from 0, that are being dragged over."""
        self.paints = 0
        """How often it was painted: benchmarks and tests count."""
        self._look = look
        self._wishes = wishes
        self._thumbnail = Thumbnail()
        self._layout = CellLayout.of(QSize(160, 60), look.line_px)
        self._pressed: QPoint | None = None
        self._hovered = False
        self._say()

    # --- showing

    def show_view(self, view: CellView) -> bool:
        """Show a take from the next painting on; whether anything changed, so that it is to be painted."""
        if view.looks_like(self.view):
            return False
        self.view = view
        self._say()
        return True

    def set_look(self, look: CellLook) -> None:
        self._look = look
        self._layout = CellLayout.of(self.size(), look.line_px)
        self.update()

    @property
    def parts(self) -> CellLayout:
        """Where its parts lie."""
        return self._layout

    def _say(self) -> None:
        view = self.view
        self.setObjectName(f"cell.{view.number}")
        words = [view.label] if view.label else []
        words += [view.status] if view.status else [figure.text for figure in view.figures]
        words += [word for word, on in (("starred", view.starred), ("discarded", view.discarded)) if on]
        self.setAccessibleName(", ".join([f"Take {view.name}", *words]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layout = CellLayout.of(event.size(), self._look.line_px)

    # --- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        parts, slot = self._layout, self.view.slot
        if parts.star.adjusted(-3, -2, 3, 2).contains(at):
            self._wishes.star(slot)
        elif self._hovered and self.view.done and parts.keep.contains(at):
            self._wishes.keep(slot)
        elif self._hovered and self.view.done and parts.discard.contains(at):
            self._wishes.discard(slot)
        elif (figure := self._figure_at(at)) is not None and figure.opens:
            QWhatsThis.showText(event.globalPosition().toPoint(), as_plain_tooltip(figure.says), self)
        else:
            self._pressed = at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is None or not self.view.done:
            self.setCursor(self._cursor_at(at))
            return
        if self.marked is None and abs(at.x() - self._pressed.x()) < DRAG_PX:
            return
        area, frame = self._layout.thumbnail, self.view.frame
        bars = (Thumbnail.bar_at(area, frame, self._pressed.x()), Thumbnail.bar_at(area, frame, at.x()))
        marked = (min(bars), max(bars))
        if marked != self.marked:
            if self.marked is None:
                self.grabKeyboard()  # Esc lets go of the drag, and of nothing else
            self.marked = marked
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        if self.marked is None:
            self._wishes.hear(self.view.slot)
            return
        ticks = self.view.frame.bars_ticks(*self.marked)
        self._let_go()
        self._wishes.add_bars(self.view.slot, ticks)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.view.done:
            self._pressed = None
            self._wishes.keep(self.view.slot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.marked is not None and event.key() == Qt.Key.Key_Escape:
            self._pressed = None
            self._let_go()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._wishes.menu(self.view.slot, event.globalPos())

    def enterEvent(self, event: QEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def hideEvent(self, event: QEvent) -> None:
        self._pressed = None
        if self.marked is not None:
            self._let_go()

    def _let_go(self) -> None:
        self.marked = None
        self.releaseKeyboard()
        self.update()

    def _figure_at(self, at: QPoint) -> Figure | None:
        places = zip(self.view.figures, self._layout.figures, strict=False)
        return next((figure for figure, place in places if place.contains(at)), None)

    def _cursor_at(self, at: QPoint) -> Qt.CursorShape:
        """The shape that says what a press would do."""
        parts, figure = self._layout, self._figure_at(at)
        if figure is not None and figure.opens:
            return Qt.CursorShape.PointingHandCursor
        button = parts.keep.contains(at) or parts.discard.contains(at)
        over = self.view.done and parts.thumbnail.contains(at) and not button
        return Qt.CursorShape.IBeamCursor if over else Qt.CursorShape.ArrowCursor

    # --- tooltips

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), as_plain_tooltip(self.tip_at(event.pos())), self)
            return True
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() == QEvent.Type.ShortcutOverride and self.marked is not None:
            event.accept()  # else the window's Esc would drop all takes
            return True
        return super().event(event)

    def tip_at(self, at: QPoint) -> str:
        """What a tooltip says at this place."""
        view, parts = self.view, self._layout
        if parts.star.contains(at):
            return "Take the star away  (Shift+S)" if view.starred else "Give this take a star  (Shift+S)"
        if view.done and parts.keep.contains(at):
            return "Keep this take: put it into the song  (Return)"
        if view.done and parts.discard.contains(at):
            return "Bring this take back  (X)" if view.discarded else "Put this take aside  (X)"
        if (figure := self._figure_at(at)) is not None:
            return f"{figure.text}: {figure.says}"
        key = f"  ({view.digit})" if view.digit is not None else "  ([ and ])"
        lines = [f"{view.name}{f': {view.label}' if view.label else ''}", *view.note.splitlines(), *view.remarks]
        lines.append(f"Click to hear it{key}, double-click to keep it, drag across bars to put them into the mixture")
        return "\n".join(lines)

    # --- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.paints += 1
        with QPainter(self) as painter:  # ends also on an error, which Qt would not survive else
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        view, theme, parts = self.view, self._look.theme, self._layout
        colour = self._look.take_colour(view.number)
        box = self.rect().adjusted(1, 1, -2, -2)
        fill = theme.colour("field")
        edge = theme.colour("text_dim") if self._hovered else theme.colour("border")
        if view.heard:
            fill, edge = mixed(fill, colour, 0.16), colour
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 2 if view.heard else 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, ROUND_PX, ROUND_PX)
        if view.discarded:
            painter.setOpacity(0.4)
        self._paint_badge(painter, colour)
        self._paint_marks(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = mixed(fill, theme.colour("text_dim"), 0.28)
        self._thumbnail.paint(painter, parts.thumbnail, view.frame, view.notes, colour, line)
        self._paint_copied(painter)
        self._paint_label(painter, fill)
        if view.note:
            painter.fillRect(parts.note, faded(fill, 0.85))  # notes may lie there
            painter.drawPixmap(parts.note, self._look.icons["note"])
        self._paint_figures(painter)
        painter.setOpacity(1.0)
        if self.marked is not None:
            self._paint_marked(painter, colour)
        elif self._hovered and view.done:
            self._paint_buttons(painter, fill)

    def _paint_badge(self, painter: QPainter, colour: QColor) -> None:
        view, place, theme = self.view, self._layout.badge, self._look.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        if view.digit is None:
            painter.drawEllipse(place.center() + QPoint(1, 1), 3, 3)
            return
        painter.drawRoundedRect(place, 3, 3)
        painter.setFont(self._look.badge)
        painter.setPen(theme.text_on(colour))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(view.digit))

    def _paint_marks(self, painter: QPainter) -> None:
        view, parts = self.view, self._layout
        if view.starred:
            painter.drawPixmap(parts.star, self._look.star)
        elif self._hovered:
            painter.setOpacity(painter.opacity() * 0.5)
            painter.drawPixmap(parts.star, self._look.icons["star"])
            painter.setOpacity(0.4 if view.discarded else 1.0)

    def _paint_copied(self, painter: QPainter) -> None:
        """A line below the notes that are a marked copy."""
        if self.view.copied is None:
            return
        area, (first, last) = self._layout.thumbnail, self.view.copied
        left, right = (Thumbnail.x_of(area, self.view.frame, tick) for tick in (first, last))
        painter.fillRect(left, area.bottom() - 1, right - left + 3, 2, self._look.theme.colour("warning"))

    def _paint_label(self, painter: QPainter, fill: QColor) -> None:
        if not self.view.label:
            return
        painter.setFont(self._look.figures)
        area, metrics = self._layout.thumbnail, QFontMetrics(self._look.figures)
        text = metrics.elidedText(self.view.label, Qt.TextElideMode.ElideRight, area.width() - 4)
        place = QRect(area.left() + 1, area.top(), metrics.horizontalAdvance(text) + 4, metrics.height())
        painter.fillRect(place, faded(fill, 0.85))
        painter.setPen(self._look.theme.colour("text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_figures(self, painter: QPainter) -> None:
        view, theme, places = self.view, self._look.theme, self._layout.figures
        painter.setFont(self._look.figures)
        status = view.status if self.marked is None else f"mix {view.frame.bars_text(*self.marked)}"
        if status:
            painter.setPen(theme.colour("text_dim" if self.marked is None else "text"))
            wide = QRect(places[0].left(), places[0].top(), self.width() - places[0].left() - 4, places[0].height())
            painter.drawText(wide, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, status)
            return
        narrow = self._layout.narrow
        for figure, place in zip(view.figures, places, strict=False):
            painter.setPen(theme.colour("warning" if figure.warns else "text" if view.heard else "text_dim"))
            text = figure.short if narrow and figure.short else figure.text
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_marked(self, painter: QPainter, colour: QColor) -> None:
        assert self.marked is not None
        area, frame = self._layout.thumbnail, self.view.frame
        start, end = frame.bars_ticks(*self.marked)
        left, right = (Thumbnail.x_of(area, frame, tick) for tick in (start, end))
        place = QRect(left, area.top(), right - left, area.height())
        painter.setPen(QPen(colour, 1))
        painter.setBrush(faded(colour, 0.30))
        painter.drawRect(place)

    def _paint_buttons(self, painter: QPainter, fill: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for name, place in (("accept", self._layout.keep), ("reject", self._layout.discard)):
            painter.setPen(QPen(self._look.theme.colour("border"), 1))
            painter.setBrush(faded(mixed(fill, self._look.theme.colour("raised"), 0.8), 0.92))
            painter.drawRoundedRect(place, 3, 3)
            painter.drawPixmap(place.adjusted(1, 1, -1, -1), self._look.icons[name])
