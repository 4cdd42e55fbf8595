"""Bars and notes of several takes: dragged over, mixed, shown in the strip and the roll, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ml.music import Note, NoteTable
from ml.requests.choosing import AS_WRITTEN
from studio.ui.audition.cell_menu import mixture_entries
from studio.ui.audition.thumbnail import Thumbnail
from studio.ui.main_window import MainWindow
from studio.ui.roll.takes import MIXED
from tests.studio.ui.audition.cells import cell

Press = Callable[..., None]
Answered = Callable[[MainWindow], None]


def drag_bars(window: MainWindow, number: int, first: int, last: int) -> None:
    """Drag from the middle of one bar of a thumbnail to that of another, both counted from 0."""
    shown = cell(window, number)
    area, frame = shown.parts.thumbnail, shown.view.frame
    middles = []
    for bar in (first, last):
        left, right = (Thumbnail.x_of(area, frame, tick) for tick in frame.bars_ticks(bar, bar))
        middles.append(QPoint((left + right) // 2, area.center().y()))
    if first == last:
        middles[1] += QPoint(6, 0)
    QTest.mousePress(shown, Qt.MouseButton.LeftButton, pos=middles[0])
    QTest.mouseMove(shown, middles[1])
    assert shown.marked == (first, last)
    assert frame.bars_text(first, last).endswith(str(last + 5)), "bars count as the ruler counts them"
    QTest.mouseRelease(shown, Qt.MouseButton.LeftButton, pos=middles[1])


def test_dragging_over_bars_puts_them_into_the_mixture_and_return_keeps_it(compared: MainWindow, press: Press) -> None:
    studio, strip = compared.studio, compared.audition.mixture
    before = studio.document.score
    drag_bars(compared, 0, 0, 1)
    drag_bars(compared, 5, 3, 3)
    mixture = studio.takes.mixture
    assert mixture is not None
    assert studio.takes.auditioned is mixture
    press(compared, "X")
    assert not mixture.mark.discarded and "empty it" in studio.status
    studio.mark(mixture, replace(mixture.mark, label="bridge"))
    assert strip.accessibleName().startswith("bridge of Alpha 1, Beta 2")
    assert [(piece.number, piece.ticks) for piece in strip.view.pieces] == [(0, (7680, 11520)), (5, (13440, 15360))]
    assert strip.tip_at(strip.area.left() + 5).startswith("Bar 5 is from Alpha 1.")
    assert strip.tip_at(strip.area.left() + strip.area.width() * 5 / 8).startswith("Bar 7 is the song's own.")
    assert studio.document.score is before
    press(compared, "1", "Shift+M")
    assert strip.view.heard
    press(compared, "Return")
    starts = {note.start for note in studio.document.track.notes if note.start >= 7680}
    assert min(starts) < 9600
    assert not any(11520 <= start < 13440 for start in starts)
    press(compared, "Ctrl+Z")
    assert studio.document.score is before


def test_bars_go_out_of_the_mixture_again(compared: MainWindow, press: Press) -> None:
    drag_bars(compared, 1, 0, 2)
    studio = compared.studio
    compared.comparing.parts.mix_bars(None, (4, 5))
    assert [piece.ticks for piece in compared.audition.mixture.view.pieces] == [(9600, 13440)]
    press(compared, "Shift+X")
    assert studio.takes.mixture is None
    assert compared.audition.mixture.view.is_empty


def test_the_mixture_says_which_take_each_stretch_is_of_and_the_roll_shows_it(compared: MainWindow) -> None:
    window = compared
    tall = window.audition.mixture.height()
    drag_bars(window, 0, 0, 1)
    drag_bars(window, 3, 2, 3)
    strip, slots = window.audition.mixture, window.studio.takes.slots
    assert strip.height() == tall, "thumbnails stay where they were for the next drag"
    assert [(piece.name, piece.number) for piece in strip.view.pieces] == [(slots[n].title, n) for n in (0, 3)]
    (layer,) = [layer for layer in window.roll.context.takes if layer.active]
    assert layer.colour == MIXED and layer.label == "Mixture"
    sources = {(int(start) >= 6 * 1920, int(n)) for start, n in zip(layer.notes.start, layer.notes.source, strict=True)}
    assert sources == {(False, 0), (True, 3)}
    (row,) = window.models.takes.rows.values()
    assert row.caption.text().startswith(f"{len(slots[-1].notes)} notes"), "the panel shows it like any take"


def test_tracks_of_several_takes_stand_in_bands_of_their_own(tune_window: MainWindow, answered: Answered) -> None:
    window, document = tune_window, tune_window.studio.document
    bass = document.score.tracks[1].with_notes(NoteTable.of([Note(0, 4 * 1920, 40)]))
    document.commit("Bass", document.score.with_track(1, bass))
    window.studio.wishes = replace(window.studio.wishes, choosing=AS_WRITTEN, all_tracks=True)
    window.asking.show_wishes()
    answered(window)
    one, two = window.studio.takes.slots[:2]
    assert len(one.request.region.tracks) == 2
    window.attempt(lambda: window.comparing.parts.mix_all(one))
    window.attempt(lambda: window.comparing.parts.mix_bars(two, (5, 6), one.request.region.tracks[1:]))
    window.in_step.show_takes_now()
    shown = [(p.ticks[0] // 1920, p.ticks[1] // 1920, p.number, p.track, p.tracks)
             for p in window.audition.mixture.view.pieces]  # fmt: skip
    assert shown == [(4, 5, 0, 0, 1), (5, 6, 0, 0, 2), (5, 6, 1, 1, 2), (6, 8, 0, 0, 1)]


def test_one_bar_of_the_mixture_is_kept_from_its_menu(compared: MainWindow) -> None:
    window = compared
    drag_bars(window, 0, 0, 0)
    drag_bars(window, 3, 1, 2)
    steps = len(window.studio.document.history.steps)
    (entry,) = [entry for entry in mixture_entries(window.comparing, (5 * 1920, 6 * 1920)) if "bar 6" in entry.title][
        :1
    ]
    entry.run()
    assert window.studio.document.undo_label == "Accept bar 6 of Mixture"
    assert len(window.studio.document.history.steps) == steps + 1 and window.studio.takes.mixture is not None


def test_esc_lets_go_of_a_drag_and_of_nothing_else(compared: MainWindow) -> None:
    shown = cell(compared, 0)
    area = shown.parts.thumbnail
    QTest.mousePress(shown, Qt.MouseButton.LeftButton, pos=area.center())
    QTest.mouseMove(shown, area.center() + QPoint(20, 0))
    assert shown.marked is not None
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.marked is None
    QTest.mouseRelease(shown, Qt.MouseButton.LeftButton, pos=area.center())
    assert compared.studio.takes.showing
    assert compared.studio.takes.mixture is None


def test_marked_bars_of_a_take_are_kept_as_one_step_while_the_takes_stay(compared: MainWindow, press: Press) -> None:
    studio = compared.studio
    before = studio.document.score
    compared.context.time_selection = (9600, 11000)
    press(compared, "2", "Shift+Return")
    new = [note for note in studio.document.track.notes if note.start >= 7680]
    assert len(new) == 8
    assert all(9600 <= note.start < 11520 for note in new)
    assert studio.takes.showing
    press(compared, "Alt+Return")
    assert studio.takes.mixture is not None
    press(compared, "Ctrl+Z")
    assert studio.document.score is before


def test_notes_picked_in_the_roll_are_kept_alone(compared: MainWindow, press: Press, qtbot: QtBot) -> None:
    studio, context = compared.studio, compared.context
    press(compared, "1")
    notes = studio.takes.slots[0].notes
    context.viewport = context.viewport.showing(7200, 15360, 480)

    def place(number: int) -> QPoint:
        note, view = notes[number], context.viewport
        return QPoint(round(float(view.x(note.start))) + 3, int(view.y(note.pitch)) + view.row_px // 2)

    area = compared.roll.note_area
    qtbot.mouseClick(area, Qt.MouseButton.LeftButton, pos=place(0))
    qtbot.mouseClick(area, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pos=place(4))
    assert len(context.picked) == 2
    press(compared, "Shift+Return")
    new = sorted((note.start, note.pitch) for note in studio.document.track.notes if note.start >= 7680)
    assert new == sorted((notes[number].start, notes[number].pitch) for number in (0, 4))
    assert not context.picked
    press(compared, "2")
    assert not context.picked
