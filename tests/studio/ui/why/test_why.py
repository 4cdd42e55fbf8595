"""Asking about notes at the window: colours, arcs, other notes, bars on the keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from ml.music import Note, Score
from ml.requests import Option, TakeNote
from studio.edit.operations.notes import move_notes
from studio.edit.selection import select_all
from studio.session.files import Opened
from studio.session.studio import Studio
from studio.ui.main_window import MainWindow
from studio.ui.why.option_row import ROW_PX
from studio.ui.why.what_else import WhatElse
from studio.ui.why.why_words import others_text
from tests.studio.canned_studies import CannedStudies

Press = Callable[..., None]
Until = Callable[[Callable[[], bool]], None]


def place_of(window: MainWindow, note: Note) -> QPoint:
    view = window.context.viewport
    return QPoint(round(float(view.x(note.start + note.length / 2))), view.y(note.pitch) + view.row_px // 2)


def hover(window: MainWindow, at: QPoint) -> None:
    area, none = window.roll.note_area, Qt.MouseButton.NoButton
    place = QPointF(at), QPointF(area.mapToGlobal(at))
    QApplication.sendEvent(
        area, QMouseEvent(QEvent.Type.MouseMove, *place, none, none, Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip


def click(window: MainWindow, note: Note) -> None:
    QTest.mouseClick(
        window.roll.note_area, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place_of(window, note)
    )


def song_note(window: MainWindow, row: int = 3) -> Note:
    return window.context.notes[row]


def take_note(window: MainWindow, row: int = 2) -> Note:
    return next(layer for layer in window.context.takes if layer.active and len(layer.notes)).notes[row]


def opened(window: MainWindow, until: Until) -> WhatElse:
    until(lambda: window.why.explain.popup is not None and bool(window.why.explain.popup.columns))
    popup = window.why.explain.popup
    assert popup is not None
    until(popup.columns[0][0].isVisible)
    return popup


# --- surprise


def test_a_key_colours_notes_by_surprise_to_the_model_that_is_chosen(
    shown: MainWindow, press: Press, until: Until, studies: CannedStudies
) -> None:
    insight = shown.context.insight
    press(shown, "U")
    assert insight.surprise is not None and insight.surprise.title == "Surprise to Alpha, loudness aside"
    until(lambda: insight.surprise is not None and not insight.surprise.state)
    ids = shown.context.notes.id
    assert np.allclose(insight.surprise.of_song(0, ids), shown.context.notes.pitch / 10)
    assert shown.bound["view.surprise"].isChecked()
    menu = shown.why.model_menu()
    names = [entry.text() for entry in menu.actions()]
    assert names[1:] == ["Alpha", "Beta"] and menu.actions()[0].isChecked()
    menu.actions()[2].trigger()
    until(lambda: ("surprise", "beta") in {asked[:2] for asked in studies.asked})
    assert shown.context.insight.surprise.title == "Surprise to Beta, loudness aside"  # type: ignore[union-attr]
    assert shown.why.model_menu().actions()[2].isChecked()
    until(lambda: insight.surprise is not None and not insight.surprise.state)
    asked = studies.count("surprise")
    click(shown, song_note(shown))
    press(shown, "Up", "Up", "Up")
    assert studies.count("surprise") == asked
    assert insight.surprise is not None and insight.surprise.state == "asking…"
    assert np.isnan(insight.surprise.of_song(0, np.array([song_note(shown).id], np.int32))).all()
    until(lambda: studies.count("surprise") == asked + 1)
    press(shown, "U")
    assert insight.surprise is None and not shown.bound["view.surprise"].isChecked()


def test_the_heard_take_is_coloured_and_the_others_are_not(
    shown: MainWindow, press: Press, until: Until, answered: Callable[[MainWindow], None]
) -> None:
    answered(shown)
    press(shown, "U")
    view = shown.context.insight.surprise
    layer = next(layer for layer in shown.context.takes if layer.active and len(layer.notes))
    assert view is not None
    until(lambda: np.allclose(shown.context.insight.surprise.of_take(layer.notes), layer.notes.pitch / 10))  # type: ignore[union-attr]
    other = next(layer for layer in shown.context.takes if not layer.active and len(layer.notes))
    assert np.isnan(view.of_take(other.notes)).all()
    press(shown, "U")


# --- explaining


def test_pointing_at_a_note_shows_what_was_looked_at_and_says_what_it_is_not(
    shown: MainWindow, press: Press, until: Until
) -> None:
    press(shown, "W")
    hover(shown, place_of(shown, song_note(shown, 5)))
    insight = shown.context.insight
    until(lambda: insight.arcs is not None)
    assert insight.arcs is not None
    assert [arc.note.pitch for arc in insight.arcs.arcs] == shown.context.notes.pitch[:5][::-1].tolist()
    assert insight.arcs.arcs[0].share > insight.arcs.arcs[-1].share
    assert "Alpha" in insight.arcs.caption and "no cause" in insight.arcs.caption and "20 %" in insight.arcs.caption
    hover(shown, QPoint(3, 3))
    assert insight.arcs is None
    hover(shown, place_of(shown, song_note(shown, 15)))
    until(lambda: insight.arcs is not None)
    assert len(insight.arcs.arcs) == 12 and "12 it looked at most, of 15" in insight.arcs.caption
    press(shown, "W")
    hover(shown, place_of(shown, song_note(shown, 5)))
    assert insight.arcs is None


def test_a_model_without_attention_answers_in_words(
    shown: MainWindow, press: Press, until: Until, studies: CannedStudies
) -> None:
    studies.no_attention = frozenset({"alpha"})
    press(shown, "W")
    hover(shown, place_of(shown, song_note(shown, 5)))
    until(lambda: shown.context.insight.arcs is not None)
    arcs = shown.context.insight.arcs
    assert arcs is not None and arcs.arcs == () and "one after the other" in arcs.caption
    shown.roll.note_area.grab()


def test_arcs_of_a_take_lead_to_its_own_notes(
    shown: MainWindow, press: Press, until: Until, answered: Callable[[MainWindow], None]
) -> None:
    answered(shown)
    press(shown, "W")
    hover(shown, place_of(shown, take_note(shown, 2)))
    until(lambda: shown.context.insight.arcs is not None)
    slot = shown.studio.takes.auditioned
    assert slot is not None and shown.context.insight.arcs is not None
    assert {arc.note.start for arc in shown.context.insight.arcs.arcs} == {note.start for note in slot.notes[:2]}
    shown.roll.note_area.grab()
    press(shown, "Esc")
    assert shown.context.insight.arcs is None, "the take is gone"


# --- what else


def test_clicking_a_note_offers_others_resting_on_one_tries_it_and_a_click_takes_it(
    shown: MainWindow, press: Press, until: Until, player: Any
) -> None:
    note = song_note(shown)
    press(shown, "W")
    click(shown, note)
    popup = opened(shown, until)
    assert popup.isVisible() and "3.0 bits to Alpha" in popup.title.text()
    assert not shown.studio.document.selection.ids, "explaining selects nothing"
    told = [label.text() for label in popup.findChildren(QLabel)]
    assert "5 %: nothing more would come here." in told and not any("others" in text for text in told)
    first = popup.columns[0][0]
    assert first.toolTip().endswith("Click to take it.") and first.isEnabled()
    assert not popup.columns[0][1].isEnabled(), "what is written already cannot be chosen"
    at = QPointF(5, 5)
    QApplication.sendEvent(first, QEnterEvent(at, at, QPointF(first.mapToGlobal(QPoint(5, 5)))))
    tried = shown.context.insight.tried
    assert tried is not None and tried.pitch == note.pitch + 4 and ("on", note.pitch + 4) in player.calls
    popup.grab()
    shown.roll.note_area.grab()
    first.click()
    assert shown.context.insight.tried is None and ("off", note.pitch + 4) in player.calls
    assert shown.context.notes.pitch[shown.context.notes.rows_of([note.id])[0]] == note.pitch + 4
    assert shown.bound["edit.undo"].text() == "Undo Swap note"
    assert shown.why.explain.popup is None


def test_rows_and_what_no_row_tells_make_one_together() -> None:
    note = TakeNote(0, 0, 480, 60, 80, 3.0)
    rows = [Option(note, share, share, chosen) for share, chosen in ((0.5, False), (0.26, True))]
    assert others_text(rows) == "24 %: all others."
    assert others_text(rows, end=0.235) == "", "of next to nothing there is nothing to say"


def test_an_offer_can_be_reached_and_taken_by_keys_alone(
    shown: MainWindow, press: Press, until: Until, qtbot: Any
) -> None:
    press(shown, "Shift+W")
    assert "select one" in shown.notice.text and shown.why.explain.popup is None
    note = song_note(shown)
    click(shown, note)
    press(shown, "Shift+W")
    popup = opened(shown, until)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(popup, key)
    row = popup.focusWidget()
    assert row is popup.columns[2][0]
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert shown.context.notes.length[shown.context.notes.rows_of([note.id])[0]] == 2 * note.length


def test_asking_of_the_same_note_again_shows_the_remembered_answer_once(
    shown: MainWindow, press: Press, until: Until
) -> None:
    for _ in range(2):
        click(shown, song_note(shown))
        press(shown, "Shift+W")
        popup = opened(shown, until)
        heads = [label.text() for label in popup.findChildren(QLabel)]
        assert [heads.count(head) for head in ("Pitch", "Start", "Length")] == [1, 1, 1]
        press(shown, "Esc", on=popup)


def test_escape_and_return_are_for_the_small_window_while_it_is_open(
    shown: MainWindow, press: Press, until: Until, answered: Callable[[MainWindow], None]
) -> None:
    answered(shown)
    press(shown, "W")
    click(shown, take_note(shown))
    popup = opened(shown, until)
    until(popup.hasFocus)
    press(shown, "Return", on=popup)
    assert shown.studio.takes.showing and not shown.studio.document.can_undo
    press(shown, "Esc", on=popup)
    assert shown.why.explain.popup is None and shown.studio.takes.showing
    until(shown.roll.note_area.hasFocus)
    press(shown, "Esc")
    assert not shown.studio.takes.showing


def test_the_small_window_stays_inside_and_a_click_beside_closes_it_and_means_what_it_means(
    shown: MainWindow, press: Press, until: Until
) -> None:
    press(shown, "W")
    before = None
    for row in (0, 9, 15):
        click(shown, song_note(shown, row))
        popup = opened(shown, until)
        assert popup is not before and shown.rect().contains(popup.geometry())
        rows = [row for column in popup.columns for row in column]
        assert all(popup.rect().contains(QRect(row.mapTo(popup, QPoint()), row.size())) for row in rows)
        assert all(row.height() == ROW_PX for row in rows)
        before = popup
    QTest.mouseClick(shown.tracks, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(5, 5))
    assert shown.why.explain.popup is None


def test_swapping_a_note_of_a_take_changes_it_on_the_board(
    shown: MainWindow, press: Press, until: Until, answered: Callable[[MainWindow], None]
) -> None:
    answered(shown)
    slot, note = shown.studio.takes.auditioned, take_note(shown)
    press(shown, "W")
    click(shown, note)
    popup = opened(shown, until)
    popup.columns[0][0].click()
    assert slot is not None and slot.edited
    until(lambda: take_note(shown).pitch == note.pitch + 4)
    assert not shown.studio.document.can_undo
    until(lambda: shown.bound["edit.undo"].text() == f"Undo Swap note in {slot.title}")
    click(shown, take_note(shown))
    opened(shown, until)
    press(shown, "Ctrl+Z")
    assert shown.why.explain.popup is None, "what it offered was for other notes"
    until(lambda: take_note(shown) == note and not shown.bound["edit.undo"].isEnabled())
    assert not slot.edited
    press(shown, "Ctrl+Y")
    until(lambda: take_note(shown).pitch == note.pitch + 4)
    assert slot.edited


def test_the_menu_of_the_roll_asks_about_the_note_it_was_opened_on(
    shown: MainWindow, until: Until, answered: Callable[[MainWindow], None], studies: CannedStudies
) -> None:
    answered(shown)
    note = take_note(shown)
    QTest.mouseClick(
        shown.roll.note_area, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place_of(shown, note)
    )
    menus = [menu for menu in shown.findChildren(QMenu) if menu.isVisible()]
    assert any(entry.objectName() == "notes.what_else" for menu in menus for entry in menu.actions())
    QApplication.sendEvent(shown.roll.note_area, QEvent(QEvent.Type.Leave))
    for menu in menus:  # as a menu does before its entry runs
        menu.close()
    shown.bound["notes.what_else"].trigger()
    opened(shown, until)
    assert studies.count("what else in take") == 1


def test_a_failed_question_is_said_in_the_small_window_and_an_edit_closes_it(
    shown: MainWindow, press: Press, until: Until, studies: CannedStudies
) -> None:
    def fail() -> None:
        raise MemoryError

    studies.before = fail
    press(shown, "W")
    click(shown, song_note(shown))
    popup = shown.why.explain.popup
    assert popup is not None and popup.text.text() == "Asking Alpha…"
    until(lambda: "ran out of memory" in popup.text.text())

    document = shown.studio.document
    document.apply("Higher", move_notes(document.score, select_all(document.score, 0), 0, 1))
    assert shown.why.explain.popup is None


def test_closing_the_window_in_the_middle_of_it_leaves_nothing(
    shown: MainWindow, press: Press, studio: Studio, tune: Score
) -> None:
    press(shown, "U", "Shift+U", "W")
    studio.show(Opened(Path("other.mid"), tune), remember=False)
    hover(shown, QPoint(200, 200))
