"""Continue in the window: takes stream in side by side, keys switch between them, one or none is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ml.music import Key
from ml.music.midi import read_midi_file
from ml.requests import Verb
from ml.requests.choosing import AS_WRITTEN
from studio.edit.operations.notes import delete_notes
from studio.edit.selection import select_all, select_starting
from studio.ui.main_window import MainWindow


@pytest.fixture
def panel_window(tune_window: MainWindow) -> MainWindow:
    """The window with the tune, where the panel shows all takes, as they are written: the comparison stays closed."""
    tune_window.studio.wishes = replace(tune_window.studio.wishes, choosing=AS_WRITTEN)
    tune_window.asking.show_wishes()
    tune_window.opening.restore({"by_itself": False})
    return tune_window


def test_both_models_answer_side_by_side(panel_window: MainWindow, answered: Callable[[MainWindow], None]) -> None:
    answered(panel_window)
    rows = panel_window.models.takes.rows
    assert len(rows) == 8
    assert [rows[number].accessibleName().split(",")[0] for number in (0, 4)] == ["Take 1 of Alpha", "Take 5 of Beta"]
    assert all(len(row.roll.note_rectangles()) == 32 for row in rows.values())
    assert len(panel_window.context.takes) == 8


def test_takes_stream_into_rows_and_roll_while_models_write(
    panel_window: MainWindow, walker: Any, press: Callable[..., None], until: Callable[..., None]
) -> None:
    may_go_on = threading.Event()
    walker.before_note["alpha"] = lambda take, number: may_go_on.wait(10) if number == 5 else None
    try:
        press(panel_window, "Ctrl+Return")
        until(lambda: 0 in panel_window.models.takes.rows)
        until(lambda: len(panel_window.models.takes.rows[0].roll.note_rectangles()) == 5)
        assert "writing" in panel_window.models.takes.rows[0].caption.text()
        assert not panel_window.models.takes.rows[0].accept.isEnabled()
        until(lambda: len(panel_window.context.takes[0].notes) == 5)
        assert not panel_window.models.progress.isHidden()
    finally:
        may_go_on.set()
    until(lambda: not panel_window.studio.takes.running)
    assert panel_window.models.progress.isHidden()


def test_digits_and_brackets_switch_takes_and_start_the_loop_over_the_join(
    tune_window: MainWindow,
    answered: Callable[[MainWindow], None],
    press: Callable[..., None],
    player: Any,
    until: Callable[..., None],
) -> None:  # fmt: skip
    answered(tune_window)
    studio = tune_window.studio
    press(tune_window, "3")
    assert studio.takes.auditioned is studio.takes.slots[2]
    assert studio.transport.playing
    assert tune_window.context.loop == studio.join_loop()
    press(tune_window, "]")
    assert studio.takes.auditioned is studio.takes.slots[3]
    press(tune_window, "[", "[")
    assert studio.takes.auditioned is studio.takes.slots[1]
    assert tune_window.context.takes[1].active
    assert tune_window.context.tool.value == "select"
    press(tune_window, "8")
    until(lambda: list(tune_window.models.takes.rows) == [7])
    press(tune_window, "0")
    assert studio.takes.auditioned is None


def test_enter_keeps_one_take_as_one_step_with_its_notes_selected(
    tune_window: MainWindow, answered: Callable[[MainWindow], None], press: Callable[..., None]
) -> None:
    document = tune_window.studio.document
    answered(tune_window)
    press(tune_window, "2", "Return")
    assert len(document.track.notes) == 16 + 32
    assert len(document.selection.ids) == 32
    assert not tune_window.studio.takes.showing
    assert tune_window.context.takes == ()
    press(tune_window, "Ctrl+Z")
    assert len(document.track.notes) == 16
    assert not document.can_undo


def test_escape_drops_all_takes_without_a_trace(
    tune_window: MainWindow, answered: Callable[[MainWindow], None], press: Callable[..., None]
) -> None:
    document = tune_window.studio.document
    before = document.score
    answered(tune_window)
    press(tune_window, "Esc")
    assert document.score is before
    assert not document.can_undo
    assert not tune_window.studio.takes.showing
    assert tune_window.models.takes.rows == {}
    press(tune_window, "4")
    assert tune_window.context.tool.value == "erase"


def test_stop_keeps_what_is_complete(
    tune_window: MainWindow, walker: Any, press: Callable[..., None], until: Callable[..., None]
) -> None:
    may_go_on = threading.Event()
    walker.before_note["beta"] = lambda take, number: may_go_on.wait(10) if number else None
    try:
        press(tune_window, "Ctrl+Return")
        until(lambda: any(slot.notes for slot in tune_window.studio.takes.slots))
        press(tune_window, "Ctrl+.")
        assert not tune_window.studio.takes.running
    finally:
        may_go_on.set()


def test_a_click_hears_and_a_double_click_keeps(
    panel_window: MainWindow, answered: Callable[[MainWindow], None], qtbot: QtBot
) -> None:
    answered(panel_window)
    row = panel_window.models.takes.rows[1]
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert panel_window.studio.takes.auditioned is panel_window.studio.takes.slots[1]
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton)
    assert panel_window.studio.document.undo_label == "Accept Alpha 2"


def test_the_surprise_curve_shows_every_note_of_the_take_that_is_heard(
    tune_window: MainWindow, answered: Callable[[MainWindow], None], press: Callable[..., None]
) -> None:
    answered(tune_window)
    press(tune_window, "2")
    curve = tune_window.models.curve
    assert curve is not None
    bars, bits = curve.dots
    assert len(bits) == 32
    assert bits.tolist() == [note.bits for note in tune_window.studio.takes.slots[1].notes]
    assert bars.min() == 5.0
    press(tune_window, "Esc")
    assert curve.isHidden()


def test_a_key_that_the_user_sets_is_obeyed_and_a_detected_one_is_not_a_limit(
    tune_window: MainWindow, answered: Callable[[MainWindow], None]
) -> None:
    answered(tune_window)
    assert tune_window.studio.takes.request.limits.key is None
    key = Key.parse("F#:maj")
    tune_window._set_key(key)
    answered(tune_window)
    assert tune_window.studio.takes.request.limits.key == key
    pitches = {note.pitch % 12 for slot in tune_window.studio.takes.slots for note in slot.notes}
    assert pitches <= key.pitch_classes


def test_what_is_asked_follows_the_selection(tune_window: MainWindow, answered: Callable[[MainWindow], None]) -> None:
    document = tune_window.studio.document
    assert tune_window.models.where.text() == "Continue Lead with bars 5–8"
    document.select(select_starting(document.score, 0, 0, 1920))
    assert tune_window.models.where.text() == "Continue Lead with bars 2–5"
    answered(tune_window)
    assert tune_window.studio.takes.request.region.start_tick == 1920


def test_bars_takes_and_surprise_go_into_the_request_and_are_remembered(
    tune_window: MainWindow, answered: Callable[[MainWindow], None], press: Callable[..., None]
) -> None:
    press(tune_window, "Ctrl+Alt+1", "Ctrl+Alt+Left", "Ctrl+Alt+Up")
    answered(tune_window)
    request = tune_window.studio.takes.request
    assert (request.bars, request.takes, request.sampling.surprise) == (2, 3, 0.5)
    assert tune_window.models.ask.word(tune_window.models.ask.surprise) == "surprising"
    assert tune_window.studio.settings.get(tune_window_setting("bars")) == 2


def tune_window_setting(key: str) -> Any:
    from studio.project import SETTINGS

    return next(setting for setting in SETTINGS if setting.key == key)


def test_only_ticked_models_are_asked(tune_window: MainWindow, answered: Callable[[MainWindow], None]) -> None:
    tune_window.models.shelf.boxes["alpha"].click()
    answered(tune_window)
    assert [answer.card.id for answer in tune_window.studio.takes.answers] == ["beta"]
    tune_window.models.shelf.boxes["beta"].click()
    tune_window.asking.ask(Verb.CONTINUE)
    assert "tick at least one" in tune_window.studio.status


def test_a_model_that_fails_says_so_where_its_takes_would_be(
    panel_window: MainWindow, walker: Any, answered: Callable[[MainWindow], None]
) -> None:
    def fail(take: int, number: int) -> None:
        raise RuntimeError("no")

    walker.before_note["alpha"] = fail
    answered(panel_window)
    assert len(panel_window.models.takes.rows) == 4
    assert panel_window.studio.takes.answers[0].sentence
    assert panel_window.statusBar().currentMessage() == panel_window.studio.takes.answers[0].sentence


def test_an_edit_under_the_takes_marks_them_and_keeping_still_works(
    tune_window: MainWindow, answered: Callable[[MainWindow], None], press: Callable[..., None]
) -> None:
    document = tune_window.studio.document
    answered(tune_window)
    assert tune_window.models.warning.isHidden()
    document.apply("Delete", delete_notes(document.score, select_starting(document.score, 0, 0, 480)))
    assert not tune_window.models.warning.isHidden()
    press(tune_window, "1", "Return")
    assert len(document.track.notes) == 15 + 32


def test_an_empty_song_gets_a_sentence_and_not_a_take(window: MainWindow, press: Callable[..., None]) -> None:
    press(window, "Ctrl+Return")
    assert window.notice.text.startswith("The song is empty")
    assert not window.studio.takes.showing


def test_a_take_is_exported_alone(
    panel_window: MainWindow, answered: Callable[[MainWindow], None], answers: Any, tmp_path: Path
) -> None:
    answered(panel_window)
    answers.save = tmp_path / "take.mid"
    panel_window.models.takes.rows[5].export.click()
    score = read_midi_file(answers.save).score
    assert [len(track.notes) for track in score.tracks] == [32]
    assert score.tracks[0].notes.start[0] == 0
    assert answers.asked == ["save tune - Beta 2.mid"]


def test_asking_again_puts_the_old_takes_away(tune_window: MainWindow, answered: Callable[[MainWindow], None]) -> None:
    answered(tune_window)
    first = tune_window.studio.takes.slots
    answered(tune_window)
    assert not set(first) & set(tune_window.studio.takes.slots)
    assert len(tune_window.context.takes) == 8


def test_the_join_comes_into_sight(tune_window: MainWindow, answered: Callable[[MainWindow], None]) -> None:
    tune_window.context.viewport = tune_window.context.viewport.showing(0, 1920, 480)
    answered(tune_window)
    view = tune_window.context.viewport
    assert view.right_tick >= tune_window.studio.takes.request.region.end_tick


def test_a_model_card_is_plain_text(tune_window: MainWindow, make_model: Any, models: Path) -> None:
    make_model(models / "evil", name="<img src=x>", good_at="<b>everything</b>")
    tune_window.studio.shelf.rescan()
    tune_window.asking.show_shelf()
    box = tune_window.models.shelf.boxes["evil"]
    assert box.text() == "<img src=x>"
    assert "<img" not in box.toolTip()
    assert "&lt;img" in box.toolTip()


def test_no_model_at_all_says_where_models_belong(tune_window: MainWindow) -> None:
    tune_window.models.show_models([], [], None, Path("/somewhere/models"))
    labels = [label.text() for label in tune_window.models.shelf.findChildren(object) if hasattr(label, "text")]
    assert any("/somewhere/models" in text for text in labels)


def test_selecting_all_and_continuing_goes_on_after_the_last_note(
    tune_window: MainWindow, answered: Callable[[MainWindow], None]
) -> None:
    document = tune_window.studio.document
    document.select(select_all(document.score, 0))
    answered(tune_window)
    assert tune_window.studio.takes.request.region.start_tick == 7680


def test_enter_on_a_take_that_is_still_being_written_says_so(
    tune_window: MainWindow, walker: Any, press: Callable[..., None], until: Callable[..., None]
) -> None:
    may_go_on = threading.Event()
    walker.before_note["alpha"] = lambda take, number: may_go_on.wait(10) if number == 3 else None
    try:
        press(tune_window, "Ctrl+Return")
        until(lambda: any(slot.notes for slot in tune_window.studio.takes.slots))
        press(tune_window, "1", "Return")
        assert "still being written" in tune_window.notice.text
        assert not tune_window.studio.document.can_undo
    finally:
        may_go_on.set()
    until(lambda: not tune_window.studio.takes.running)
