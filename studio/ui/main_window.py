"""The window: puts the parts together and keeps them in step with the studio."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QSplitter, QVBoxLayout, QWidget

from ml.music import Key
from studio.engine.studies import ModelStudies
from studio.project import AppFolders
from studio.session.studio import Studio
from studio.session.troubles import TROUBLES
from studio.session.why import WhyDesk
from studio.ui.action_binding import BoundActions
from studio.ui.actions import Action
from studio.ui.audition.audition_flow import AuditionFlow
from studio.ui.audition.audition_view import AuditionView
from studio.ui.audition.opening import Opening
from studio.ui.audition.take_parts import TakeParts
from studio.ui.audition.wiring import audition_wishes
from studio.ui.blind.blind_flow import BlindFlow
from studio.ui.clipboard import SystemClipboard
from studio.ui.commands.desk import Desk
from studio.ui.commands.transport_actions import LoopSwitch
from studio.ui.dialogs.file_dialogs import Asking, FileDialogs
from studio.ui.dialogs.job_progress import JobProgress
from studio.ui.file_flow import FileFlow
from studio.ui.icons import icon
from studio.ui.jobs import FileJob, FileJobs
from studio.ui.labels import dim_label
from studio.ui.lanes.velocity_lane import VelocityLane
from studio.ui.models.ask_flow import AskFlow
from studio.ui.models.model_panel import ModelPanel, PanelWishes
from studio.ui.models.shelf_flow import shelf_flow
from studio.ui.models.take_flow import TakeFlow
from studio.ui.models.take_row import TakeWishes
from studio.ui.models.verb_row import VerbWishes
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
from studio.ui.tree.tree_flow import TreeFlow
from studio.ui.why.why_flow import WhyFlow
from studio.ui.window_actions import window_actions
from studio.ui.window_dialogs import WindowDialogs
from studio.ui.window_layout import WindowLayout
from studio.ui.window_settings import WindowSettings
from studio.ui.window_sync import InStep

WIDTH_PX, HEIGHT_PX = 1380, 860
TRACKS_PX, MODELS_PX, LANE_PX = 230, 336, 120


class MainWindow(QMainWindow):
    """One open piece. The window owns no music: it shows the studio and hands on what the user wants.

    Its parts are public for the actions and for who drives it. `asking` answers the questions about files,
    `now` tells the time of day, `randomness` seeds humanise, `log_file` is named in the About box.
    """

    in_step: InStep

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
        self._theme: Theme = DARK
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
        self.dialogs = WindowDialogs(self, folders, now, log_file)
        self.settings = WindowSettings(studio, self.context, self.roll, self.set_theme)
        self.clipboard = SystemClipboard(QGuiApplication.clipboard())
        self.why = WhyFlow(
            studio, WhyDesk(studio, ModelStudies()), self.roll, self.attempt, lambda: self.bound.refresh()
        )
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
        self.takes = TakeFlow(studio, self.attempt, self.files.export_take, lambda: self.in_step.show_transport())
        takes = TakeWishes(self.takes.hear, self.takes.accept, self.takes.export)
        self.models = ModelPanel(self.bound, self._panel_wishes(takes))
        self.audition = AuditionView(self.bound, audition_wishes(self))
        parts = TakeParts(studio, self.context)
        self.comparing = AuditionFlow(studio, self.audition, self.takes, parts, self.attempt)
        self.asking = AskFlow(studio, self.context, self.models, self.bound.refresh, self.roll.setFocus)
        self.blind = BlindFlow(self, folders, lambda: now().timestamp(), randomness)
        self.shelf = shelf_flow(self, folders)
        self.tree = TreeFlow(self)
        self._lay_out()
        self.tree.place()
        self.layout_memory = WindowLayout(
            self,
            {"across": self._across, "down": self._down},
            {"tracks": self.tracks, "models": self.models, "velocity": self.lane},
            studio.settings,
            self.opening,
        )
        self.pulse = Pulse(self._beat)
        self._connect()
        self.in_step = InStep(self)
        self.settings.apply_all()
        self.in_step.show_all()
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
        self._down.addWidget(self.audition)
        self._down.setStretchFactor(0, 1)
        self._down.setCollapsible(0, False)
        self._down.setCollapsible(2, False)
        self.opening = Opening(
            self.audition, self._down, lambda: self.in_step.show_takes_now(), lambda: self.in_step.show_comparison()
        )
        column.addWidget(ToolStrip(self.bound, self.context, self.roll))
        column.addWidget(_rule())
        column.addWidget(self.notice)
        column.addWidget(self.blind.strip)
        column.addWidget(self._down, 1)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.tracks, centre, self.models):
            self._across.addWidget(part)
        self._across.setStretchFactor(1, 1)
        self._across.setCollapsible(1, False)
        self.tracks.setMinimumWidth(180)
        self.models.setMinimumWidth(304)
        for part in (self.audition, self.models):
            # Whoever clicks on a take means it: keys then belong to the takes, not to the list that had them.
            part.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            part.setFocusProxy(self.roll)
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.transport)
        rows.addWidget(_rule())
        rows.addWidget(self._across, 1)
        self.setCentralWidget(page)
        menus = self.bound.fill_menus(self.menuBar())
        menus["File"].insertMenu(self.bound["file.save"], self.dialogs.recent)
        self.sound = dim_label()
        self.count = dim_label()
        for label in (self.count, self.sound):
            label.setContentsMargins(8, 0, 8, 0)
            self.statusBar().addPermanentWidget(label)

    def _connect(self) -> None:
        self.studio.on_wake = self.pulse.wake
        self.roll.seekRequested.connect(self._seek)
        self.roll.loopRequested.connect(self._draw_loop)
        self.roll.timeSelectionChanged.connect(lambda: self.asking.place_changed())
        self.roll.statusText.connect(lambda text: self.in_step.show_status(text))
        self.roll.menuRequested.connect(self.dialogs.open_roll_menu)
        self.roll.followingChanged.connect(lambda _: self.bound.refresh())
        self.context.loopChanged.connect(lambda: self.asking.place_changed())
        for signal in (self.context.toolChanged, self.context.gridChanged, self.context.pickedChanged):
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
            self.in_step.show_playhead()

    # --- wishes of the parts

    def _panel_wishes(self, takes: TakeWishes) -> PanelWishes:
        """The model panel is made before the flow that serves it."""
        return PanelWishes(
            takes,
            VerbWishes(
                describe=lambda verb: self.asking.describe(verb),
                hovered=lambda verb: self.asking.hover(verb),
                choose_partner=lambda: self.asking.choose_partner(),
            ),
            changed=lambda: self.asking.changed(),
            leave=self.roll.setFocus,
            folded=lambda names: self.asking.keep_open(names),
            detect=lambda: self.attempt(self.asking.detect_chords),
            last_seed=lambda: self.studio.takes.request.seed if self.studio.takes.request else None,
        )

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
        self.in_step.show_playhead()

    def _draw_loop(self, start_tick: int, end_tick: int) -> None:
        self.loop.set((start_tick, end_tick))
        self.bound.refresh()

    def _set_key(self, key: Key | None) -> None:
        """A key that the user sets by hand is meant: takes are held to it."""
        self.times.set_key(key)
        self.asking.set_stay_in_key(key is not None)

    def edit_tempo(self) -> None:
        self.transport.tempo.setFocus()
        self.transport.tempo.selectAll()

    # --- looks

    def set_theme(self, theme: Theme) -> None:
        """Show the window in other colours."""
        if theme is not self._theme:
            self._theme = theme
            self._dress()
        self.context.theme = theme
        self.tracks.set_theme(theme)
        self.models.set_theme(theme)
        self.tree.set_theme(theme)
        self.audition.set_theme(theme)

    def _dress(self) -> None:
        theme = self._theme
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        self.bound.set_icons(lambda name: icon(name, theme.colour("text"), theme.colour("accent")))

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # --- the system

    def _place(self) -> None:
        """Take the remembered place and sizes, or good ones for the first time."""
        if not self.layout_memory.restore():
            self.resize(WIDTH_PX, HEIGHT_PX)
            self._across.setSizes([TRACKS_PX, WIDTH_PX - TRACKS_PX - MODELS_PX, MODELS_PX])
            self._down.setSizes([HEIGHT_PX - LANE_PX, LANE_PX, 0])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            # A question about unsaved work must not keep the program waiting that the file came from.
            QTimer.singleShot(0, self, lambda: self._take_dropped(files[0]))

    def _take_dropped(self, path: Path) -> None:
        """A folder may be a model; everything else should be music."""
        if not self.shelf.dropped(path):
            self.files.open_path(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.settled():
            event.ignore()
            return
        self.opening.put_away()  # the sizes of the others are kept as they are without it
        self.layout_memory.save()
        self.end()
        event.accept()

    def end(self) -> None:
        """Stop listening and let nothing run on; the studio itself is closed by who made it."""
        self.pulse.stop()
        self.shelf.close()
        self.tree.close()
        self.blind.close()
        self.jobs.close()
        self.studio.on_wake = None
        self.in_step.close()
        self.tracks.close_panel()
        self.why.close()
        self.context.close()


def _rule() -> QFrame:
    line = QFrame()
    line.setProperty("role", "rule")
    line.setFixedHeight(1)
    return line
