"""Overview: the whole piece in a strip above the ruler; drag to scroll, drag an end of the frame to zoom."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.ui.roll.context import RollContext
from studio.ui.roll.kept_picture import KeptPicture
from studio.ui.roll.overview_picture import OverviewPicture
from studio.ui.roll.wheel import wheeled
from studio.ui.theme import faded

HEIGHT = 34
EDGE_PX = 5
PADDING_PX = 3


class Overview(QWidget):
    """A frame shows what is in sight of the note area."""

    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._piece = OverviewPicture()
        self._picture = KeptPicture(self, self._paint)
        self._playhead_px = 0
        self._grip: tuple[str, float] | None = None
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Overview")
        self.setToolTip("The whole piece. Drag to scroll, drag an end of the frame to zoom.")
        for signal in (context.documentChanged, context.lookChanged, context.viewportChanged):
            signal.connect(self._picture.make_stale)
        context.playheadMoved.connect(self._on_playhead)

    def _on_playhead(self) -> None:
        old, self._playhead_px = self._playhead_px, round((self._context.playhead_tick or 0) * self._px_per_tick)
        for x in {old, self._playhead_px}:
            self.update(QRect(x - 1, 0, 3, HEIGHT))

    @property
    def _px_per_tick(self) -> float:
        return self.width() / max(self._context.content_end_tick, self._context.viewport.right_tick, 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._picture.draw(painter, event.rect())
            if (tick := self._context.playhead_tick) is not None:
                x = round(tick * self._px_per_tick)
                painter.fillRect(QRect(x, 0, 1, HEIGHT), self._context.theme.colour("playhead"))

    def _paint(self, painter: QPainter) -> None:
        context, theme = self._context, self._context.theme
        scale, ratio = self._px_per_tick, self.devicePixelRatioF()
        size = round(self.width() * ratio), round((HEIGHT - 2 * PADDING_PX - 1) * ratio)
        piece = self._piece.image(context.score, context.document.current_track, theme, size, scale * ratio)
        painter.fillRect(self.rect(), theme.colour("field"))
        inner = QRectF(0, PADDING_PX, self.width(), HEIGHT - 2 * PADDING_PX - 1)
        painter.drawImage(inner, piece)
        for layer in context.takes:
            if layer.region is not None and layer.active:
                left, right = (tick * scale for tick in layer.region)
                painter.fillRect(QRectF(left, 0, right - left, HEIGHT), faded(theme.take_colour(layer.colour), 0.35))
        view = context.viewport
        left, right = view.left_tick * scale, min(view.right_tick * scale, self.width() - 1)
        for outside in (QRectF(0, 0, left, HEIGHT), QRectF(right, 0, self.width() - right, HEIGHT)):
            painter.fillRect(outside, faded(theme.colour("window"), 0.5))
        painter.setPen(QPen(theme.colour("text_dim"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(round(left), 0, max(round(right) - round(left), 4), HEIGHT - 2))
        painter.fillRect(QRectF(0, HEIGHT - 1, self.width(), 1), theme.colour("border"))

    # --- the mouse

    def _grip_at(self, x: float) -> str:
        view, scale = self._context.viewport, self._px_per_tick
        left, right = view.left_tick * scale, view.right_tick * scale
        if right - left > 4 * EDGE_PX:
            if abs(x - left) <= EDGE_PX:
                return "left"
            if abs(x - right) <= EDGE_PX:
                return "right"
        return "frame"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        x, view, scale = event.position().x(), self._context.viewport, self._px_per_tick
        left, right = view.left_tick * scale, view.right_tick * scale
        grip = self._grip_at(x)
        offset = x - left if grip == "frame" and left <= x <= right else (right - left) / 2
        self._grip = (grip, offset)
        self._drag_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._grip is not None:
            self._drag_to(x)
            return
        edge = self._grip_at(x) != "frame"
        self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)

    def _drag_to(self, x: float) -> None:
        if self._grip is None:
            return
        context, view, scale = self._context, self._context.viewport, self._px_per_tick
        grip, offset = self._grip
        tick = min(max(x, 0.0), float(self.width())) / scale
        quarter = context.document.score.ticks_per_quarter
        if grip == "left" and tick < view.right_tick - quarter:
            right = view.right_tick
            zoomed = view.time_zoomed((right - view.left_tick) / (right - tick), view.width, quarter)
            context.scroll_by_user(zoomed)
        elif grip == "right" and tick > view.left_tick + quarter:
            context.scroll_by_user(
                view.time_zoomed((view.right_tick - view.left_tick) / (tick - view.left_tick), 0, quarter)
            )
        elif grip == "frame":
            context.scroll_by_user(replace(view, left_tick=(x - offset) / scale).clamped())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        context = self._context
        at = event.position()
        at.setX(float(context.viewport.x(at.x() / self._px_per_tick)))
        context.scroll_by_user(wheeled(context, event, at))
        event.accept()
