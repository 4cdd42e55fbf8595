"""RollView: note area, keys, ruler and overview put together; what the window embeds."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QScrollBar, QWidget

from studio.edit.change import Change, ChangeKind
from studio.ui.roll.canvas import NoteArea
from studio.ui.roll.context import KEYBOARD_WIDTH, RollContext
from studio.ui.roll.corner import Corner
from studio.ui.roll.keyboard import KeyStrip
from studio.ui.roll.overview import Overview
from studio.ui.roll.ruler import Ruler
from studio.ui.roll.takes import TakeLayer
from studio.ui.roll.viewport import PITCHES

OPENING_BARS = 8
"""How many bars are in sight when a piece is opened."""


class RollView(QWidget):
    """The piano roll. Edits go straight to the document; everything else it asks for by signals."""

    seekRequested = Signal(int)
    """A tick that the user clicked on the ruler."""
    loopRequested = Signal(int, int)
    """First and last tick of a loop that the user drew; the roll shows it already."""
    timeSelectionChanged = Signal()
    statusText = Signal(str)
    menuRequested = Signal(QPoint, float, int)
    """Global position of a right click in the select tool, and tick and pitch there."""
    followingChanged = Signal(bool)

    def __init__(self, context: RollContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.note_area = NoteArea(context, self)
        self.ruler = Ruler(context, self)
        self.keys = KeyStrip(context, self)
        self.overview = Overview(context, self)
        self._following = True
        self._scroll_bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._scroll_bar.setAccessibleName("Pitch")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Corner(context, self), 0, 0, 2, 1)
        layout.addWidget(self.overview, 0, 1, 1, 2)
        layout.addWidget(self.ruler, 1, 1, 1, 2)
        layout.addWidget(self.keys, 2, 0)
        layout.addWidget(self.note_area, 2, 1)
        layout.addWidget(self._scroll_bar, 2, 2)
        layout.setRowStretch(2, 1)
        layout.setColumnStretch(1, 1)
        layout.setColumnMinimumWidth(0, KEYBOARD_WIDTH)
        self.setFocusProxy(self.note_area)
        for strip in (self.keys, self.overview):
            strip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            strip.setFocusProxy(self.note_area)
        self.ruler.released.connect(self.note_area.setFocus)
        self.ruler.seekRequested.connect(self.seekRequested)
        self.ruler.loopRequested.connect(self.loopRequested)
        self.note_area.menuRequested.connect(self.menuRequested)
        context.statusText.connect(self.statusText)
        context.timeSelectionChanged.connect(self.timeSelectionChanged)
        context.userScrolled.connect(self._on_user_scrolled)
        context.viewportChanged.connect(self._sync_scroll_bar)
        context.documentChanged.connect(self._on_document)
        self._scroll_bar.valueChanged.connect(self._on_scroll_bar)
        self._opened = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._opened:  # only now is the size known that the first view must fit
            self._opened = True
            self.show_opening()

    # --- what the window tells it

    def set_take_layers(self, layers: Iterable[TakeLayer]) -> None:
        """Show these takes and no others; called again while notes stream in."""
        self.context.takes = tuple(layers)

    def set_playhead(self, tick: float | None) -> None:
        """Move the playhead; a page is turned when it leaves the sight of somebody who follows it."""
        self.context.playhead_tick = tick
        if tick is not None and self._following and not self.note_area.busy:
            self.context.viewport = self.context.viewport.revealing(tick)

    def set_loop(self, start_tick: int | None, end_tick: int | None = None) -> None:
        """Show this loop, or none when either tick is None."""
        self.context.loop = None if start_tick is None or end_tick is None else (start_tick, end_tick)

    @property
    def time_selection(self) -> tuple[int, int] | None:
        """Ticks [start, end) marked on the ruler: what Continue goes on from."""
        return self.context.time_selection

    @property
    def following(self) -> bool:
        return self._following

    def set_following(self, following: bool) -> None:
        """Turn pages with the playhead or not. Scrolling by hand turns it off; `followingChanged` says so."""
        if following != self._following:
            self._following = following
            self.followingChanged.emit(following)

    def _on_user_scrolled(self) -> None:
        playhead, view = self.context.playhead_tick, self.context.viewport
        if playhead is not None and not view.left_tick <= playhead < view.right_tick:
            self.set_following(False)

    def cancel_gesture(self) -> bool:
        """Drop what the mouse is doing; whether it was doing anything."""
        busy = self.note_area.busy
        self.note_area.cancel_gesture()
        return busy

    # --- zoom

    def zoom_time(self, factor: float) -> None:
        """Closer (factor > 1) or further away around the playhead when it is in sight, else the middle."""
        context = self.context
        view, playhead = context.viewport, context.playhead_tick
        x = view.width / 2 if playhead is None else float(view.x(playhead))
        x = x if 0 <= x <= view.width else view.width / 2
        context.scroll_by_user(view.time_zoomed(factor, x, context.document.score.ticks_per_quarter))

    def zoom_pitch(self, steps: int) -> None:
        view = self.context.viewport
        self.context.scroll_by_user(view.pitch_zoomed(steps, view.height / 2))

    def zoom_to_fit(self) -> None:
        """The whole piece in time, and all pitches of the current track."""
        score = self.context.score
        self._show_span(0, max(score.end_bar_tick, score.time_map.bar_start(4)))

    def zoom_to_selection(self) -> None:
        """What is selected: notes, else the time selection, else the whole piece."""
        document = self.context.document
        span = document.selection.span(document.score) or self.time_selection
        if span is None:
            self.zoom_to_fit()
        else:
            self._show_span(*span)

    def _show_span(self, start_tick: int, end_tick: int) -> None:
        context = self.context
        selected = context.document.selection.notes(context.document.score)
        pitch = (selected if len(selected) else context.notes).pitch
        view = context.viewport.showing(start_tick, end_tick, context.document.score.ticks_per_quarter)
        if len(pitch):
            view = view.showing_pitches(int(pitch.min()), int(pitch.max()))
        context.scroll_by_user(view)

    def show_opening(self) -> None:
        """The first bars of the piece, at the pitches of the current track: what one sees after opening it."""
        context = self.context
        score = context.document.score
        end = score.time_map.bar_start(OPENING_BARS)
        view = context.viewport.showing(0, end, score.ticks_per_quarter)
        rows = context.notes.starting(0, end)
        pitch = context.notes.pitch[rows] if rows.stop > rows.start else context.notes.pitch
        low, high = (int(pitch.min()), int(pitch.max())) if len(pitch) else (55, 79)
        context.viewport = view.showing_pitches(low, high)

    # --- keeping in step

    def _on_document(self, change: Change) -> None:
        if change.kind is ChangeKind.SCORE:
            self.show_opening()
        elif change.kind is ChangeKind.CURRENT_TRACK:
            self._show_current_track()
        self._sync_scroll_bar()

    def _show_current_track(self) -> None:
        """Another track is edited: stay at the same time; scroll in pitch only when it has nothing in sight."""
        context = self.context
        view = context.viewport
        pitch = context.notes.pitch
        in_sight = (pitch >= view.lowest_pitch) & (pitch <= view.highest_pitch)
        if len(pitch) and not in_sight.any():
            context.viewport = view.showing_pitches(int(pitch.min()), int(pitch.max()), zoom=False)

    def _sync_scroll_bar(self) -> None:
        view = self.context.viewport
        self._scroll_bar.blockSignals(True)
        self._scroll_bar.setRange(0, max(0, PITCHES * view.row_px - view.height))
        self._scroll_bar.setPageStep(view.height)
        self._scroll_bar.setSingleStep(view.row_px)
        self._scroll_bar.setValue(view.top_px)
        self._scroll_bar.blockSignals(False)

    def _on_scroll_bar(self, value: int) -> None:
        view = self.context.viewport
        self.context.scroll_by_user(view.scrolled(0, value - view.top_px))
