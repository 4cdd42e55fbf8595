"""A roll on the screen, and a hand that moves the mouse by ticks and pitches instead of pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ml.music import Note, NoteTable
from studio.edit.document import Document
from studio.edit.new_song import empty_song
from studio.edit.selection import Selection
from studio.ui.roll.context import RollContext
from studio.ui.roll.tool import Tool
from studio.ui.roll.view import RollView
from studio.ui.roll.viewport import Viewport

NONE = Qt.KeyboardModifier.NoModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Hand:
    """Mouse and keys over a roll of 1000 x 600 pixels whose grid of 1/16 is 24 pixels wide, rows 16 high."""

    def __init__(self, view: RollView, heard: list[tuple[int, int, bool]]) -> None:
        self.view = view
        self.context = view.context
        self.document = view.context.document
        self.area = view.note_area
        self.heard = heard
        self.status: list[str] = []
        view.statusText.connect(self.status.append)

    # --- what there is

    @property
    def notes(self) -> list[tuple[int, int, int]]:
        """Start, length and pitch of the notes of the current track."""
        return [(n.start, n.length, n.pitch) for n in self.document.track.notes]

    @property
    def selected(self) -> list[int]:
        """Pitches of the selected notes, in their order."""
        chosen = self.document.selection.notes(self.document.score)
        return chosen.pitch.tolist()

    def write(self, *notes: Note) -> None:
        """Put notes on the track, none selected, as the start of the test."""
        score = self.document.score
        track = score.tracks[0].with_notes(NoteTable.of(notes))
        view = self.context.viewport
        self.document.replace(score.with_track(0, track), "test")
        self.context.viewport = view

    def choose(self, *pitches: int) -> None:
        notes = self.document.track.notes
        ids = frozenset(int(i) for i, p in zip(notes.id, notes.pitch, strict=True) if p in pitches)
        self.document.select(Selection(0, ids))

    # --- the mouse

    def at(self, tick: float, pitch: int) -> QPoint:
        """The middle of a row, at a tick."""
        view = self.context.viewport
        return QPoint(round(view.x(tick)), view.y(pitch) + view.row_px // 2)

    def press(self, tick: float, pitch: int, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        self._button = button
        QTest.mousePress(self.area, button, keys, self.at(tick, pitch))

    def move(self, tick: float, pitch: int, keys: Qt.KeyboardModifier = NONE) -> None:
        move(self.area, self.at(tick, pitch), self._button, keys)

    def hover(self, tick: float, pitch: int) -> None:
        move(self.area, self.at(tick, pitch), Qt.MouseButton.NoButton)

    def release(self, tick: float, pitch: int, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.area, self._button, keys, self.at(tick, pitch))

    def click(self, tick: float, pitch: int, keys: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        self.press(tick, pitch, keys, button)
        self.release(tick, pitch, keys)

    def double_click(self, tick: float, pitch: int) -> None:
        self.click(tick, pitch)
        self._button = LEFT
        QTest.mouseDClick(self.area, LEFT, NONE, self.at(tick, pitch))
        self.release(tick, pitch)

    def drag(
        self,
        *places: tuple[float, int],
        keys: Qt.KeyboardModifier = NONE,
        button: Qt.MouseButton = LEFT,
        press_keys: Qt.KeyboardModifier | None = None,
    ) -> None:
        """Press at the first place, pass through the others, and let go at the last."""
        self.press(*places[0], keys if press_keys is None else press_keys, button)
        for place in places[1:]:
            self.move(*place, keys)
        self.release(*places[-1], keys)

    def use(self, tool: Tool) -> None:
        self.context.tool = tool


def move(widget: QWidget, to: QPoint, button: Qt.MouseButton, keys: Qt.KeyboardModifier = NONE) -> None:
    """A mouse movement with keys held, which QTest cannot do."""
    local, everywhere = QPointF(to), QPointF(widget.mapToGlobal(to))
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, local, everywhere, Qt.MouseButton.NoButton, button, keys)
    )


@pytest.fixture
def hand(qtbot) -> Iterator[Hand]:
    """A hand over an empty song; 960 ticks to the quarter, so a grid step is 240 ticks."""
    heard: list[tuple[int, int, bool]] = []
    context = RollContext(Document(empty_song()), preview=lambda *note: heard.append(note))
    view = RollView(context)
    qtbot.addWidget(view)
    view.resize(1000, 600)
    with qtbot.waitExposed(view):
        view.show()
    at = Viewport(px_per_tick=0.1, row_px=16, width=view.note_area.width(), height=view.note_area.height())
    context.viewport = replace(at, top_px=int(at.y(84)))
    yield Hand(view, heard)
    context.close()
