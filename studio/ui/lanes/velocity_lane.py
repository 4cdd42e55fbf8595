"""VelocityLane: a stem for every note; drag one, or draw a line across many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.edit.change import Change
from studio.ui.lanes.drag_velocity import DragVelocity
from studio.ui.lanes.draw_velocity import DrawVelocity
from studio.ui.lanes.stems import Stems, height_of, stem_at, tallest, velocity_at, visible_stems
from studio.ui.roll.context import KEYBOARD_WIDTH, RollContext
from studio.ui.roll.grid_lines import grid_lines
from studio.ui.roll.kept_picture import KeptPicture
from studio.ui.roll.note_painter import LEVELS, NotePainter
from studio.ui.roll.rect_batch import draw_lines, draw_rects
from studio.ui.roll.status_text import note_text
from studio.ui.roll.wheel import wheeled
from studio.ui.theme import faded

MARKS = (32, 64, 96)
HEAD_PX = 7


class VelocityLane(QWidget):
    """A press on a stem drags it (and the selection with it), a press beside them draws a line."""

    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._gesture: DragVelocity | DrawVelocity | None = None
        self._picture = KeptPicture(self, self._paint)
        self.setMinimumHeight(56)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Velocity")
        for signal in (context.viewportChanged, context.lookChanged, context.gridChanged):
            signal.connect(self._picture.make_stale)
        context.documentChanged.connect(self._on_document)
        context.playheadMoved.connect(self._on_playhead)

    def sizeHint(self) -> QSize:
        return QSize(600, 110)

    def _on_document(self, change: Change) -> None:
        if change.kind.changes_music:
            self._gesture = None
        self._picture.make_stale()

    def _on_playhead(self, old_x: float, new_x: float) -> None:
        for x in (old_x, new_x):
            if x >= -2:
                self.update(QRect(KEYBOARD_WIDTH + round(x) - 2, 0, 5, self.height()))

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._picture.draw(painter, event.rect())
            if (tick := self._context.playhead_tick) is not None:
                x = round(self._context.viewport.x(tick))
                if x >= 0:
                    line = QRect(KEYBOARD_WIDTH + x, 0, 1, self.height())
                    painter.fillRect(line, self._context.theme.colour("playhead"))

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self._context.theme.colour("row_black_key"))
        painter.translate(KEYBOARD_WIDTH, 0)
        self._paint_grid(painter)
        stems = visible_stems(self._context)
        self._paint_stems(painter, tallest(self._as_dragged(stems)))
        self._paint_line(painter)
        painter.translate(-KEYBOARD_WIDTH, 0)
        self._paint_gutter(painter)

    def _as_dragged(self, stems: Stems) -> Stems:
        if self._gesture is None or not (shown := self._gesture.shown()):
            return stems
        ids = self._context.notes.id[stems.rows].tolist()
        old = stems.velocity.tolist()
        velocity = np.array([shown.get(i, v) for i, v in zip(ids, old, strict=True)], np.int64)
        return replace(stems, velocity=velocity)

    def _paint_grid(self, painter: QPainter) -> None:
        context, theme = self._context, self._context.theme
        view = context.viewport
        lines = grid_lines(context.time_map, max(0, int(view.left_tick)), int(view.right_tick) + 1,
                           context.grid.ticks, view.px_per_tick)  # fmt: skip
        for ticks, colour in ((lines.beats, "line_grid"), (lines.bars, "line_beat")):
            painter.setPen(QPen(theme.colour(colour), 1))
            x = view.x(ticks).astype(int)
            draw_lines(painter, x, 0, x, self.height())
        painter.setPen(QPen(theme.colour("line_grid"), 1, Qt.PenStyle.DotLine))
        y = self.height() - height_of(np.array(MARKS), self.height())
        draw_lines(painter, 0, y, self.width(), y)
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.drawLine(0, 0, self.width(), 0)

    def _paint_stems(self, painter: QPainter, stems: Stems) -> None:
        context, theme = self._context, self._context.theme
        colour = theme.track_colour(context.document.current_track, context.track.colour)
        notes = NotePainter(theme)
        height = height_of(stems.velocity, self.height())
        top = self.height() - height
        gaps = np.diff(np.unique(stems.x))
        slim = len(gaps) > 0 and float(np.median(gaps)) < 2 * HEAD_PX  # heads must not run into each other
        some_selected = bool(stems.selected.any())
        painter.setPen(Qt.PenStyle.NoPen)
        for selected in (False, True):
            shades = notes.shades(colour, selected)
            level = stems.velocity * LEVELS // 128
            for value in np.unique(level[stems.selected == selected]):
                at = (stems.selected == selected) & (level == value)
                shade = shades[value] if selected or not some_selected else faded(shades[value], 0.45)
                painter.setBrush(shade)
                draw_rects(painter, stems.x[at], top[at], 2, height[at])
                if slim:
                    draw_rects(painter, stems.x[at] - 1, top[at] - 1, 4, 3)
                    continue
                draw_rects(painter, stems.x[at] - 2, top[at] - 3, HEAD_PX - 1, HEAD_PX)
                draw_rects(painter, stems.x[at] - 3, top[at] - 2, HEAD_PX + 1, HEAD_PX - 2)

    def _paint_line(self, painter: QPainter) -> None:
        line = self._gesture.line if isinstance(self._gesture, DrawVelocity) else None
        if line is None:
            return
        view, height = self._context.viewport, self.height()
        (first, first_velocity), (last, last_velocity) = line
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._context.theme.colour("accent"), 2))
        painter.drawLine(
            QPointF(view.x(first), height - int(height_of(first_velocity, height))),
            QPointF(view.x(last), height - int(height_of(last_velocity, height))),
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_gutter(self, painter: QPainter) -> None:
        theme = self._context.theme
        gutter = QRect(0, 0, KEYBOARD_WIDTH, self.height())
        painter.fillRect(gutter, theme.colour("panel"))
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        painter.drawText(gutter.adjusted(8, 6, 0, 0), Qt.AlignmentFlag.AlignTop, "Velocity")
        font.setPixelSize(9)
        painter.setFont(font)
        painter.setPen(theme.colour("text_dim"))
        for mark in MARKS if self.height() >= 90 else (64,):
            y = self.height() - int(height_of(mark, self.height()))
            if y > 24:
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(QRect(0, y - 6, KEYBOARD_WIDTH - 6, 12), right, str(mark))
        painter.setPen(theme.colour("border"))
        painter.drawLine(KEYBOARD_WIDTH - 1, 0, KEYBOARD_WIDTH - 1, self.height())
        painter.drawLine(0, 0, KEYBOARD_WIDTH, 0)

    # --- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x, y = event.position().x() - KEYBOARD_WIDTH, event.position().y()
        if event.button() is not Qt.MouseButton.LeftButton or x < 0:
            return
        stems = visible_stems(self._context)
        index = None if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else stem_at(stems, x, y, self.height())
        if index is not None:
            dragged = DragVelocity(self._context, int(stems.rows[index]))
            dragged.begin(y, self.height())
            self._gesture = dragged
        else:
            drawn = DrawVelocity(self._context)
            drawn.begin(x, y, self.height())
            self._gesture = drawn
        self._picture.make_stale()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, y = event.position().x() - KEYBOARD_WIDTH, event.position().y()
        if self._gesture is None:
            self._hover(x, y)
            return
        straight = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._gesture.update(x, y, self.height(), straight=straight)
        self._picture.make_stale()

    def _hover(self, x: float, y: float) -> None:
        stems = visible_stems(self._context)
        index = stem_at(stems, x, y, self.height())
        if index is None:
            self.setCursor(Qt.CursorShape.CrossCursor)
            self._context.statusText.emit(f"Velocity {velocity_at(y, self.height())}")
        else:
            self.setCursor(Qt.CursorShape.SizeVerCursor)
            self._context.statusText.emit(note_text(self._context, self._context.notes[int(stems.rows[index])]))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self.mouseMoveEvent(event)
        gesture, self._gesture = self._gesture, None
        gesture.end()
        self._picture.make_stale()

    def cancel_gesture(self) -> None:
        """Drop what the mouse is doing, leaving no trace."""
        self._gesture = None
        self._picture.make_stale()

    def leaveEvent(self, event: QEvent) -> None:
        self._context.statusText.emit("")

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = QPointF(event.position().x() - KEYBOARD_WIDTH, 0)
        self._context.scroll_by_user(wheeled(self._context, event, at))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._gesture is not None
        ):
            event.accept()
            if event.type() is QEvent.Type.KeyPress:
                self.cancel_gesture()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.cancel_gesture()
        super().focusOutEvent(event)
