"""Keeps what the window shows in step with the document and the studio; changes nothing in either."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from studio.edit.change import Change, ChangeKind
from studio.project import Setting
from studio.project.settings import (
    BARS,
    CHOSEN_MODELS,
    HEAR_TAKES_ALONE,
    MATCH_LOUDNESS,
    SECOND_MODEL,
    SWITCH_TAKES,
    TAKES,
    TEMPERATURE,
    TOP_P,
    TRIES,
    VOLUME,
)
from studio.session.studio import Topic
from studio.session.wish_memory import CHOOSING_STEPS
from studio.ui.models.board_view import LayerCache

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

MESSAGE_MS = 15_000
MOST_WARNINGS = 4
"""So many sentences on what was wrong with a file stand above the roll."""
ROLL_GAP_MS = 80
"""While notes stream in, the roll shows them about twelve times a second: all its takes are painted for that."""
PANEL_GAP_MS = 250
"""While notes stream in, comparison and panel show them four times a second."""
BRIEF_AFTER_MS = 40
"""While the comparison shows all takes, the panel shows the heard one so much later."""


class InStep:
    """Listens while the window lives; each `show_…` may be called at any time, and costs little."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._studio = window.studio
        self._layers = LayerCache()
        self._was_playing = False
        self._shown_job: int | None = None
        self._shown_shape: object = None
        self._shown_enabling: object = None
        self._roll_due = self._timer(ROLL_GAP_MS, self._show_layers)
        self._panel_due = self._timer(PANEL_GAP_MS, self.show_takes_now)
        self._brief_due = self._timer(BRIEF_AFTER_MS, self._show_brief)
        self._leaning = self._studio.leaning()
        self._ends = [
            self._studio.document.subscribe(self._on_document),
            self._studio.subscribe(self._on_studio),
            self._studio.settings.subscribe(self._on_setting),
        ]
        window.context.playheadMoved.connect(self._on_playhead)

    def close(self) -> None:
        """Stop listening."""
        for due in (self._roll_due, self._panel_due, self._brief_due):
            due.stop()
        for end in self._ends:
            end()
        self._ends = []

    def _timer(self, after_ms: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self._window)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(run)
        return timer

    def show_all(self) -> None:
        self.show_time()
        self._window.asking.show_place()
        self._show_count()
        self.show_takes()
        self.show_transport()
        self._show_title()
        self._on_setting(VOLUME)
        self.show_status(self._studio.status)
        self._show_warnings()

    def _show_warnings(self) -> None:
        """Say what opening the piece had to report where it stays; the status line is soon another one's."""
        notice, warnings = self._window.notice, self._studio.piece.warnings
        notice.hide()
        if warnings:
            more = f"And {len(warnings) - MOST_WARNINGS} more." if len(warnings) > MOST_WARNINGS else ""
            notice.show_sentence("\n".join(filter(None, [*warnings[:MOST_WARNINGS], more])))

    # --- what listeners are told

    def _on_document(self, change: Change) -> None:
        window = self._window
        if change.kind is ChangeKind.SCORE:
            window.loop.forget()
            window.clipboard.forget_takes()
            self._show_warnings()
            window.asking.show_wishes()
        if change.kind.changes_music:
            self._leaning = self._studio.leaning()
            self.show_time()
        window.asking.show_place()
        self._show_count()
        window.bound.refresh()

    def _on_studio(self, topic: Topic) -> None:
        match topic:
            case Topic.TAKES:
                self.show_takes()
            case Topic.TRANSPORT:
                self.show_transport()
            case Topic.STATUS:
                self.show_status(self._studio.status)
            case Topic.FILE:
                self._show_title()

    def _on_setting(self, setting: Setting[Any]) -> None:
        window = self._window
        window.settings.apply(setting)
        if setting is VOLUME:
            window.transport.show_volume(self._studio.settings.get(VOLUME))
        elif setting in (SWITCH_TAKES, MATCH_LOUDNESS, HEAR_TAKES_ALONE):
            self.show_takes_now()
        elif setting in (TRIES, SECOND_MODEL, *CHOOSING_STEPS.values()):
            window.asking.show_wishes()
        elif setting in (TAKES, BARS, TEMPERATURE, TOP_P, CHOSEN_MODELS):
            window.asking.follow_settings()
        window.bound.refresh()

    def _on_playhead(self, _old_x: float, _new_x: float) -> None:
        if self._studio.transport.playing:
            tick = self._window.context.playhead_tick or 0
            self._window.transport.show_position(tick, self._studio.document.score)
        else:
            self.show_time()
            self._window.asking.show_place()

    # --- showing

    def show_time(self) -> None:
        """Tempo, metre and key at the playhead."""
        self._window.transport.show_score(self._studio.document.score, self._window.times.tick, self._leaning)

    def show_takes(self) -> None:
        """The panel follows a moment after the roll, so that no single event holds the window up."""
        board, window = self._studio.takes, self._window
        shape = (board.job, board.running, board.auditioned)
        if shape != self._shown_shape or not board.running:
            for due in (self._roll_due, self._panel_due):
                due.stop()
            self._show_layers()
            self.show_takes_now()
        else:
            for due in (self._roll_due, self._panel_due):
                if not due.isActive():
                    due.start()
        if board.job != self._shown_job:
            self._shown_job = board.job
            self._reveal_join()
        if board.running:
            window.pulse.hurry()
        self._shown_shape = shape
        heard = board.auditioned
        enabling = (board.job, board.running, heard, heard is not None and heard.done)
        if enabling != self._shown_enabling:  # asking all actions 25 times a second would be for nothing
            self._shown_enabling = enabling
            window.bound.refresh()

    def _show_layers(self) -> None:
        self._window.roll.set_take_layers(self._layers.layers_of(self._studio.takes))

    def show_takes_now(self) -> None:
        """Show all takes in the panel; or in the comparison, and then only the one that is heard in the panel."""
        window, board = self._window, self._studio.takes
        if window.opening.wants(board):
            window.audition.show_board(board, window.comparing.hearing)
        window.opening.follow(board)
        if window.opening.shows_takes and board.running:
            self._brief_due.start()  # by itself: both at once would keep the window from all else for too long
        else:
            self._brief_due.stop()
            self._show_brief()

    def _show_brief(self) -> None:
        window = self._window
        window.models.show_board(self._studio.takes, brief=window.opening.shows_takes)

    def show_comparison(self) -> None:
        """The comparison came or went."""
        window, board = self._window, self._studio.takes
        if not window.opening.is_open:
            window.audition.show_board(board, window.comparing.hearing)  # empty by now: it keeps no takes alive
            window.models.show_board(board)
        window.bound.refresh()

    def show_transport(self) -> None:
        transport, window = self._studio.transport, self._window
        window.context.loop = transport.loop
        self.show_playhead()
        if transport.playing != self._was_playing:
            self._was_playing = transport.playing
            if transport.playing:
                window.pulse.hurry()
            window.bound.refresh()

    def show_playhead(self) -> None:
        """Move the playhead; only playing turns the page."""
        tick = self._studio.transport.position_tick
        if self._studio.transport.playing:
            self._window.roll.set_playhead(tick)
        else:
            self._window.context.playhead_tick = tick

    def show_status(self, text: str) -> None:
        window, sound = self._window, self._studio.sound
        window.statusBar().showMessage(text, MESSAGE_MS)
        window.sound.setText("" if sound is None else "no sound device" if sound.silent else f"sound: {sound.driver}")
        window.sound.setToolTip("" if sound is None else sound.text)

    def _show_title(self) -> None:
        self._window.setWindowTitle(f"{self._studio.name}[*] – Continuo")
        self._window.setWindowModified(self._studio.piece.modified)

    def _show_count(self) -> None:
        document = self._studio.document
        selected, total = len(document.selection.ids), len(document.track.notes)
        text = f"{selected} of {total} notes selected" if selected else f"{total} notes"
        self._window.count.setText(text)

    def _reveal_join(self) -> None:
        """Bring the bars around the join into sight, zooming out only where they would not fit."""
        span, context = self._studio.join_loop(), self._window.context
        if span is None:
            return
        view, score = context.viewport, self._studio.document.score
        if span[1] - span[0] > view.right_tick - view.left_tick:
            context.viewport = view.showing(*span, score.ticks_per_quarter)
        elif span[0] < view.left_tick or span[1] > view.right_tick:
            context.viewport = view.scrolled(float(view.x(span[1])) - view.width, 0)
