"""Ruler: bar numbers, markers, loop and time selection. Click to hear from there, drag to set either."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio.ui.roll.context import RollContext
from studio.ui.roll.grid_lines import grid_lines
from studio.ui.roll.kept_picture import KeptPicture
from studio.ui.roll.rect_batch import draw_lines
from studio.ui.roll.ruler_drag import LoopDrag, RangeDrag, RulerDrag
from studio.ui.roll.wheel import wheeled
from studio.ui.theme import faded

HEIGHT = 44
LOOP_HEIGHT = 20
"""The upper part, where a drag sets the loop; below it a drag selects time."""
MARK_PX = 6
"""Half the width of the playhead's mark."""
NUMBER_GAP_PX = 44
"""Bar numbers are at least this far apart."""


class Ruler(QWidget):
    """`seekRequested` carries the tick of a click, `loopRequested` the ticks of a finished loop drag."""

    seekRequested = Signal(int)
    loopRequested = Signal(int, int)
    released = Signal()
    """The mouse has let go, or Esc dropped the drag: the keyboard goes back to the note area."""

    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._drag: RulerDrag | None = None
        self._picture = KeptPicture(self, self._paint)
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that Esc reaches a drag
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Ruler")
        self.setToolTip("Click: play from here. Drag above: loop. Drag below: select bars.")
        for signal in (
            context.viewportChanged, context.lookChanged, context.gridChanged, context.loopChanged,
            context.timeSelectionChanged, context.documentChanged,
        ):  # fmt: skip
            signal.connect(self._picture.make_stale)
        context.playheadMoved.connect(self._on_playhead)

    def _on_playhead(self, old_x: float, new_x: float) -> None:
        for x in (old_x, new_x):
            if -MARK_PX <= x <= self.width() + MARK_PX:
                self.update(QRect(round(x) - MARK_PX - 1, 0, 2 * MARK_PX + 3, HEIGHT))

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._picture.draw(painter, event.rect())
            self._paint_playhead(painter)

    def _paint(self, painter: QPainter) -> None:
        theme = self._context.theme
        painter.fillRect(self.rect(), theme.colour("ruler"))
        painter.fillRect(QRect(0, 0, self.width(), LOOP_HEIGHT), theme.colour("field"))
        self._paint_range(painter)
        self._paint_bars(painter)
        self._paint_signs(painter)
        self._paint_loop(painter)
        painter.setPen(theme.colour("border"))
        painter.drawLine(0, HEIGHT - 1, self.width(), HEIGHT - 1)

    def _paint_bars(self, painter: QPainter) -> None:
        context, theme = self._context, self._context.theme
        view = context.viewport
        start, end = max(0, int(view.left_tick)), int(view.right_tick) + 1
        # Numbers hang to the right of their line, so the bar before the first visible one may show.
        first_bar = context.time_map.bar_start(context.time_map.bar_at(start))
        lines = grid_lines(context.time_map, first_bar, end, context.grid.ticks, view.px_per_tick)
        for ticks, colour, top in (
            (lines.steps, "line_grid", HEIGHT - 6),
            (lines.beats, "line_beat", HEIGHT - 9),
            (lines.bars, "line_bar", LOOP_HEIGHT + 2),
        ):
            painter.setPen(QPen(theme.colour(colour), 1))
            x = view.x(ticks).astype(int)
            draw_lines(painter, x, top, x, HEIGHT - 2)
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        last = -NUMBER_GAP_PX
        every = self._numbers_every(lines.numbers.tolist(), view.x(lines.bars).tolist())
        for number, x in zip(lines.numbers.tolist(), view.x(lines.bars).tolist(), strict=True):
            if (number - 1) % every == 0 and x - last >= 24:
                painter.drawText(QRect(int(x) + 5, LOOP_HEIGHT, 60, HEIGHT - LOOP_HEIGHT - 5),
                                 Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(number))  # fmt: skip
                last = x
        self._paint_beat_numbers(painter, lines.beats.tolist())

    @staticmethod
    def _numbers_every(numbers: list[int], x: list[float]) -> int:
        """Every how many bars a number fits: 1, 2, 4, 8, ..."""
        if len(numbers) < 2:
            return 1
        bar_px = (x[-1] - x[0]) / max(numbers[-1] - numbers[0], 1)
        every = 1
        while bar_px * every < NUMBER_GAP_PX:
            every *= 2
        return every

    def _paint_beat_numbers(self, painter: QPainter, beats: list[int]) -> None:
        view, time_map = self._context.viewport, self._context.time_map
        if len(beats) < 2 or (beats[1] - beats[0]) * view.px_per_tick < 56:
            return
        font = QFont(painter.font())
        font.setPixelSize(10)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(self._context.theme.colour("text_dim"))
        for tick in beats:
            place = time_map.bar_beat(tick)
            painter.drawText(QRect(int(view.x(tick)) + 4, LOOP_HEIGHT, 60, HEIGHT - LOOP_HEIGHT - 4),
                             Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                             f"{place.bar}.{place.beat}")  # fmt: skip

    def _paint_signs(self, painter: QPainter) -> None:
        """Metre, key and marker texts in the upper half, as far as there is room before the next one."""
        score, view, theme = self._context.document.score, self._context.viewport, self._context.theme
        signs: dict[int, list[str]] = {}
        for metre in score.time_map.metres:
            signs.setdefault(metre.tick, []).append(str(metre))
        for signature in score.key_signatures:
            signs.setdefault(signature.tick, []).append(str(signature.key))
        for marker in score.markers:
            signs.setdefault(marker.tick, []).append(marker.text)
        font = QFont(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(theme.colour("text_dim"))
        metrics = QFontMetrics(font)
        ticks = sorted(signs)
        for tick, following in zip(ticks, [*ticks[1:], None], strict=True):
            x = int(view.x(tick)) + 5
            if x > self.width():
                break
            end = self.width() if following is None else int(view.x(following)) - 2
            room = end - x
            if end > 0 and room > 16:
                text = metrics.elidedText("  ".join(signs[tick]), Qt.TextElideMode.ElideRight, room)
                painter.drawText(QRect(x, 0, room, LOOP_HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_range(self, painter: QPainter) -> None:
        if (ticks := self._context.time_selection) is None:
            return
        view, accent = self._context.viewport, self._context.theme.colour("accent")
        left, right = (round(view.x(tick)) for tick in ticks)
        painter.fillRect(QRect(left, LOOP_HEIGHT, max(right - left, 1), HEIGHT - LOOP_HEIGHT), faded(accent, 0.30))

    def _paint_loop(self, painter: QPainter) -> None:
        if (loop := self._context.loop) is None:
            return
        view, accent = self._context.viewport, self._context.theme.colour("accent")
        left, right = (round(view.x(tick)) for tick in loop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(accent, 0.28))
        painter.drawRoundedRect(QRectF(left, 2, max(right - left, 2), LOOP_HEIGHT - 4), 3, 3)
        painter.setBrush(accent)
        painter.drawRoundedRect(QRectF(left, LOOP_HEIGHT - 6, max(right - left, 2), 4), 2, 2)
        for x in (left, right - 3):
            painter.drawRoundedRect(QRectF(x, 2, 3, LOOP_HEIGHT - 4), 1, 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_playhead(self, painter: QPainter) -> None:
        if (tick := self._context.playhead_tick) is None:
            return
        x = round(self._context.viewport.x(tick)) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._context.theme.colour("playhead"))
        painter.drawPolygon(
            QPolygonF([QPointF(x - MARK_PX, HEIGHT - 11), QPointF(x + MARK_PX, HEIGHT - 11), QPointF(x, HEIGHT - 1)])
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # --- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or self._drag is not None:
            return
        upper = event.position().y() < LOOP_HEIGHT
        self._drag = LoopDrag(self._context) if upper else RangeDrag(self._context)
        self._drag.begin(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        context = self._context
        context.statusText.emit(str(context.time_map.bar_beat(max(0, int(context.viewport.tick(x))))))
        if self._drag is not None:
            self._drag.update(x, bypassed=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
            return
        upper = event.position().y() < LOOP_HEIGHT
        over_edge = upper and LoopDrag(context).edge_at(x) is not None
        self.setCursor(Qt.CursorShape.SizeHorCursor if over_edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        drag, self._drag = self._drag, None
        context = self._context
        if not drag.dragged:
            drag.cancel()
            if event.position().y() >= LOOP_HEIGHT:
                context.time_selection = None
            bypassed = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            tick = max(0, int(context.viewport.tick(event.position().x())))
            self.seekRequested.emit(tick if bypassed else context.grid.nearest(tick))
        elif isinstance(drag, LoopDrag) and context.loop is not None:
            self.loopRequested.emit(*context.loop)
        self.released.emit()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._drag is not None
        ):
            event.accept()
            if event.type() is QEvent.Type.KeyPress:
                self._drag.cancel()
                self._drag = None
                self.released.emit()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._context.scroll_by_user(wheeled(self._context, event, QPointF(event.position().x(), 0)))
        event.accept()
