"""The list of tracks on the left: what plays, how loud, and which one is written on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from ml.music.general_midi import GM_INSTRUMENTS
from studio.edit.change import Change, ChangeKind
from studio.edit.document import Document
from studio.edit.operations.tracks import rename_track, set_colour, set_instrument, set_mixer
from studio.ui.action_binding import BoundActions
from studio.ui.labels import heading
from studio.ui.theme import Theme
from studio.ui.tracks.track_row import RowCallbacks, TrackRow

MENU_ACTIONS = ("track.rename", "track.instrument", "track.duplicate", "track.up", "track.down", "track.delete")


class TrackPanel(QWidget):
    """One row per track of the document. `edit` runs a change so that a refusal becomes a sentence."""

    def __init__(self, document: Document, bound: BoundActions, edit: Callable[[Callable[[], Any]], None]) -> None:
        super().__init__()
        self.setObjectName("tracks")
        self._document = document
        self._bound = bound
        self._edit = edit
        self._theme: Theme | None = None
        self.rows: list[TrackRow] = []
        self._callbacks = RowCallbacks(
            make_current=document.set_current_track,
            rename=self._rename,
            choose_instrument=self._choose_instrument,
            set_muted=self._set_muted,
            set_soloed=self._set_soloed,
            set_volume=self._set_volume,
            fill_menu=self._fill_menu,
        )
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 6, 4)
        top.addWidget(heading("Tracks"))
        top.addStretch(1)
        top.addWidget(bound.button("track.add", 18))
        top.addWidget(bound.button("track.delete", 18))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._area, 1)
        self._unsubscribe = document.subscribe(self._changed)
        self._show()

    def close_panel(self) -> None:
        """Stop listening to the document."""
        self._unsubscribe()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show()

    @property
    def current_row(self) -> TrackRow:
        return self.rows[self._document.current_track]

    def _changed(self, change: Change) -> None:
        if change.kind is not ChangeKind.SELECTION:
            self._show()

    def _show(self) -> None:
        score = self._document.score
        if len(self.rows) != len(score.tracks):
            self._build(len(score.tracks))
        for index, (row, track) in enumerate(zip(self.rows, score.tracks, strict=True)):
            colour = self._theme.track_colour(index, track.colour) if self._theme else QColor("grey")
            row.show_track(track, colour, index == self._document.current_track)
        self._area.ensureWidgetVisible(self.current_row, 0, 0)

    def _build(self, count: int) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.rows = [TrackRow(index, self._callbacks) for index in range(count)]
        for row in self.rows:
            column.addWidget(row)
        column.addStretch(1)
        self._area.setWidget(page)

    # --- wishes of the rows

    def _rename(self, index: int, name: str) -> None:
        self._edit(lambda: self._document.apply("Rename track", rename_track(self._document.score, index, name)))

    def _choose_instrument(self, index: int, program: int, drums: bool) -> None:
        name = "Drum kit" if drums else GM_INSTRUMENTS[program]
        self._edit(
            lambda: self._document.apply(
                f"Instrument {name}", set_instrument(self._document.score, index, program, drums=drums)
            )
        )

    def _set_muted(self, index: int, on: bool) -> None:
        label = "Mute track" if on else "Unmute track"
        self._edit(lambda: self._document.apply(label, set_mixer(self._document.score, index, muted=on)))

    def _set_soloed(self, index: int, on: bool) -> None:
        label = "Solo track" if on else "Unsolo track"
        self._edit(lambda: self._document.apply(label, set_mixer(self._document.score, index, soloed=on)))

    def _set_volume(self, index: int, volume: int) -> None:
        edited = set_mixer(self._document.score, index, volume=volume)
        self._edit(lambda: self._document.apply("Track volume", edited, merge_key=f"volume {index}"))

    def _set_colour(self, index: int, colour: int) -> None:
        self._edit(lambda: self._document.apply("Track colour", set_colour(self._document.score, index, colour)))

    def _fill_menu(self, index: int, menu: QMenu) -> None:
        menu.addActions([self._bound[action_id] for action_id in MENU_ACTIONS])
        colours = menu.addMenu("Colour")
        colours.addAction("Automatic", lambda: self._set_colour(index, -1))
        for number, name in enumerate(self._theme.track_colours if self._theme else ()):
            swatch = QPixmap(16, 16)
            swatch.fill(QColor(name))
            colours.addAction(QIcon(swatch), f"Colour {number + 1}", lambda n=number: self._set_colour(index, n))
