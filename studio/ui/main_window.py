"""The window: puts the parts together and keeps them in step with the studio."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QMenu, QSplitter, QVBoxLayout, QWidget

from ml.music import Key
from studio.edit.change import Change, ChangeKind
from studio.project import AppFolders, Recoverable, Setting
from studio.project.settings import BARS, CHOSEN_MODELS, TAKES, TEMPERATURE, VOLUME
from studio.session.studio import Studio, Topic
from studio.session.troubles import TROUBLES
from studio.ui.action_binding import BoundActions
from studio.ui.actions import Action
from studio.ui.commands.desk import Desk
from studio.ui.commands.transport_actions import LoopSwitch
from studio.ui.dialogs.about import About
from studio.ui.dialogs.cheat_sheet import CheatSheet
from studio.ui.dialogs.file_dialogs import Asking, FileDialogs
from studio.ui.dialogs.job_progress import JobProgress
from studio.ui.dialogs.palette import CommandPalette
from studio.ui.dialogs.preferences import Preferences
from studio.ui.dialogs.recovery import RecoveryDialog, RecoveryWishes
from studio.ui.file_flow import FileFlow
from studio.ui.icons import icon
from studio.ui.jobs import FileJob, FileJobs
from studio.ui.labels import dim_label
from studio.ui.lanes.velocity_lane import VelocityLane
from studio.ui.models.board_view import LayerCache
from studio.ui.models.continue_flow import ContinueFlow
from studio.ui.models.model_panel import ModelPanel, PanelWishes
from studio.ui.models.take_row import TakeWishes
from studio.ui.notice_bar import NoticeBar
from studio.ui.pulse import Pulse
from studio.ui.roll.context import RollContext
from studio.ui.roll.view import RollView
from studio.ui.snapshot import save_roll_picture
from studio.ui.theme import DARK, Theme, apply_theme
from studio.ui.tool_strip import ToolStrip
from studio.ui.tracks.track_panel import TrackPanel
from studio.ui.transport.time_fields import TimeFields
from studio.ui.transport.transport_bar import TransportBar, TransportWishes
from studio.ui.window_actions import MENU_OF_ROLL, window_actions
from studio.ui.window_layout import WindowLayout
from studio.ui.window_settings import WindowSettings

VERSION = "0.1"
MESSAGE_MS = 15_000
WIDTH_PX, HEIGHT_PX = 1380, 860
TRACKS_PX, MODELS_PX, LANE_PX = 230, 320, 120


class MainWindow(QMainWindow):
    """One open piece. The window owns no music: it shows the studio and hands on what the user wants.

    `asking` answers the questions about files (dialogs, unless a test answers), `now` tells the time of day,
    `randomness` seeds humanise, `log_file` is named in the About box.
    """

    def __init__(
        self,
        studio: Studio,
        folders: AppFolders,
        *,
        asking: Asking | None = None,
        now: Callable[[], datetime] = datetime.now,
        randomness: random.Random | None = None,
        log_file: Path | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("continuo")
        self.setAcceptDrops(True)
        self.studio = studio
        self._folders, self._now, self._log_file = folders, now, log_file
        self._theme: Theme = DARK
        self._was_playing = False
        self._shown_job: int | None = None
        self._leaning = studio.leaning()
        self._layers = LayerCache()
        self.context = RollContext(studio.document, preview=self._preview, parent=self)
        self.roll = RollView(self.context)
        self.lane = VelocityLane(self.context)
        self.notice = NoticeBar()
        self.desk = Desk(studio, self.context)
        self.loop = LoopSwitch(self.desk)
        self.jobs = FileJobs()
        self.files = FileFlow(
            studio,
            self.jobs,
            asking or FileDialogs(self),
            watch=self._watch,
            trouble=self.show_trouble,
            picture=lambda score, take, path: save_roll_picture(score, take, path, theme=self._theme),
        )
        self.settings = WindowSettings(studio, self.context, self.roll, self.set_theme)
        self.bound = BoundActions(window_actions(self, randomness or random.SystemRandom()), self, self._run)
        self._theme = self.settings.theme
        self._dress()  # before there are parts: they take their sizes from style and icons
        self.times = TimeFields(studio, self.attempt)
        self.transport = TransportBar(
            self.bound,
            TransportWishes(
                self.times.set_tempo, self.times.set_metre, self._set_key, self.settings.set_volume, self.roll.setFocus
            ),
        )
        self.tracks = TrackPanel(studio.document, self.bound, self.attempt)
        takes = TakeWishes(hear=self.hear_take, accept=self._accept_take, export=self._export_take)
        self.models = ModelPanel(
            self.bound, PanelWishes(takes, changed=lambda: self.asking.changed(), leave=self.roll.setFocus)
        )
        self.asking = ContinueFlow(studio, self.context, self.models, self.bound.refresh)
        self._lay_out()
        self.layout_memory = WindowLayout(
            self,
            {"across": self._across, "down": self._down},
            {"tracks": self.tracks, "models": self.models, "velocity": self.lane},
            studio.settings,
        )
        self.pulse = Pulse(self._beat)
        self._listen()
        self.settings.apply_all()
        self._apply_setting(VOLUME)
        self._show_all()
        self._place()

    # --- building

    def _lay_out(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._down = QSplitter(Qt.Orientation.Vertical)
        self._down.addWidget(self.roll)
        self._down.addWidget(self.lane)
        self._down.setStretchFactor(0, 1)
        self._down.setCollapsible(0, False)
        column.addWidget(ToolStrip(self.bound, self.context, self.roll))
        column.addWidget(_rule())
        column.addWidget(self.notice)
        column.addWidget(self._down, 1)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.tracks, centre, self.models):
            self._across.addWidget(part)
        self._across.setStretchFactor(1, 1)
        self._across.setCollapsible(1, False)
        self.tracks.setMinimumWidth(190)
        self.models.setMinimumWidth(280)
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.transport)
        rows.addWidget(_rule())
        rows.addWidget(self._across, 1)
        self.setCentralWidget(page)
        menus = self.bound.fill_menus(self.menuBar())
        self._recent = QMenu("Open recent", self)
        self._recent.aboutToShow.connect(self._fill_recent)
        menus["File"].insertMenu(self.bound["file.save"], self._recent)
        self._sound = dim_label()
        self._count = dim_label()
        for label in (self._count, self._sound):
            label.setContentsMargins(8, 0, 8, 0)
            self.statusBar().addPermanentWidget(label)

    def _listen(self) -> None:
        self._ends = [
            self.studio.document.subscribe(self._on_document),
            self.studio.subscribe(self._on_studio),
            self.studio.settings.subscribe(self._apply_setting),
        ]
        self.studio.on_wake = self.pulse.wake
        self.roll.seekRequested.connect(self._seek)
        self.roll.loopRequested.connect(lambda start, end: self._draw_loop(start, end))
        self.roll.timeSelectionChanged.connect(self._show_place)
        self.roll.statusText.connect(self._show_status)
        self.roll.menuRequested.connect(self._open_roll_menu)
        self.roll.followingChanged.connect(lambda _: self.bound.refresh())
        self.context.playheadMoved.connect(self._on_playhead)
        for signal in (self.context.toolChanged, self.context.gridChanged, self.context.loopChanged):
            signal.connect(self.bound.refresh)

    def start(self) -> None:
        """Begin to take in news; call once the window is on screen."""
        self.pulse.start()
        self.roll.setFocus()

    # --- running things

    def attempt(self, run: Callable[[], object]) -> None:
        """Run something a user asked for; what goes wrong becomes a sentence above the roll."""
        try:
            run()
        except TROUBLES as trouble:
            self.show_trouble(trouble)

    def _run(self, action: Action) -> None:
        self.attempt(action.callback)

    def show_trouble(self, error: Exception) -> None:
        """Show the sentence of one of the session's troubles; anything else goes to the program's last resort."""
        if not isinstance(error, TROUBLES):
            raise error
        self.notice.show_sentence(str(error))

    def _watch(self, job: FileJob) -> None:
        JobProgress(job, self.jobs, self)

    def _beat(self) -> None:
        self.studio.poll()
        playing = self.studio.transport.playing
        self.pulse.lively = playing or self.studio.takes.running
        if playing:
            self._show_playhead()

    def _apply_setting(self, setting: Setting[Any]) -> None:
        self.settings.apply(setting)
        if setting is VOLUME:
            self.transport.show_volume(self.studio.settings.get(VOLUME))
        elif setting in (TAKES, BARS, TEMPERATURE, CHOSEN_MODELS):
            self.asking.follow_settings()
        self.bound.refresh()

    # --- following the studio

    def _on_document(self, change: Change) -> None:
        if change.kind is ChangeKind.SCORE:
            self.loop.forget()
            self.notice.hide()
            self.asking.set_stay_in_key(self.studio.path is not None)
        if change.kind.changes_music:
            self._leaning = self.studio.leaning()
            self._show_time()
        self._show_place()
        self._show_count()
        self.bound.refresh()

    def _on_studio(self, topic: Topic) -> None:
        if topic is Topic.TAKES:
            self._show_takes()
        elif topic is Topic.TRANSPORT:
            self._show_transport()
        elif topic is Topic.STATUS:
            self._show_status(self.studio.status)
        elif topic is Topic.FILE:
            self._show_title()

    def _show_all(self) -> None:
        self._show_time()
        self._show_place()
        self._show_count()
        self._show_takes()
        self._show_transport()
        self._show_title()
        self._show_status(self.studio.status)

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.studio.name}[*] – Continuo")
        self.setWindowModified(self.studio.document.modified)

    def _show_time(self) -> None:
        score = self.studio.document.score
        self.transport.show_score(score, self.times.tick, self._leaning)

    def _show_place(self) -> None:
        self.asking.show_place()

    def _show_count(self) -> None:
        document = self.studio.document
        selected, total = len(document.selection.ids), len(document.track.notes)
        text = f"{selected} of {total} notes selected" if selected else f"{total} notes"
        self._count.setText(text)

    def _show_takes(self) -> None:
        board = self.studio.takes
        self.models.show_board(board)
        self.roll.set_take_layers(self._layers.layers_of(board))
        if board.job != self._shown_job:
            self._shown_job = board.job
            self._reveal_join()
        if board.running:
            self.pulse.hurry()
        self.bound.refresh()

    def _reveal_join(self) -> None:
        """Bring the bars around the join into sight, zooming out only where they would not fit."""
        span = self.studio.join_loop()
        if span is None:
            return
        view, score = self.context.viewport, self.studio.document.score
        if span[1] - span[0] > view.right_tick - view.left_tick:
            self.context.viewport = view.showing(*span, score.ticks_per_quarter)
        elif span[0] < view.left_tick or span[1] > view.right_tick:
            self.context.viewport = view.scrolled(float(view.x(span[1])) - view.width, 0)

    def _show_transport(self) -> None:
        transport = self.studio.transport
        self.context.loop = transport.loop
        self._show_playhead()
        if transport.playing != self._was_playing:
            self._was_playing = transport.playing
            if transport.playing:
                self.pulse.hurry()
            self.bound.refresh()

    def _show_playhead(self) -> None:
        tick = self.studio.transport.position_tick
        if self.studio.transport.playing:
            self.roll.set_playhead(tick)
        else:
            self.context.playhead_tick = tick

    def _on_playhead(self, _old_x: float, _new_x: float) -> None:
        if self.studio.transport.playing:
            self.transport.show_position(self.context.playhead_tick or 0, self.studio.document.score)
        else:
            self._show_time()

    def _show_status(self, text: str) -> None:
        self.statusBar().showMessage(text, MESSAGE_MS)
        sound = self.studio.sound
        self._sound.setText("" if sound is None else "no sound device" if sound.silent else f"sound: {sound.driver}")
        self._sound.setToolTip("" if sound is None else sound.text)

    # --- wishes of the parts

    def _preview(self, pitch: int, velocity: int, on: bool) -> None:
        track = self.studio.document.track
        player = self.studio.transport.player
        if on:
            player.preview_on(
                pitch,
                velocity,
                program=track.program or 0,
                bank=track.bank or 0,
                drums=track.drums,
                volume=track.mixer.volume,
            )
        else:
            player.preview_off(pitch)

    def _seek(self, tick: int) -> None:
        self.studio.transport.seek(tick)
        self._show_playhead()

    def _draw_loop(self, start_tick: int, end_tick: int) -> None:
        self.loop.set((start_tick, end_tick))
        self.bound.refresh()

    def _set_key(self, key: Key | None) -> None:
        """A key that the user sets by hand is meant: takes are held to it."""
        self.times.set_key(key)
        self.asking.set_stay_in_key(key is not None)

    def hear_take(self, number: int) -> None:
        """Hear a take in the song; what stands still begins to play the loop over the join."""
        slots = self.studio.takes.slots
        if number < len(slots):
            self.attempt(lambda: self.studio.audition(slots[number]))
            self._play_join()

    def hear_next_take(self, step: int) -> None:
        self.studio.audition_next(step)
        self._play_join()

    def _play_join(self) -> None:
        transport = self.studio.transport
        if not transport.playing and transport.loop is not None:
            transport.play(transport.loop[0])
            self._show_transport()

    def _accept_take(self, number: int) -> None:
        slots = self.studio.takes.slots
        if number < len(slots):
            self.attempt(lambda: self.studio.accept(slots[number]))

    def _export_take(self, number: int) -> None:
        slots = self.studio.takes.slots
        if number < len(slots):
            self.attempt(lambda: self.files.export_take(slots[number]))

    def edit_tempo(self) -> None:
        self.transport.tempo.setFocus()
        self.transport.tempo.selectAll()

    def _open_roll_menu(self, place: QPoint, _tick: float, _pitch: int) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.bound.fill(menu, [self.bound.actions[action_id] for action_id in MENU_OF_ROLL])
        menu.popup(place)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self.studio.settings.recent_files():
            name = path.name.replace("&", "&&")
            self._recent.addAction(name, partial(self.files.open_path, path)).setToolTip(str(path))
        if self._recent.isEmpty():
            self._recent.addAction("No file was opened yet").setEnabled(False)

    # --- looks

    def set_theme(self, theme: Theme) -> None:
        """Show the window in other colours."""
        if theme is not self._theme:
            self._theme = theme
            self._dress()
        self.context.theme = theme
        self.tracks.set_theme(theme)
        self.models.set_theme(theme)

    def _dress(self) -> None:
        theme = self._theme
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        self.bound.set_icons(lambda name: icon(name, theme.colour("text"), theme.colour("accent")))

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # --- dialogs

    def show_palette(self) -> None:
        palette = CommandPalette(self.bound.actions, self.bound.trigger, self)
        palette.move(self.mapToGlobal(QPoint((self.width() - palette.width()) // 2, 90)))
        palette.show()

    def show_cheat_sheet(self) -> None:
        CheatSheet(self.bound.actions, self).show()

    def show_preferences(self) -> None:
        Preferences(self.studio.settings, self).show()

    def show_about(self) -> None:
        facts: list[tuple[str, str | Path]] = [
            ("Data", self._folders.data),
            ("Settings", self._folders.settings_file),
            ("Models", ", ".join(str(folder) for folder in self.studio.shelf.folders)),
            ("Sound font", self.studio.sound_font or "none found"),
        ]
        if self._log_file is not None:
            facts.append(("Log", self._log_file))
        About(VERSION, facts, self).show()

    def offer_recovery(self) -> None:
        """Show what a crash left, if it left anything."""
        found = self.studio.recoverable()
        if found:

            def bring_back(work: Recoverable) -> None:
                if self.files.settled():
                    self.attempt(lambda: self.studio.recover(work))

            wishes = RecoveryWishes(bring_back, self.studio.piece.discard)
            RecoveryDialog(found, wishes, self._now(), self).show()

    # --- the system

    def _place(self) -> None:
        """Take the remembered place and sizes, or good ones for the first time."""
        if not self.layout_memory.restore():
            self.resize(WIDTH_PX, HEIGHT_PX)
            self._across.setSizes([TRACKS_PX, WIDTH_PX - TRACKS_PX - MODELS_PX, MODELS_PX])
            self._down.setSizes([HEIGHT_PX - LANE_PX, LANE_PX])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            # A question about unsaved work must not keep the program waiting that the file came from.
            QTimer.singleShot(0, self, lambda: self.files.open_path(files[0]))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.settled():
            event.ignore()
            return
        self.layout_memory.save()
        self.end()
        event.accept()

    def end(self) -> None:
        """Stop listening and let nothing run on; the studio itself is closed by who made it."""
        self.pulse.stop()
        self.jobs.close()
        self.studio.on_wake = None
        for end in self._ends:
            end()
        self._ends = []
        self.tracks.close_panel()
        self.context.close()


def _rule() -> QFrame:
    line = QFrame()
    line.setProperty("role", "rule")
    line.setFixedHeight(1)
    return line
