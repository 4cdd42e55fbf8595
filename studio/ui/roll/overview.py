"""Overview: the whole piece in a strip above the ruler; drag to scroll, drag an end of the frame to zoom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ml.music import Score
from studio.edit.change import Change
from studio.ui.roll.context import RollContext
from studio.ui.roll.occupancy import occupancy, occupancy_image
from studio.ui.roll.wheel import wheeled
from studio.ui.theme import Theme, faded

HEIGHT = 34
EDGE_PX = 5
PADDING_PX = 3


class Overview(QWidget):
    """The picture of the piece is made once for each change of its notes and kept."""

    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._picture: QImage | None = None
        self._picture_scale = 0.0
        self._grip: tuple[str, float] | None = None
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Overview")
        self.setToolTip("The whole piece. Drag to scroll, drag an end of the frame to zoom.")
        context.documentChanged.connect(self._on_document)
        context.lookChanged.connect(self._redraw)
        context.viewportChanged.connect(self.update)
        context.playheadMoved.connect(self.update)

    def _on_document(self, change: Change) -> None:
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    @property
    def _px_per_tick(self) -> float:
        return self.width() / max(self._context.content_end_tick, self._context.viewport.right_tick, 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ends also on an error, which Qt would not survive else
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        context, theme = self._context, self._context.theme
        scale = self._px_per_tick
        if self._picture is None or self._picture_scale != scale:
            ratio = self.devicePixelRatioF()
            size = round(self.width() * ratio), round((HEIGHT - 2 * PADDING_PX - 1) * ratio)
            shown = context.document.score, context.document.current_track
            self._picture = overview_picture(*shown, theme, size, scale * ratio)
            self._picture_scale = scale
        painter.fillRect(self.rect(), theme.colour("field"))
        inner = QRectF(0, PADDING_PX, self.width(), HEIGHT - 2 * PADDING_PX - 1)
        painter.drawImage(inner, self._picture)
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
        if context.playhead_tick is not None:
            painter.fillRect(QRectF(round(context.playhead_tick * scale), 0, 1, HEIGHT), theme.colour("playhead"))
        painter.fillRect(QRectF(0, HEIGHT - 1, self.width(), 1), theme.colour("border"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None

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


def overview_picture(
    score: Score, current_track: int, theme: Theme, size: tuple[int, int], px_per_tick: float
) -> QImage:
    """All tracks in their colours, the current one on top; `size` is width and height in device pixels.

    The pitches in use fill the height; where there are more pitches than pixels, neighbours share one.
    """
    width, height = size
    tables = [track.notes for track in score.tracks if len(track.notes)]
    low = max(min((int(t.pitch.min()) for t in tables), default=48) - 2, 0)
    high = min(max((int(t.pitch.max()) for t in tables), default=72) + 2, 127)
    pixel_of = (high - np.arange(127, -1, -1)) * height // (high - low + 1)
    result = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    for index in sorted(range(len(score.tracks)), key=lambda index: index == current_track):
        track = score.tracks[index]
        if len(track.notes):
            table = track.notes
            covered = occupancy(table.start * px_per_tick, table.end * px_per_tick, table.pitch, width)
            shown = np.zeros((height, width), bool)
            for row in range(127 - high, 128 - low):
                shown[pixel_of[row]] |= covered[row]
            colour = faded(theme.track_colour(index, track.colour), 1.0 if index == current_track else 0.6)
            painter.drawImage(0, 0, occupancy_image(shown, colour))
    painter.end()
    return result
