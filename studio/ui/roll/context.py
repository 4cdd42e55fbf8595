"""RollContext: what ruler, keys, note area and lanes share: document, viewport, grid, tool, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ml.music import Key, NoteTable, Score, TimeMap, Track
from studio.edit.change import Change, ChangeKind
from studio.edit.document import Document
from studio.edit.grid import Grid, Snap
from studio.ui.roll.grid_setting import GridSetting
from studio.ui.roll.hearing import Hearing, Preview
from studio.ui.roll.insight import RollInsight
from studio.ui.roll.replaced import uncovered
from studio.ui.roll.takes import TakeLayer
from studio.ui.roll.tool import Tool
from studio.ui.roll.viewport import Viewport
from studio.ui.theme import DARK, Theme

KEYBOARD_WIDTH = 88
"""Width of the strip of keys, and of the gutter left of every lane, so that both line up."""


TakeKey = tuple[int, int, int]
"""A note of the heard take: its track in the song, its start in ticks, its pitch."""


@dataclass(frozen=True, slots=True)
class NoteTemplate:
    """Length (ticks) and velocity of the note that was last drawn or touched: the next one gets them."""

    length_ticks: int
    velocity: int = 96


def nothing_heard(pitch: int, velocity: int, on: bool) -> None:
    """The preview of a roll that has no player."""


class RollContext(QObject):
    """One per window. The widgets read it and listen; only gestures and the window change it.

    Nothing here is part of the document: none of it is undone, and none of it is saved but by the window.
    """

    documentChanged = Signal(object)  # studio.edit.Change
    viewportChanged = Signal()
    lookChanged = Signal()
    takeNotesChanged = Signal()
    """Theme, ghosts, names, key, takes or lifted notes: what lies under the playhead must be painted anew."""
    toolChanged = Signal(object)  # Tool
    gridChanged = Signal()
    loopChanged = Signal()
    timeSelectionChanged = Signal()
    pickedChanged = Signal()
    playheadMoved = Signal(float, float)
    """Old and new x in the note area, in pixels; negative for a playhead that is not shown."""
    pitchHovered = Signal(int)
    """The pitch under the mouse, -1 for none."""
    userScrolled = Signal()
    statusText = Signal(str)

    def __init__(
        self,
        document: Document,
        *,
        theme: Theme = DARK,
        preview: Preview = nothing_heard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.hearing = Hearing(preview)
        self.insight = RollInsight(self)
        self.template = NoteTemplate(document.score.ticks_per_quarter)
        self._theme = theme
        self._viewport = Viewport(px_per_tick=96 / document.score.ticks_per_quarter)
        self._grid = GridSetting()
        self._tool = Tool.SELECT
        self._playhead_tick: float | None = None
        self._loop: tuple[int, int] | None = None
        self._time_selection: tuple[int, int] | None = None
        self._takes: tuple[TakeLayer, ...] = ()
        self._seen: tuple[Score, Score] | None = None
        self._picked: frozenset[TakeKey] = frozenset()
        self._lifted: frozenset[int] = frozenset()
        self._ghosts_shown = True
        self._hidden_ghosts: frozenset[int] = frozenset()
        self._names_shown = True
        self._key: Key | None = None
        self._selected: tuple[frozenset[int], NDArray[np.int64]] = (frozenset(), np.zeros(0, np.int64))
        self._unsubscribe = document.subscribe(self._on_change)

    def close(self) -> None:
        """Stop listening to the document and let nothing sound on."""
        self.hearing.silence()
        self._unsubscribe()

    def _on_change(self, change: Change) -> None:
        if change.kind is ChangeKind.SCORE:
            self._takes, self._seen, self._time_selection, self._loop = (), None, None, None
            self.template = NoteTemplate(self.document.score.ticks_per_quarter, self.template.velocity)
            self.loopChanged.emit()
            self.timeSelectionChanged.emit()
        self._let_go_of_hidden()
        self.documentChanged.emit(change)

    # --- what there is to see, and shorthands for the track being edited

    @property
    def score(self) -> Score:
        """The song as far as it may be seen and touched: a blind test hides the notes that its takes would replace.

        All that shows notes or finds them under the mouse reads it from here; the others' ids are as in the document.
        """
        score = self.document.score
        if self._seen is None or self._seen[0] is not score:
            self._seen = score, uncovered(score, self._takes)
        return self._seen[1]

    def _let_go_of_hidden(self) -> None:
        """What cannot be seen is not selected, however it was chosen."""
        if self.score is not self.document.score:
            self.document.select(self.document.selection.pruned(self.score))

    def hides(self, tick: float) -> bool:
        """Whether notes of the current track are hidden at this place."""
        current = self.document.current_track
        asked = (layer.region for layer in self._takes if layer.covers and layer.track == current)
        return any(region is not None and region[0] <= tick < region[1] for region in asked)

    @property
    def track(self) -> Track:
        return self.score.tracks[self.document.current_track]

    @property
    def notes(self) -> NoteTable:
        return self.track.notes

    @property
    def time_map(self) -> TimeMap:
        return self.document.score.time_map

    def is_selected(self, ids: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of these note ids of the current track are selected, shape (n,)."""
        selected = self.document.selection.ids
        if self._selected[0] is not selected:
            self._selected = (selected, np.fromiter(selected, np.int64))
        return np.isin(ids, self._selected[1]) if selected else np.zeros(len(ids), bool)

    # --- viewport

    @property
    def viewport(self) -> Viewport:
        return self._viewport

    @viewport.setter
    def viewport(self, viewport: Viewport) -> None:
        if viewport != self._viewport:
            self._viewport = viewport
            self.viewportChanged.emit()

    def scroll_by_user(self, viewport: Viewport) -> None:
        """Take a viewport that the user asked for, no further than the end; following the playhead pauses then."""
        last = max(self.content_end_tick - viewport.width / viewport.px_per_tick / 2, 0.0)
        self.viewport = replace(viewport, left_tick=min(viewport.left_tick, last))
        self.userScrolled.emit()

    @property
    def content_end_tick(self) -> int:
        """Where scrolling ends: some bars after the last note and after what is in sight."""
        score, time_map = self.score, self.time_map
        last = max([score.end_bar_tick, *(layer.notes.end_tick for layer in self._takes)])
        bar = time_map.bar_at(last) + 1
        return time_map.bar_start(max(bar + 8, 16))

    # --- grid and tool

    @property
    def grid_setting(self) -> GridSetting:
        return self._grid

    @grid_setting.setter
    def grid_setting(self, setting: GridSetting) -> None:
        if setting != self._grid:
            self._grid = setting
            self.gridChanged.emit()

    @property
    def grid(self) -> Grid:
        """The grid in force now, over the piece as it is."""
        return self._grid.grid(self.time_map, self._viewport.px_per_tick)

    def snap(self, bypassed: bool = False) -> Snap:
        """How to snap now; `bypassed` says that the user holds the key against it."""
        return Snap.OFF if bypassed else self._grid.snap

    @property
    def tool(self) -> Tool:
        return self._tool

    @tool.setter
    def tool(self, tool: Tool) -> None:
        if tool is not self._tool:
            self._tool = tool
            self.toolChanged.emit(tool)

    # --- transport

    @property
    def playhead_tick(self) -> float | None:
        return self._playhead_tick

    @playhead_tick.setter
    def playhead_tick(self, tick: float | None) -> None:
        if tick == self._playhead_tick:
            return
        old = self._playhead_tick
        self._playhead_tick = tick
        self.playheadMoved.emit(*(-1.0 if t is None else float(self._viewport.x(t)) for t in (old, tick)))

    @property
    def loop(self) -> tuple[int, int] | None:
        """Ticks [start, end) that playback repeats."""
        return self._loop

    @loop.setter
    def loop(self, loop: tuple[int, int] | None) -> None:
        if loop != self._loop:
            self._loop = loop
            self.loopChanged.emit()

    @property
    def time_selection(self) -> tuple[int, int] | None:
        """Ticks [start, end) that the user marked on the ruler: what Continue goes on from."""
        return self._time_selection

    @time_selection.setter
    def time_selection(self, ticks: tuple[int, int] | None) -> None:
        if ticks != self._time_selection:
            self._time_selection = ticks
            self.timeSelectionChanged.emit()

    # --- what is shown

    @property
    def theme(self) -> Theme:
        return self._theme

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._theme = theme
        self.lookChanged.emit()

    @property
    def takes(self) -> tuple[TakeLayer, ...]:
        return self._takes

    @takes.setter
    def takes(self, layers: tuple[TakeLayer, ...]) -> None:
        """New notes in the same takes repaint the takes alone: they come many times a second."""
        before, heard = [layer.frame for layer in self._takes], self._heard
        self._takes, self._seen = layers, None
        self._let_go_of_hidden()
        if self._heard != heard:
            self.picked = frozenset()
        if before == [layer.frame for layer in layers]:
            self.takeNotesChanged.emit()
        else:
            self.lookChanged.emit()

    @property
    def _heard(self) -> list[tuple[int, int, str]]:
        """What the take that is heard is known by."""
        return [(layer.track, layer.colour, layer.label) for layer in self._takes if layer.active]

    @property
    def picked(self) -> frozenset[TakeKey]:
        """Notes of the heard take that the user picked, to keep or mix only them; none when another one is heard."""
        return self._picked

    @picked.setter
    def picked(self, keys: frozenset[TakeKey]) -> None:
        if keys != self._picked:
            self._picked = keys
            self.takeNotesChanged.emit()
            self.pickedChanged.emit()

    @property
    def lifted(self) -> frozenset[int]:
        """Notes of the current track that a gesture holds: drawn as empty places while it moves them."""
        return self._lifted

    @lifted.setter
    def lifted(self, ids: frozenset[int]) -> None:
        if ids != self._lifted:
            self._lifted = ids
            self.lookChanged.emit()

    @property
    def ghosts_shown(self) -> bool:
        return self._ghosts_shown

    @ghosts_shown.setter
    def ghosts_shown(self, shown: bool) -> None:
        self._ghosts_shown = shown
        self.lookChanged.emit()

    @property
    def hidden_ghosts(self) -> frozenset[int]:
        """Tracks that are never shown behind the current one."""
        return self._hidden_ghosts

    @hidden_ghosts.setter
    def hidden_ghosts(self, tracks: frozenset[int]) -> None:
        self._hidden_ghosts = tracks
        self.lookChanged.emit()

    @property
    def names_shown(self) -> bool:
        """Whether notes that are wide enough show their names."""
        return self._names_shown

    @names_shown.setter
    def names_shown(self, shown: bool) -> None:
        self._names_shown = shown
        self.lookChanged.emit()

    @property
    def key(self) -> Key | None:
        """The key that the user chose for tinting the rows; None follows the keys written in the piece."""
        return self._key

    @key.setter
    def key(self, key: Key | None) -> None:
        self._key = key
        self.lookChanged.emit()

    def key_at(self, tick: float) -> Key | None:
        return self._key or self.document.score.key_at(int(tick))
