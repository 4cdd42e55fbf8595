"""The tree of takes in the window: found, heard, marked, compared and gone back to, with mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ml.models.weights_file import weights_hash
from ml.music import Note, NoteTable, Score, Track
from ml.requests import GenerationRequest, Region, TakeNote
from ml.requests.choosing import AS_WRITTEN
from studio.project import RequestRecord, TakeRecord, TakeRef, TakeState, TreeRecord
from studio.session.song_report import Standing
from studio.session.take_diff import difference
from studio.ui.main_window import MainWindow
from studio.ui.tree.diff_layer import ShownDiff
from studio.ui.tree.outline import Show, TakeRow, outline
from studio.ui.tree.report_dialog import ReportDialog

Press = Callable[..., None]
Answered = Callable[[MainWindow], None]

SONG = Score((Track("Lead", NoteTable.of([Note(0, 480, 60)])),))


def record(number: int, *takes: TakeRecord, parent: TakeRef | None = None) -> RequestRecord:
    request = GenerationRequest(SONG, Region(3840 * number, 3840 * number + 3840, (0,)), seed=100 + number)
    return RequestRecord(number, request, (("lstm", "LSTM"),), 1e9, parent=parent, takes=takes)


def take(index: int, model: str = "lstm", **more: object) -> TakeRecord:
    notes = (TakeNote(0, 3840, 480, 60 + index, 80, 2.0), TakeNote(0, 4320, 480, 62, 80, 2.0))
    return replace(TakeRecord(model, model.upper(), index, notes, {}), **more)  # type: ignore[arg-type]


def shape(rows: list) -> list:  # type: ignore[type-arg]
    """Numbers of requests, each with what branches off from its takes."""
    return [(row.record.number, [shape(take.branches) for take in row.takes if take.branches]) for row in rows]


# --- the outline


def test_the_main_line_stays_flat_and_branches_hang_below_the_take_they_left() -> None:
    requests = [
        record(1, take(0), take(1)),
        record(2, take(0), parent=TakeRef(1, "lstm", 0)),
        record(3, take(0), parent=TakeRef(2, "lstm", 0)),
        record(4, take(0), parent=TakeRef(1, "lstm", 1)),
        record(5, take(0), parent=TakeRef(4, "lstm", 0)),
        record(6, take(0), parent=TakeRef(4, "lstm", 0)),
        record(7, take(0)),
    ]
    assert shape(outline(requests)) == [(1, [[(4, [[(6, [])]]), (5, [])]]), (2, []), (3, []), (7, [])]


def test_a_parent_that_is_gone_or_impossible_makes_a_request_a_beginning() -> None:
    requests = [
        record(1, take(0), parent=TakeRef(2, "lstm", 0)),
        record(2, take(0), parent=TakeRef(2, "lstm", 0)),
        record(3, take(0), parent=TakeRef(9, "gone", 0)),
    ]
    assert shape(outline(requests)) == [(1, []), (2, []), (3, [])]


def test_a_long_song_does_not_nest_without_end() -> None:
    chain = [record(1, take(0))] + [record(n, take(0), parent=TakeRef(n - 1, "lstm", 0)) for n in range(2, 1500)]
    assert len(outline(chain)) == 1499


def test_takes_are_found_by_words_and_filters() -> None:
    requests = [
        record(1, take(0, label="hook"), take(1, starred=True)),
        record(2, take(0, "gru", note="with strings"), take(1, state=TakeState.ACCEPTED), parent=TakeRef(1, "lstm", 0)),
    ]

    def found(words: str = "", show: Show = Show.ALL) -> list[str]:
        rows: list[TakeRow] = [row for request in outline(requests, words, show) for row in request.takes]
        return [f"{row.ref.request} {row.take.title}" for row in rows]

    assert found("HOOK") == ["1 LSTM 1"]
    assert found("gru strings") == ["2 GRU 1"]
    assert found("seed 102") == ["2 GRU 1", "2 LSTM 2"]
    assert found("bar 3") == ["2 GRU 1", "2 LSTM 2"]
    assert found(show=Show.STARRED) == ["1 LSTM 2"]
    assert found(show=Show.KEPT) == ["2 LSTM 2"]
    assert found("nothing of the kind") == []


# --- the panel


@pytest.fixture
def grown(tune_window: MainWindow, answered: Answered, press: Press) -> MainWindow:
    """A window whose song has taken in a take of the first request; those of the second show. The panel is open."""
    tune_window.studio.wishes = replace(tune_window.studio.wishes, choosing=AS_WRITTEN)
    answered(tune_window)
    tune_window.studio.accept(tune_window.studio.takes.slots[0])
    answered(tune_window)
    press(tune_window, "Ctrl+6")
    return tune_window


def choose(window: MainWindow, request: int, index: int = 0) -> TakeRef:
    found = window.studio.tree.tree.request(request)
    assert found is not None
    ref = found.ref(found.takes[index])
    window.tree.panel.choose(ref)
    return ref


def test_a_key_shows_all_requests_with_what_became_of_their_takes(
    grown: MainWindow, press: Press, models: Path
) -> None:
    panel = grown.tree.panel
    assert grown.tree.shown
    assert panel.count.text() == "16"
    texts = [panel.model.data(panel.model.index(row, 0)) for row in range(panel.model.rowCount())]
    assert [text.split(",")[0] for text in texts] == ["Continue Lead with bars 5–8", "Continue Lead with bars 9–12"]
    first = panel.model.data(panel.model.index(0, 0, panel.model.index(0, 0)))
    assert "in the song" in first
    choose(grown, 1, 1)
    facts = panel.facts.text()
    weights = f"weights {weights_hash(models / 'alpha')[:10]}"
    for words in (
        "Alpha 2",
        "rejected",
        weights,
        "It was given bars 1–4",
        "Seed",
        "temperature 1",
        "Asked",
        "Written on",
    ):
        assert words in facts
    assert grown.bound.actions.clashes() == [], "no key of the tree is taken by another action"
    press(grown, "Ctrl+6")
    assert not grown.tree.shown


def test_what_a_request_went_on_from_is_said(grown: MainWindow) -> None:
    choose(grown, 1)
    assert "Went on from" not in grown.tree.panel.facts.text()
    choose(grown, 2)
    assert "It was given bars 1–8" in grown.tree.panel.facts.text()
    assert "Went on from Alpha 1" in grown.tree.panel.facts.text()


def test_nothing_yet_is_said(tune_window: MainWindow, press: Press) -> None:
    press(tune_window, "Ctrl+6")
    assert "Ask for some takes first" in tune_window.tree.panel.empty.text()
    assert tune_window.tree.panel.empty.isVisible()


def test_search_and_filter_narrow_the_tree(grown: MainWindow, qtbot: object, press: Press) -> None:
    panel = grown.tree.panel
    press(grown, "Ctrl+Alt+F")
    QTest.keyClicks(panel.search, "beta")
    assert [len(row.takes) for row in panel.model.requests] == [4, 4]
    panel.search.clear()
    QTest.mouseClick(panel.filter.buttons[2], Qt.MouseButton.LeftButton)
    assert [row.takes[0].take.title for row in panel.model.requests] == ["Alpha 1"]
    QTest.mouseClick(panel.filter.buttons[1], Qt.MouseButton.LeftButton)
    assert panel.empty.text() == "No take fits what you look for."
    QTest.mouseClick(panel.filter.buttons[0], Qt.MouseButton.LeftButton)
    grown.studio.takes.blind = True
    grown.tree.refresh()
    assert panel.model.requests == []
    assert panel.empty.text() == "The tree comes back when the blind test ends."


def test_a_take_is_starred_named_and_noted_by_keys(
    grown: MainWindow, press: Press, until: Callable[[Callable[[], bool]], None]
) -> None:
    from studio.ui.audition.mark_editor import MarkEditor

    ref = choose(grown, 1, 2)
    press(grown, "Ctrl+Alt+S", "Ctrl+Alt+N")
    (editor,) = grown.findChildren(MarkEditor)
    QTest.keyClicks(editor.label, "bridge")
    QTest.keyClick(editor.label, Qt.Key.Key_Return)
    found = grown.studio.tree.tree.find(ref)
    assert found is not None
    assert (found[1].starred, found[1].label) == (True, "bridge")
    until(lambda: grown.tree.panel.facts.text().startswith("bridge"))
    assert grown.bound["tree.star"].isChecked()
    assert grown.isWindowModified()


def test_return_shows_a_take_of_then_again_and_plays_it(grown: MainWindow, press: Press) -> None:
    ref = choose(grown, 1, 5)
    press(grown, "Return", on=grown.tree.panel.view)
    heard = grown.studio.takes.auditioned
    assert heard is not None
    assert (heard.model, heard.index) == (ref.model, ref.index)
    assert grown.studio.tree.tree.open_request == 1
    assert grown.studio.transport.playing
    press(grown, "Esc", on=grown.tree.panel.view)
    assert grown.studio.takes.showing, "Esc leaves the list, it does not drop the takes"


def test_keys_go_to_the_takes_once_models_were_asked_or_a_take_was_clicked(
    grown: MainWindow, press: Press, answered: Answered
) -> None:
    window, view = grown, grown.tree.panel.view
    press(window, "Ctrl+6") if window.tree.panel.isHidden() else view.setFocus()
    assert view.hasFocus()
    answered(window)
    assert not view.hasFocus()
    view.setFocus()
    cell = window.audition.grid.cells[window.studio.takes.slots[-1]]
    QTest.mouseClick(cell, Qt.MouseButton.LeftButton, pos=cell.rect().center())
    assert window.studio.takes.auditioned is window.studio.takes.slots[-1]
    before = window.studio.document.score
    press(window, "Return", on=QApplication.focusWidget())
    assert window.studio.document.score is not before, "the take is kept, and none shown from the list"


def test_going_back_and_going_on_are_one_key_each(
    grown: MainWindow, press: Press, until: Callable[[Callable[[], bool]], None]
) -> None:
    ref = choose(grown, 1, 3)
    press(grown, "Ctrl+Alt+B")
    assert grown.studio.document.undo_label == "Go back to Alpha 4"
    press(grown, "Ctrl+Z")
    assert grown.studio.document.undo_label == "Accept Alpha 1"
    choose(grown, 1, 3)
    press(grown, "Ctrl+Alt+G")
    assert grown.studio.takes.beside
    until(lambda: not grown.studio.takes.running)
    assert grown.studio.tree.tree.requests[-1].parent == ref
    choose(grown, 1, 3)
    press(grown, "Ctrl+Alt+Shift+B")
    assert grown.studio.document.score.note_count == 16


def test_a_replay_says_that_the_notes_are_the_same(
    grown: MainWindow, press: Press, until: Callable[[Callable[[], bool]], None]
) -> None:
    choose(grown, 1)
    grown.studio.reject()
    press(grown, "Ctrl+Alt+Y")
    until(lambda: grown.studio.tree.replaying is None)
    assert "All 8 takes came out the same" in grown.tree.panel.facts.text()


def test_what_is_refused_is_said_above_the_roll(grown: MainWindow, press: Press) -> None:
    choose(grown, 1)
    bare = replace(grown.studio.tree.tree.requests[0], has_prompt=False)
    grown.studio.tree.tree.begin(TreeRecord((bare,)))
    grown.tree.refresh()
    choose(grown, 1)
    press(grown, "Ctrl+Alt+B")
    assert "is not kept any more" in grown.notice.text


def test_two_takes_are_compared_in_the_roll(grown: MainWindow, press: Press) -> None:
    panel = grown.tree.panel
    choose(grown, 1, 0)
    press(grown, "Ctrl+Alt+D")
    shown = grown.tree.layer.shown
    assert shown is not None
    assert (shown.label, shown.diff.empty) == ("Alpha 1 → the song", True)
    assert grown.studio.status == "Alpha 1 → the song: the same 32 notes"
    press(grown, "Shift+Down", on=panel.view)
    shown = grown.tree.layer.shown
    assert shown is not None
    assert shown.label == "Alpha 1 → Alpha 2"
    press(grown, "Ctrl+Alt+D")
    assert grown.tree.layer.shown is None


def test_the_difference_is_drawn_in_three_colours(grown: MainWindow) -> None:
    theme, area = grown.context.theme, grown.roll.note_area
    region = 4 * 1920
    view = grown.context.viewport.showing(region, region + 1920, 480).showing_pitches(55, 75)
    grown.context.viewport = view
    before = [TakeNote(0, region, 480, 60, 80, 0.0), TakeNote(0, region + 480, 480, 62, 80, 0.0)]
    after = [TakeNote(0, region + 480, 480, 69, 80, 0.0), TakeNote(0, region + 960, 480, 65, 80, 0.0)]
    grown.tree.layer.shown = ShownDiff(difference(before, after), "one → other")
    area.update()
    QApplication.processEvents()
    image = area.grab().toImage()

    def colour_at(tick: int, pitch: int) -> QColor:
        y = int(view.y(pitch)) + view.row_px // 2
        return QColor(image.pixel(int(view.x(tick)), y))

    def near(found: QColor, wanted: QColor) -> int:
        return abs(found.hue() - wanted.hue())

    assert near(colour_at(region + 700, 69), theme.take_colour(0)) < 12
    assert near(colour_at(region + 1200, 65), theme.take_colour(1)) < 12
    assert colour_at(region + 240, 60) != theme.take_colour(1)


def test_edits_since_accepting_are_counted_and_reported(
    grown: MainWindow, until: Callable[[Callable[[], bool]], None], press: Press
) -> None:
    ref = choose(grown, 1, 0)
    document = grown.studio.document
    taken = [n.id for n in document.track.notes if n.source]
    document.select(document.selection.with_ids({taken[0], taken[1]}))
    press(grown, "Up")
    standings = grown.tree.panel.delegate.standings
    assert standings[ref] == Standing(32, 0)
    until(lambda: grown.tree.panel.delegate.standings[ref] == Standing(32, 2))
    assert "in the song, 2 edited since" in grown.tree.panel.facts.text()
    press(grown, "Ctrl+Alt+P")
    (report,) = grown.findChildren(ReportDialog)
    assert "16 are yours (33%)." in report.text
    assert "32 are by Alpha (67%), 2 of them edited." in report.text
    QTest.mouseClick(report.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == report.text
    report.close()
    for _ in range(2):
        document.undo()
    until(lambda: grown.tree.panel.delegate.standings[ref] == Standing(0, 0))
    assert "not in the song now" in grown.tree.panel.facts.text()
