"""KeyStrip: the keys beside the rows. Press to hear one, Shift-click to select all its notes.

While a model says what may come next, a bar on each key shows how likely it is.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from ml.music.general_midi import GM_DRUMS
from studio.edit.selection import select_pitch
from studio.ui.roll.context import KEYBOARD_WIDTH, RollContext
from studio.ui.roll.layers.rows import BLACK_KEYS
from studio.ui.roll.spelling import pitch_label
from studio.ui.roll.wheel import wheeled
from studio.ui.theme import faded, mixed

BLACK_LENGTH = 0.6
"""How long a black key is, of the width of the strip."""
FULL_BAR = 0.25
"""The probability whose bar is as long as a bar can be, unless a key is likelier: then the likeliest one's is."""
LONGEST_BAR = 0.68
"""Of the width of the strip: the names stand to the right of it."""
LEAST_SHOWN = 0.005
TOOLTIP = "Press: hear. Shift-click: select all notes of this pitch."


def share_text(share: float) -> str:
    """A probability in words that need no decimals: "23 %", "< 1 %"."""
    return "< 1 %" if 0 < share < 0.005 else f"{share:.0%}".replace("%", " %")


class KeyStrip(QWidget):
    """A piano on melodic tracks; on drum tracks the names of the drums."""

    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._pressed: int | None = None
        self._hovered = -1
        self.setFixedWidth(KEYBOARD_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName("Keys")
        self.setToolTip(TOOLTIP)
        for signal in (context.viewportChanged, context.lookChanged, context.documentChanged):
            signal.connect(self.update)
        context.insight.heatChanged.connect(self.update)
        context.pitchHovered.connect(self._on_hover)

    def _on_hover(self, pitch: int) -> None:
        if pitch != self._hovered:
            self._hovered = pitch
            self.update()

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ends also on an error, which Qt would not survive else
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        view = self._context.viewport
        painter.fillRect(self.rect(), self._context.theme.colour("key_white"))
        pitches = range(view.pitch(self.height()), view.pitch(0) + 1)
        if self._context.track.drums:
            for pitch in pitches:
                self._paint_drum(painter, pitch, QRect(0, view.y(pitch), self.width(), view.row_px))
        else:
            for pitch in pitches:
                self._paint_key(painter, pitch, QRect(0, view.y(pitch), self.width(), view.row_px))
        self._paint_heat(painter, pitches)
        painter.setPen(self._context.theme.colour("border"))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())

    def _paint_key(self, painter: QPainter, pitch: int, row: QRect) -> None:
        theme = self._context.theme
        white, black, text = theme.colour("key_white"), theme.colour("key_black"), theme.colour("key_text")
        accent = theme.colour("accent")
        line = mixed(white, text, 0.35)
        lit = accent if pitch == self._pressed else mixed(white, accent, 0.45) if pitch == self._hovered else None
        if BLACK_KEYS[pitch]:
            length = round(self.width() * BLACK_LENGTH)
            painter.fillRect(row, white)
            painter.fillRect(QRect(length, row.center().y(), self.width() - length, 1), line)
            key = QRect(0, row.top(), length, max(row.height() - 1, 2))
            painter.fillRect(key, black if lit is None else mixed(black, accent, 0.6 if pitch != self._pressed else 1))
            if row.height() >= 8:
                painter.fillRect(QRect(length - 3, row.top(), 2, key.height() - 1), mixed(black, white, 0.18))
        else:
            painter.fillRect(row, white if lit is None else lit)
            if pitch % 12 in (0, 5):
                painter.fillRect(QRect(0, row.bottom(), self.width(), 1), line)
        octave = pitch % 12 == 0
        named = octave or (row.height() >= 14 and pitch == self._hovered)
        if named and (row.height() >= 7 or octave):
            self._write(painter, row, pitch_label(pitch, self._context.key), text, bold=octave, right=True)

    def _paint_drum(self, painter: QPainter, pitch: int, row: QRect) -> None:
        theme = self._context.theme
        fill = theme.colour("panel" if pitch % 2 else "raised")
        if pitch in (self._pressed, self._hovered):
            fill = mixed(fill, theme.colour("accent"), 1.0 if pitch == self._pressed else 0.3)
        painter.fillRect(row, fill)
        if row.height() >= 8:
            ink = theme.colour("on_accent" if pitch == self._pressed else "text")
            self._write(painter, row, GM_DRUMS.get(pitch, pitch_label(pitch)), ink, bold=False, right=False)

    def _paint_heat(self, painter: QPainter, pitches: range) -> None:
        """Bars from the left, as long as each key is likely."""
        heat, view = self._context.insight.heat, self._context.viewport
        if heat is None:
            return
        accent = self._context.theme.colour("accent")
        edge, full = self._context.theme.colour("key_black"), max(float(heat.max()), FULL_BAR)
        for pitch in pitches:
            share = float(heat[pitch])
            if share >= LEAST_SHOWN:
                width = max(round(self.width() * LONGEST_BAR * share / full), 2)
                bar = QRect(0, view.y(pitch), width, max(view.row_px - 1, 2))
                painter.fillRect(bar, faded(accent, 0.85))
                painter.fillRect(QRect(bar.right(), bar.top(), 1, bar.height()), edge)

    def likelihood_text(self, pitch: int) -> str:
        """ "C5: 23 %", "" while nobody says how likely a key is."""
        heat = self._context.insight.heat
        if heat is None:
            return ""
        name = pitch_label(pitch, self._context.key)
        if self._context.track.drums:
            name = GM_DRUMS.get(pitch, name)
        return f"{name}: {share_text(float(heat[pitch]))}"

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.likelihood_text(self._context.viewport.pitch(event.pos().y()))
            if text:
                QToolTip.showText(event.globalPos(), f"{text}\n{TOOLTIP}", self)
                return True
        return super().event(event)

    def _write(self, painter: QPainter, row: QRect, text: str, ink: object, *, bold: bool, right: bool) -> None:
        font = QFont(self.font())
        font.setPixelSize(min(max(row.height() - 3, 8), 11 if right else 10))
        font.setBold(bold)
        painter.setFont(font)
        painter.setPen(ink)
        area = row.adjusted(5, 0, -6 if right else -2, 0)
        text = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        if area.height() < 11:
            area.adjust(0, -3, 0, 3)
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, text)

    # --- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        pitch = self._context.viewport.pitch(event.position().y())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            document = self._context.document
            document.select(select_pitch(document.score, document.current_track, pitch))
        self._press(pitch)

    def _press(self, pitch: int | None) -> None:
        if pitch != self._pressed:
            self._pressed = pitch
            self._context.hearing.sound([] if pitch is None else [(pitch, self._context.template.velocity)])
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pitch = self._context.viewport.pitch(event.position().y())
        self._context.pitchHovered.emit(pitch)
        self._context.statusText.emit(self.likelihood_text(pitch) or pitch_label(pitch, self._context.key))
        if self._pressed is not None:
            self._press(pitch)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._press(None)

    def leaveEvent(self, event: QEvent) -> None:
        self._context.pitchHovered.emit(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._context.scroll_by_user(wheeled(self._context, event, QPointF(0, event.position().y())))
        event.accept()
