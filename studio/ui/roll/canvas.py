"""NoteArea: the painted surface of the roll. Layers in a kept picture, overlays on top, gestures from the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio.edit.change import Change
from studio.ui.roll.context import RollContext
from studio.ui.roll.gestures.dispatch import Dispatcher
from studio.ui.roll.gestures.gesture import Gesture
from studio.ui.roll.gestures.pointer import Pointer, pointer_at
from studio.ui.roll.hit import hit_at
from studio.ui.roll.kept_picture import KeptPicture
from studio.ui.roll.layers.arcs import ArcLayer
from studio.ui.roll.layers.captions import CaptionLayer
from studio.ui.roll.layers.ghosts import GhostLayer
from studio.ui.roll.layers.grid import GridLayer
from studio.ui.roll.layers.hint import HintLayer
from studio.ui.roll.layers.layer import Layer
from studio.ui.roll.layers.notes import NoteLayer
from studio.ui.roll.layers.playhead import STRIP_PX, PlayheadLayer
from studio.ui.roll.layers.regions import RegionLayer
from studio.ui.roll.layers.rows import RowLayer
from studio.ui.roll.layers.takes import TakeNotesLayer
from studio.ui.roll.pointing import pointed_at
from studio.ui.roll.status_text import note_text, place_text, surprise_text
from studio.ui.roll.wheel import wheeled

AUTOSCROLL_MS = 30


class NoteArea(QWidget):
    """`menuRequested` carries a global position, and tick and pitch there, when the right button opens a menu."""

    menuRequested = Signal(QPoint, float, int)

    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._dispatcher = Dispatcher(context)
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._mouse = QPointF()
        self._note_layer = NoteLayer(context)
        self._layers: tuple[Layer, ...] = (
            RowLayer(context),
            GridLayer(context),
            RegionLayer(context),
            GhostLayer(context),
            self._note_layer,
        )
        self._take_layer = TakeNotesLayer(context)
        self._hint, self._playhead = HintLayer(context), PlayheadLayer(context)
        self._arcs, self._captions = ArcLayer(context), CaptionLayer(context)
        self.overlays: list[Layer] = []
        """Layers of other parts of the window, drawn over notes and takes on every frame."""
        self._picture = KeptPicture(self, self._paint_layers)
        self._takes_picture = KeptPicture(self, self._paint_takes)
        self._autoscroll = QTimer(self)
        self._autoscroll.setInterval(AUTOSCROLL_MS)
        self._autoscroll.timeout.connect(self._scroll_towards_mouse)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Piano roll")
        self.setMinimumSize(160, 80)
        for signal in (
            context.viewportChanged, context.lookChanged, context.gridChanged, context.loopChanged,
            context.timeSelectionChanged,
        ):  # fmt: skip
            signal.connect(self._picture.make_stale)
        for signal in (context.viewportChanged, context.lookChanged, context.takeNotesChanged):
            signal.connect(self._takes_picture.make_stale)
        for picture in (self._picture, self._takes_picture):
            context.insight.surpriseChanged.connect(picture.make_stale)
        context.insight.overlayChanged.connect(self.update)
        context.insight.explainingChanged.connect(self._update_cursor)
        context.documentChanged.connect(self._on_document)
        context.playheadMoved.connect(self._on_playhead)
        context.toolChanged.connect(self._update_cursor)

    # --- painting

    def _on_document(self, change: Change) -> None:
        if self._gesture is not None and change.kind.changes_music:
            self.cancel_gesture()  # what the gesture holds may be gone
        self._picture.make_stale()

    def _on_playhead(self, old_x: float, new_x: float) -> None:
        for x in (old_x, new_x):
            if -STRIP_PX <= x <= self.width() + STRIP_PX:
                self.update(QRect(round(x) - STRIP_PX, 0, 2 * STRIP_PX + 1, self.height()))

    def _paint_layers(self, painter: QPainter) -> None:
        for layer in self._layers:
            layer.paint(painter, self.rect())

    def _paint_takes(self, painter: QPainter) -> None:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.fillRect(self.rect(), Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        self._take_layer.paint(painter, self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        area = event.rect()
        with QPainter(self) as painter:  # ends also on an error, which Qt would not survive else
            self._picture.draw(painter, area)
            if self._context.takes:
                self._takes_picture.draw(painter, area)
            if self._gesture is not None:
                self._gesture.paint(painter, self._note_layer.painter_for(self.devicePixelRatioF()))
            else:
                self._hint.paint(painter, area)
            for layer in self.overlays:
                layer.paint(painter, area)
            self._arcs.paint(painter, area)
            self._captions.paint(painter, area)
            self._playhead.paint(painter, area)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._context.viewport = self._context.viewport.resized(event.size().width(), event.size().height())

    # --- the mouse

    def _pointer(self, event: QMouseEvent | None = None, modifiers: Qt.KeyboardModifier | None = None) -> Pointer:
        if event is not None:
            self._mouse, modifiers = event.position(), event.modifiers()
        held = Qt.KeyboardModifier.NoModifier if modifiers is None else modifiers
        return pointer_at(self._context.viewport, self._mouse.x(), self._mouse.y(), held)

    def mousePressEvent(self, event: QMouseEvent, double: bool = False) -> None:
        if self._gesture is not None:
            return
        at = self._pointer(event)
        gesture = self._dispatcher.press(event.button(), at, double=double)
        if gesture is None:
            if event.button() is Qt.MouseButton.RightButton:
                self._context.insight.mark(pointed_at(self._context, at.x, at.y))
                self._select_for_menu(at)
                self.menuRequested.emit(event.globalPosition().toPoint(), at.tick, at.pitch)
            return
        self._gesture, self._button = gesture, event.button()
        gesture.begin(at)
        self.update()

    def _select_for_menu(self, at: Pointer) -> None:
        """What the menu offers is meant for the note under the mouse: select it, unless it is already."""
        document = self._context.document
        hit = hit_at(self._context, at.x, at.y)
        if hit is not None and hit.id not in document.selection.ids:
            document.select(document.selection.with_ids({hit.id}))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event, double=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._pointer(event)
        if self._gesture is None:
            self._hover(at)
            return
        self._gesture.update(at)
        self._context.pitchHovered.emit(at.pitch)
        if self.rect().contains(event.position().toPoint()):
            self._autoscroll.stop()
        elif not self._autoscroll.isActive():
            self._autoscroll.start()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture is None or event.button() is not self._button:
            return
        gesture, self._gesture = self._gesture, None
        self._autoscroll.stop()
        gesture.end(self._pointer(event))
        self._update_cursor()
        self.update()

    def cancel_gesture(self) -> None:
        """Drop what the mouse is doing, leaving no trace."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            self._autoscroll.stop()
            gesture.cancel()
            self._update_cursor()
            self.update()

    @property
    def busy(self) -> bool:
        """Whether a gesture is going on."""
        return self._gesture is not None

    def _hover(self, at: Pointer) -> None:
        context = self._context
        self._update_cursor()
        context.pitchHovered.emit(at.pitch)
        pointed = context.insight.pointed = pointed_at(context, at.x, at.y)
        hit = hit_at(context, at.x, at.y)
        text = place_text(context, at.tick, at.pitch) if hit is None else note_text(context, context.notes[hit.row])
        context.statusText.emit(text + surprise_text(context, pointed))

    def _update_cursor(self) -> None:
        if self._gesture is None:
            self.setCursor(QCursor(self._dispatcher.cursor(self._pointer())))

    def _scroll_towards_mouse(self) -> None:
        """The mouse is held outside: scroll there, the faster the further out it is."""
        if self._gesture is None:
            self._autoscroll.stop()
            return
        outside_x = min(self._mouse.x(), 0) + max(self._mouse.x() - self.width(), 0)
        outside_y = min(self._mouse.y(), 0) + max(self._mouse.y() - self.height(), 0)
        self._context.scroll_by_user(self._context.viewport.scrolled(outside_x / 2, outside_y / 4))
        self._gesture.update(self._pointer())
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._context.scroll_by_user(wheeled(self._context, event, event.position()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._context.pitchHovered.emit(-1)
        self._context.insight.pointed = None
        self._context.statusText.emit("")

    # --- keys, focus, touchpad

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            quarter = self._context.document.score.ticks_per_quarter
            pinched = self._context.viewport.time_zoomed(1 + event.value(), event.position().x(), quarter)
            self._context.scroll_by_user(pinched)
            return True
        overriding = event.type() is QEvent.Type.ShortcutOverride and self._gesture is not None
        if overriding and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # while the mouse holds something Esc is for the gesture, not for the window's Esc
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._gesture is not None:
            self.cancel_gesture()
        elif not self._modifier_changed(event, pressed=True):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._modifier_changed(event, pressed=False):
            super().keyReleaseEvent(event)

    def _modifier_changed(self, event: QKeyEvent, pressed: bool) -> bool:
        """Show at once what Ctrl, Shift or Alt do to the gesture; whether the key was one of them."""
        modifier = MODIFIER_KEYS.get(Qt.Key(event.key()))
        if modifier is None:
            return False
        held = event.modifiers() | modifier if pressed else event.modifiers() & ~modifier
        if self._gesture is not None:
            self._gesture.update(self._pointer(modifiers=held))
            self.update()
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.cancel_gesture()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.cancel_gesture()
        super().hideEvent(event)


MODIFIER_KEYS = {
    Qt.Key.Key_Shift: Qt.KeyboardModifier.ShiftModifier,
    Qt.Key.Key_Control: Qt.KeyboardModifier.ControlModifier,
    Qt.Key.Key_Alt: Qt.KeyboardModifier.AltModifier,
}
