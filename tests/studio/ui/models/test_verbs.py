"""The five verbs in the window: buttons, keys, what they say before they are pressed, and takes on several tracks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QEnterEvent, QHelpEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from ml.music import LOCKED, Note, NoteTable, Score, Track
from ml.requests import Verb
from studio.edit.operations.notes import set_flag
from studio.edit.selection import Selection, select_all, select_starting
from studio.session.wishes import DRUMS, Partner
from studio.ui.main_window import MainWindow
from studio.ui.models.mini_roll import MiniRoll
from studio.ui.models.verb_row import VerbButton

Press = Callable[..., None]
BAR = 1920
KEYS = {
    Verb.CONTINUE: "Ctrl+Return",
    Verb.FILL: "Ctrl+Shift+F",
    Verb.VARY: "Ctrl+Shift+V",
    Verb.ACCOMPANY: "Ctrl+Shift+A",
    Verb.GENERATE: "Ctrl+Shift+G",
}


def button(window: MainWindow, verb: Verb) -> VerbButton:
    return window.models.verbs.buttons[verb]


def tooltip(window: MainWindow, verb: Verb) -> str:
    """What resting the mouse on a verb shows."""
    place = QPoint(5, 5)
    QApplication.sendEvent(button(window, verb), QHelpEvent(QEvent.Type.ToolTip, place, place))
    return button(window, verb).toolTip()


@pytest.fixture
def asked(qtbot: QtBot, press: Press) -> Callable[[MainWindow, Verb], Any]:
    """Press a verb's key and wait for the answers; gives the request."""

    def asked(window: MainWindow, verb: Verb) -> Any:
        press(window, KEYS[verb])
        assert window.studio.takes.showing, window.notice.text or window.studio.status
        qtbot.waitUntil(lambda: not window.studio.takes.running, timeout=15_000)
        return window.studio.takes.request

    return asked


def test_there_are_five_buttons_with_a_key_each(tune_window: MainWindow) -> None:
    row = tune_window.models.verbs.buttons
    assert [each.text() for each in row.values()] == ["Continue", "Fill", "Vary", "Accompany", "Generate"]
    for verb, key in KEYS.items():
        assert tune_window.bound.actions[f"takes.{verb.value}"].key == key
        assert key in tooltip(tune_window, verb)
        assert not row[verb].icon().isNull()


def test_a_verb_is_enabled_where_it_makes_sense(tune_window: MainWindow, window: MainWindow) -> None:
    document = tune_window.studio.document

    def enabled() -> list[str]:
        return [verb.value for verb in Verb if button(tune_window, verb).isEnabled()]

    assert enabled() == ["continue", "accompany", "generate"]
    tune_window.context.time_selection = (4 * BAR, 5 * BAR)
    tune_window.bound.refresh()
    assert enabled() == ["continue", "fill", "accompany", "generate"], "nothing to vary in empty bars"
    document.select(select_starting(document.score, 0, 0, BAR))
    assert enabled() == ["continue", "fill", "vary", "accompany", "generate"]


def test_a_button_says_what_it_would_do_now_and_the_panel_while_the_mouse_is_on_it(tune_window: MainWindow) -> None:
    document = tune_window.studio.document
    assert tooltip(tune_window, Verb.FILL).startswith("Fill needs bars to work on: select notes")
    document.select(select_starting(document.score, 0, BAR, 2 * BAR + 10))
    assert tooltip(tune_window, Verb.FILL).startswith("Fill bars 2–3 of Lead  (Ctrl+Shift+F)")
    where = tune_window.models.where
    centre = QPoint(5, 5)
    QApplication.sendEvent(button(tune_window, Verb.VARY), QEnterEvent(centre, centre, centre))
    assert where.text() == "Vary bars 2–3 of Lead: 5 notes"
    QApplication.sendEvent(button(tune_window, Verb.VARY), QEvent(QEvent.Type.Leave))
    assert where.text() == "Continue Lead with bars 4–7"


def test_each_verb_asks_for_its_bars_and_says_so(
    tune_window: MainWindow, asked: Callable[..., Any], press: Press
) -> None:
    document = tune_window.studio.document
    document.select(select_starting(document.score, 0, BAR, 2 * BAR))
    for verb, bars in ((Verb.CONTINUE, (2, 6)), (Verb.FILL, (1, 2)), (Verb.VARY, (1, 2)), (Verb.ACCOMPANY, (1, 2)),
                       (Verb.GENERATE, (1, 2))):  # fmt: skip
        request = asked(tune_window, verb)
        assert request.verb is verb
        assert (request.region.start_tick // BAR, request.region.end_tick // BAR) == bars
        assert tune_window.studio.status.startswith(verb.value.capitalize())
        press(tune_window, "Esc")


def test_keys_move_the_knobs_and_the_request_follows(
    tune_window: MainWindow, asked: Callable[..., Any], press: Press
) -> None:
    press(
        tune_window, "Ctrl+Alt+PgUp", "Ctrl+Alt+PgUp", "Ctrl+Alt+Down", *["Ctrl+Alt+-"] * 5, "Ctrl+Alt+R", "Ctrl+Alt+C"
    )
    ask = tune_window.models.ask
    assert [ask.word(slider) for slider in (ask.density, ask.surprise, ask.amount)] == [
        "sparse", "familiar", "half the notes",
    ]  # fmt: skip
    document = tune_window.studio.document
    document.select(select_all(document.score, 0))
    request = asked(tune_window, Verb.VARY)
    assert (request.leanings.density, request.sampling.surprise) == (2, -0.5)
    assert (request.keep.rhythm, request.keep.contour, request.keep.harmony) == (True, True, False)
    assert len(request.region.kept) == 8
    press(tune_window, *["Ctrl+Alt+PgDown"] * 3)
    assert tune_window.studio.wishes.leanings.density is None


def test_nothing_that_is_wished_is_an_edit(tune_window: MainWindow, press: Press) -> None:
    press(tune_window, "Ctrl+Alt+A", "Ctrl+Alt+H", "Ctrl+Alt+Up")
    document = tune_window.studio.document
    assert not document.can_undo and not document.modified


# --- all tracks, new tracks


def test_all_tracks_are_asked_at_once_and_drawn_and_kept_together(
    tune_window: MainWindow, asked: Callable[..., Any], press: Press
) -> None:
    document = tune_window.studio.document
    bass = NoteTable.of(Note(bar * BAR, BAR, 40) for bar in range(4))
    document.commit("Bass", document.score.with_track(1, document.score.tracks[1].with_notes(bass)))
    press(tune_window, "Ctrl+Alt+A")
    assert tune_window.models.where.text() == "Continue Lead and Bass with bars 5–8"
    request = asked(tune_window, Verb.CONTINUE)
    assert request.region.tracks == (0, 1)
    assert {layer.track for layer in tune_window.context.takes} == {0, 1}
    assert all(len(row.roll.note_rectangles()) == 64 for row in tune_window.models.takes.rows.values())
    press(tune_window, "2", "Return")
    assert [len(track.notes) for track in document.score.tracks] == [16 + 32, 4 + 32]
    press(tune_window, "Ctrl+Z")
    assert [len(track.notes) for track in document.score.tracks] == [16, 4]


def test_accompany_brings_a_new_track_only_when_a_take_is_kept(
    tune_window: MainWindow, asked: Callable[..., Any], press: Press, player: Any
) -> None:
    document = tune_window.studio.document
    before = document.score
    tune_window.asking.set_partner(DRUMS)
    assert tune_window.models.where.text() == "Accompany bars 1–4 with Drums"
    asked(tune_window, Verb.ACCOMPANY)
    assert document.score is before and len(tune_window.tracks.rows) == 2
    assert {layer.track for layer in tune_window.context.takes} == {2}
    press(tune_window, "1")
    tune_window.studio.poll()
    assert max(voice.slot for voice in player.plans[-1].voices) > 0 and player.plans[-1].note_count == 16 + 32
    tune_window.roll.note_area.grab()
    press(tune_window, "Return")
    assert [track.name for track in document.score.tracks] == ["Lead", "Bass", "Drums"]
    assert len(tune_window.tracks.rows) == 3 and document.current_track == 2
    press(tune_window, "Ctrl+Z")
    assert document.score is before


def test_who_accompanies_is_chosen_from_a_menu(tune_window: MainWindow, press: Press) -> None:
    press(tune_window, "Ctrl+Alt+I")
    menu = next(each for each in tune_window.models.findChildren(QMenu) if each.isVisible())
    entries = {entry.text(): entry for entry in menu.actions() if entry.text()}
    assert list(entries)[:3] == ["New track: Bass", "New track: Chords", "New track: Drums"]
    assert entries["New track: Bass"].isChecked()
    entries["Bass (Acoustic Bass)"].trigger()
    menu.close()
    assert tune_window.studio.wishes.partner == Partner.of_track(1)
    assert tune_window.models.ask.partner.text() == "Accompany with Bass  ▾"
    families = entries["New track with"].menu()
    strings = next(entry.menu() for entry in families.actions() if entry.text() == "Strings")
    next(entry for entry in strings.actions() if entry.text() == "Cello").trigger()
    assert tune_window.studio.wishes.partner == Partner("Cello", 42)
    assert tune_window.models.where.text() == "Accompany bars 1–4 with Cello"


def test_generate_fills_an_empty_song(window: MainWindow, asked: Callable[..., Any], press: Press) -> None:
    request = asked(window, Verb.GENERATE)
    assert (request.region.start_tick, request.bars) == (0, 4)
    press(window, "1", "Return")
    assert len(window.studio.document.track.notes) == 32


def test_sixteen_parts_stay_usable(window: MainWindow, asked: Callable[..., Any], press: Press) -> None:
    document = window.studio.document
    notes = NoteTable.of([Note(0, 960, 60), Note(960, 960, 64)])
    parts = [Track(f"Part {number}", notes, channel=number % 9) for number in range(15)]
    drums = Track("Kit", NoteTable.of([Note(0, 100, 36)]), drums=True, channel=9)
    document.commit("Parts", Score((*parts, drums), document.score.time_map))
    press(window, "Ctrl+Alt+A")
    assert window.models.where.text() == "Continue all 16 tracks with bars 2–5"
    asked(window, Verb.CONTINUE)
    window.roll.note_area.grab()
    window.models.grab()
    assert len(window.context.takes) == 16 * len(window.studio.takes.slots)
    press(window, "Return")
    assert all(len(track.notes) > 2 for track in document.score.tracks)
    assert len([step.label for step in document.history.steps]) == 3
    document.commit("One more", document.score.with_tracks((*document.score.tracks, parts[0])))
    press(window, "Ctrl+Return")
    assert "17 tracks are too many" in window.notice.text


# --- locks


def test_a_key_locks_notes_and_no_verb_changes_them(
    tune_window: MainWindow, asked: Callable[..., Any], press: Press
) -> None:
    document = tune_window.studio.document
    document.select(select_starting(document.score, 0, BAR, BAR + 500))
    press(tune_window, "Shift+L")
    assert document.undo_label == "Lock notes"
    locked = [note for note in document.track.notes if note.flags & LOCKED]
    assert [note.start for note in locked] == [BAR, BAR + 480]
    document.select(Selection(0))
    tune_window.context.time_selection = (BAR, 2 * BAR)
    for verb in (Verb.FILL, Verb.VARY, Verb.GENERATE):
        asked(tune_window, verb)
        press(tune_window, "1", "Return")
        assert [note for note in document.track.notes if note.flags & LOCKED] == locked
        press(tune_window, "Ctrl+Z")
    press(tune_window, "Ctrl+Z")
    assert not any(note.flags & LOCKED for note in document.track.notes), "one step"


def test_locked_notes_may_be_edited_and_unlocked(tune_window: MainWindow, press: Press) -> None:
    document = tune_window.studio.document
    document.select(select_starting(document.score, 0, 0, 480))
    press(tune_window, "Shift+L", "Up")
    assert (document.track.notes[0].pitch, document.track.notes[0].flags) == (61, LOCKED)
    press(tune_window, "Shift+L")
    assert document.track.notes[0].flags == 0
    assert "notes.lock" in __import__("studio.ui.window_dialogs", fromlist=["MENU_OF_ROLL"]).MENU_OF_ROLL


@pytest.mark.parametrize("zoom", [1.0, 0.2])
def test_locked_notes_are_told_apart_by_shape(tune_window: MainWindow, zoom: float) -> None:
    document, area = tune_window.studio.document, tune_window.roll.note_area
    document.select(Selection(0))
    tune_window.roll.zoom_time(zoom)
    before = area.grab().toImage()
    locked = set_flag(document.score, select_all(document.score, 0), LOCKED)
    document.commit("Lock", locked.score, selection=Selection(0))
    after = area.grab().toImage()
    note = document.track.notes[2]
    view = tune_window.context.viewport
    left, right = round(float(view.x(note.start))), round(float(view.x(note.end)))
    top = int(view.y(note.pitch))
    changed = [
        (x, y)
        for x in range(left, right)
        for y in range(top, top + view.row_px - 1)
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert len(changed) >= 10
    unchanged = (right - left) * (view.row_px - 1) - len(changed)
    assert unchanged > 0, "a mark on the note, not another colour of it"


def test_notes_that_stay_are_not_drawn_as_if_they_went(tune_window: MainWindow, asked: Callable[..., Any]) -> None:
    document = tune_window.studio.document
    document.select(Selection(0, frozenset({0, 2})))
    asked(tune_window, Verb.VARY)
    layer = tune_window.context.takes[0]
    assert layer.kept == {1}
    assert {len(row.roll._given) for row in tune_window.models.takes.rows.values()} == {1}


def test_drums_among_other_parts_have_a_strip_at_the_foot_of_a_little_roll(qtbot: QtBot) -> None:
    from ml.requests import TakeNote

    roll = MiniRoll()
    qtbot.addWidget(roll)
    roll.resize(150, 32)
    notes = (TakeNote(0, 0, 480, 60, 80, 1.0), TakeNote(1, 0, 480, 36, 80, 1.0), TakeNote(1, 0, 480, 57, 80, 1.0))
    roll.set_notes(notes, (0, BAR), (), (60, 72), tracks=(0, 1), drums=frozenset({1}))
    melody, kick, crash = roll.note_rectangles()
    assert melody.bottom() < crash.top() < kick.top()
    assert kick.bottom() <= roll.height()
