"""Bars on the keys of the roll: how likely each pitch comes next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from ml.requests import Verb
from studio.edit.operations.tracks import add_track
from studio.edit.selection import Selection
from studio.session.blind_desk import Plan
from studio.ui.main_window import MainWindow
from tests.studio.canned_studies import CannedStudies

Press = Callable[..., None]
Until = Callable[[Callable[[], bool]], None]


def test_bars_on_the_keys_say_how_likely_each_pitch_is_while_no_music_plays(
    shown: MainWindow, press: Press, until: Until, studies: CannedStudies, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(shown, "Shift+U")
    until(lambda: shown.context.insight.heat is not None)
    keys, view = shown.roll.keys, shown.context.viewport
    assert keys.likelihood_text(72) == "C5: 23 %" and keys.likelihood_text(61).endswith("0 %")
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, *_: said.append(text))
    at = QPoint(10, view.y(72) + 2)
    QApplication.sendEvent(keys, QHelpEvent(QEvent.Type.ToolTip, at, keys.mapToGlobal(at)))
    assert said and said[0].startswith("C5: 23 %")
    document = shown.studio.document
    document.apply("Add", add_track(document.score, "Kit", None, drums=True))
    document.select(Selection(1, frozenset()))
    assert shown.context.insight.heat is None, "no bar of a melody on the names of drums"
    document.undo()
    until(lambda: shown.context.insight.heat is not None)
    plain, asked = keys.grab().toImage(), studies.count("next")
    shown.studio.transport.seek(1000)
    shown.in_step.show_playhead()
    until(lambda: studies.count("next") == asked + 1)
    assert studies.asked[-1][-1] == 1000
    press(shown, "Space")
    until(lambda: shown.context.insight.heat is None)
    press(shown, "Space")
    shown.in_step.show_transport()
    shown.studio.transport.seek(480)
    shown.in_step.show_playhead()
    until(lambda: shown.context.insight.heat is not None)
    press(shown, "Shift+U")
    assert shown.context.insight.heat is None and keys.likelihood_text(72) == ""
    assert keys.grab().toImage() != plain


def test_the_keys_tell_nothing_of_notes_that_a_blind_test_hides(
    shown: MainWindow, press: Press, until: Until, studies: CannedStudies
) -> None:
    press(shown, "Shift+U")
    until(lambda: shown.context.insight.heat is not None)
    shown.context.time_selection = (0, 2 * 1920)
    shown.blind.begin(Plan(), Verb.VARY)
    until(lambda: shown.blind.desk.running)
    asked, judged = studies.count("next"), studies.count("surprise")
    shown.studio.transport.stop()
    shown.studio.transport.seek(1000)
    shown.in_step.show_playhead()
    shown.why.next.ask()
    press(shown, "U")
    until(lambda: studies.count("surprise") > judged)  # asked after the keys would have been
    assert studies.count("next") == asked
    assert shown.context.insight.heat is None
    shown.blind.desk.end()
    until(lambda: shown.context.insight.heat is not None)
