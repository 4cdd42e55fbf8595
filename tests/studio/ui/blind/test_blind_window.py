"""A blind test in the window, by keys: names stay away until the end, and every vote is on the disk at once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ml.requests import Verb
from studio.project import AppFolders
from studio.session.blind_desk import Plan
from studio.ui.blind.begin_dialog import BeginDialog
from studio.ui.blind.result_dialog import ResultDialog
from studio.ui.main_window import MainWindow


@pytest.fixture
def testing(tune_window: MainWindow, answered: Callable[[MainWindow], None], press: Callable[..., None]) -> MainWindow:
    """Both models have answered, and a blind test in pairs has begun from its dialog."""
    answered(tune_window)
    press(tune_window, "B")
    tune_window.findChild(BeginDialog, "begin-blind").start.click()
    assert tune_window.blind.desk.running
    QApplication.processEvents()
    tune_window.activateWindow()  # what a window manager does when a dialog closes
    return tune_window


def votes(folders: AppFolders) -> list[dict[str, Any]]:
    return [json.loads(line) for line in folders.votes_file.read_text().splitlines() if line]


def finish(window: MainWindow, press: Callable[..., None], *answers: str) -> ResultDialog:
    """Hear and answer until the test is over."""
    for question in range(len(window.blind.desk.test.trials) - window.blind.desk.test.number):
        press(window, "2", answers[question % len(answers)])
    assert not window.blind.desk.running
    found = window.findChild(ResultDialog, "blind-result")
    assert found is not None
    return found


def shown_texts(widget: QWidget) -> str:
    """Everything that can be read in the window now, with tooltips and names for screen readers."""
    parts = [widget, *widget.findChildren(QWidget)]
    said = [f"{part.toolTip()} {part.accessibleName()}" for part in parts if part.isVisible() or part is widget]
    said += [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    return " ".join(said)


def test_votes_by_keys_are_kept_and_names_come_at_the_end(
    testing: MainWindow, press: Callable[..., None], folders: AppFolders
) -> None:
    strip = testing.blind.strip
    assert not strip.isHidden()
    planned = len(testing.blind.desk.test.trials)
    assert strip.progress.text() == f"1 of {planned}"
    press(testing, "2", "B")
    assert len(votes(folders)) == 1
    vote = votes(folders)[0]
    assert [heard["place"] for heard in vote["heard"]] == [1, 0]
    assert {heard["model"] for heard in vote["heard"]} == {"Alpha", "Beta"}
    assert (vote["verb"], vote["ranking"], vote["loudness_matched"]) == ("continue", False, True)
    assert strip.progress.text() == f"2 of {planned}"
    result = finish(testing, press, "A", "=")
    assert strip.isHidden()
    assert not testing.studio.takes.blind
    assert len(votes(folders)) == planned
    assert {result.entrants.item(row, 0).text() for row in range(2)} == {"Alpha", "Beta"}
    assert result.takes.rowCount() == 2 * planned
    assert testing.opening.shows_takes


def test_nothing_in_the_window_tells_takes_apart(testing: MainWindow, qtbot: QtBot, press: Callable[..., None]) -> None:
    for key in ("1", "2", "1", "2"):
        press(testing, key)
        qtbot.wait(1)
        said = (
            shown_texts(testing.models.takes) + shown_texts(testing.blind.strip) + testing.statusBar().currentMessage()
        )
        assert "Alpha" not in said
        assert "Beta" not in said
        assert testing.models.takes.rows == {}
        assert all(not len(layer.notes) and layer.label == "Blind test" for layer in testing.context.takes)
        assert not testing.opening.is_open
        assert "Alpha" not in testing.windowTitle()
    press(testing, "U", "1", "2")  # colours by surprise name the model that wrote a take
    assert "Beta" not in testing.context.insight.surprise.title
    for name in ("takes.accept", "takes.export", "takes.next", "takes.hear_1", "takes.reject", "audition.star"):
        assert not testing.bound[name].isEnabled(), name


def test_letters_are_heard_in_the_loop_and_no_vote_counts_before_all_were(
    testing: MainWindow, press: Callable[..., None], folders: AppFolders
) -> None:
    studio, trial = testing.studio, testing.blind.desk.trial
    assert studio.transport.playing
    assert studio.takes.auditioned is trial.candidates[0].slot
    press(testing, "A")
    assert "Hear B first" in testing.notice.text
    assert not folders.votes_file.exists()
    press(testing, "]")
    assert testing.notice.text == "", "what was refused has been done"
    assert studio.takes.auditioned is trial.candidates[1].slot
    assert testing.bound["blind.hear_2"].isChecked()
    press(testing, "Return")
    assert [heard["place"] for heard in votes(folders)[0]["heard"]] == [1, 0]


def test_votes_that_cannot_be_written_are_said_above_the_roll_and_written_later(
    testing: MainWindow, press: Callable[..., None], folders: AppFolders
) -> None:
    folders.votes_file.mkdir(parents=True)
    press(testing, "2", "A")
    assert testing.notice.text.startswith("Your votes cannot be kept")
    press(testing, "2")
    assert testing.notice.text.startswith("Your votes cannot be kept")
    folders.votes_file.rmdir()
    press(testing, "B")
    assert testing.notice.text == ""
    assert len(votes(folders)) == 2
    folders.votes_file.unlink()
    folders.votes_file.mkdir()
    press(testing, "2", "A")
    folders.votes_file.rmdir()
    testing.blind.close()
    assert len(votes(folders)) == 1, "what was not on the disk when the window closed"


def test_skip_take_back_and_stopping_early(
    testing: MainWindow, press: Callable[..., None], folders: AppFolders, qtbot: QtBot
) -> None:
    first = testing.blind.desk.trial
    press(testing, "2", "A")
    press(testing, "R")
    assert testing.blind.desk.trial is first
    assert testing.blind.desk.store.ballots() == ()
    press(testing, "X", "2", "B")
    press(testing, "Esc")
    assert not testing.blind.desk.running
    assert len(testing.blind.desk.store.ballots()) == 1
    result = testing.findChild(ResultDialog, "blind-result")
    assert "1 vote, 1 skipped; " in result.said.text()
    assert "questions not asked" in result.said.text()
    assert testing.bound["takes.reject"].isEnabled()


def test_takes_are_put_in_order_with_the_song_among_them(
    tune_window: MainWindow, press: Callable[..., None], until: Callable[..., None], folders: AppFolders
) -> None:
    tune_window.asking.set_bars(2)
    tune_window.context.time_selection = (0, 2 * 1920)
    tune_window.blind.begin(Plan(ranking=True), Verb.VARY)
    assert tune_window.studio.takes.blind
    assert tune_window.models.takes.rows == {}
    until(lambda: tune_window.blind.desk.running)
    trial = tune_window.blind.desk.trial
    assert len(trial.candidates) == 3
    assert [c.entrant.is_song for c in trial.candidates].count(True) == 1
    strip = tune_window.blind.strip
    assert strip.question.text() == "Which is best?"
    press(tune_window, "3", "2", "Return")
    assert strip.question.text() == "Which is next?"
    width = strip.minimumSizeHint().width()
    press(tune_window, "1", "=")
    assert strip.order.text() == "B = A"
    assert strip.minimumSizeHint().width() == width, "the panels beside it stay where they are"
    press(tune_window, "R", "1", "Return", "3", "=")
    heard = votes(folders)[0]["heard"]
    assert [row["place"] for row in heard] == [1, 0, 1]
    assert votes(folders)[0]["ranking"]
    press(tune_window, "Esc")
    assert not tune_window.blind.undecided


def test_the_song_is_heard_like_a_take(
    tune_window: MainWindow, press: Callable[..., None], until: Callable[..., None]
) -> None:
    tune_window.context.time_selection = (0, 2 * 1920)
    tune_window.blind.begin(Plan(), Verb.VARY)
    until(lambda: tune_window.blind.desk.running)
    desk, studio = tune_window.blind.desk, tune_window.studio
    while not any(c.entrant.is_song for c in desk.trial.candidates):
        desk.skip()
    index = next(i for i, c in enumerate(desk.trial.candidates) if c.entrant.is_song)
    desk.hear(index)
    sounding = [(n.start, n.pitch, n.length) for n in studio.transport.heard.tracks[0].notes]
    assert sounding == [(n.start, n.pitch, n.length) for n in studio.document.track.notes]
    desk.end()
    assert studio.takes.auditioned is None
    assert studio.takes.original is None


def test_dropping_the_song_ends_the_test_and_keeps_its_votes(
    testing: MainWindow, press: Callable[..., None], folders: AppFolders
) -> None:
    press(testing, "2", "A")
    testing.studio.new()
    assert not testing.blind.desk.running
    assert testing.blind.strip.isHidden()
    assert len(votes(folders)) == 1


def test_one_model_alone_cannot_be_tested(
    tune_window: MainWindow, answered: Callable[[MainWindow], None], press: Callable[..., None]
) -> None:
    tune_window.models.shelf.tick(["alpha"])
    answered(tune_window)
    tune_window.blind.begin(Plan(), None)
    assert "needs takes of two models" in tune_window.notice.text
    assert not tune_window.studio.takes.blind
    tune_window.notice.hide()
    tune_window.blind.begin(Plan(), Verb.CONTINUE)
    assert "needs takes of two models" in tune_window.notice.text, "said before anybody waits for them"
    assert not tune_window.blind.undecided
    tune_window.context.time_selection = (0, 2 * 1920)
    tune_window.blind.begin(Plan(), Verb.VARY)
    assert tune_window.blind.undecided, "against the song"


def test_tallies_count_export_and_say_what_they_cannot(
    testing: MainWindow, press: Callable[..., None], until: Callable[..., None], answers: Any, tmp_path: Path
) -> None:
    finish(testing, press, "A", "B").close()
    testing.bound["blind.tallies"].trigger()
    tallies = testing.blind.tallies
    until(lambda: tallies.scores is not None)
    assert "votes in 1 test" in tallies.basis.text()
    assert "Too few votes" in tallies.reasons.text()
    assert tallies.plot.isHidden()
    answers.save = tmp_path / "tallies.csv"
    tallies.export.click()
    rows = list(csv.DictReader(answers.save.read_text("utf-8-sig").splitlines()))
    assert {row["entrant"] for row in rows[:2]} == {"Alpha", "Beta"}
    cast = len(testing.blind.desk.store.ballots())
    assert rows[0]["comparisons"] == str(cast)
    answers.save = tmp_path / "votes.csv"
    tallies.export_votes.click()
    assert len(answers.save.read_text("utf-8-sig").splitlines()) == 1 + 2 * cast
    tallies.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    until(lambda: tallies.scores is not None)
    assert "No votes yet" in tallies.basis.text()
    tallies.close()


def test_tallies_tell_nothing_of_the_test_that_runs(
    testing: MainWindow, press: Callable[..., None], folders: AppFolders
) -> None:
    press(testing, "2", "A")
    assert len(votes(folders)) == 1
    testing.bound["blind.tallies"].trigger()
    assert testing.blind.tallies.table.rowCount() == 0
    testing.blind.desk.end()
    assert testing.blind.tallies.table.rowCount() == 2
    testing.blind.tallies.close()


def test_no_key_has_two_meanings_while_a_test_runs(testing: MainWindow, press: Callable[..., None]) -> None:
    assert testing.bound.actions.clashes() == []
    testing.blind.desk.end()
    assert testing.bound.actions.clashes() == []
