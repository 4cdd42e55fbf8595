"""The drawer: limits that hold, leanings that are told, what contradicts, and that everything is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QWidget
from pytestqt.qtbot import QtBot

from ml.music import Key, Note, NoteTable
from ml.requests import Choosing, ChordRule, Verb
from ml.requests.choosing import AS_WRITTEN
from studio.project.settings import OPEN_SECTIONS, TRIES
from studio.session.asking import request_for
from studio.ui.main_window import MainWindow
from studio.ui.models.pitch_fields import parse_pitch
from studio.ui.models.words import choosing_text

Press = Callable[..., None]
BAR = 1920


@pytest.mark.parametrize(
    ("text", "pitch"),
    [("C4", 60), ("c#4", 61), ("Bb3", 58), ("B♭3", 58), ("C-1", 0), ("G9", 127), ("60", 60), ("H4", None),
     ("C10", None), ("A9", None), ("", None), ("128", None)],
)  # fmt: skip
def test_pitches_are_typed_by_name(text: str, pitch: int | None) -> None:
    assert parse_pitch(text) == pitch


def test_a_key_unfolds_the_drawer_and_puts_the_keyboard_into_it(tune_window: MainWindow, press: Press) -> None:
    drawer = tune_window.models.drawer
    assert drawer.isHidden()
    press(tune_window, "Ctrl+4")
    assert not drawer.isHidden() and drawer.pitches.tonic.hasFocus()
    assert tune_window.studio.settings.get(OPEN_SECTIONS) == ("limits",)
    press(tune_window, "Ctrl+4", on=drawer.pitches.tonic)
    assert drawer.isHidden() and tune_window.roll.note_area.hasFocus()


def test_what_was_unfolded_is_unfolded_at_the_next_start(
    tune_window: MainWindow, make_window: Callable[[], MainWindow], press: Press
) -> None:
    press(tune_window, "Ctrl+4")
    tune_window.models.sections["models"].button.click()
    tune_window.end()
    assert make_window().models.open_sections == ("models", "limits")


def test_every_field_says_what_it_does_and_is_reached_by_tab_or_key(tune_window: MainWindow, press: Press) -> None:
    press(tune_window, "Ctrl+4")
    inner = [w for w in tune_window.models.drawer.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    fields = [field for field in inner if field.accessibleName() or isinstance(field, QAbstractButton)]
    assert len(fields) >= 25
    for field in fields:
        assert field.toolTip(), field.accessibleName()


def test_limits_go_into_the_request_and_the_folded_drawer_names_them(tune_window: MainWindow, press: Press) -> None:
    drawer = tune_window.models.drawer
    drawer.lowest.setValue(48)
    drawer.highest.setValue(72)
    drawer.instrument_ranges.click()
    drawer.voices.setCurrentIndex(1)
    drawer.voices.activated.emit(1)
    drawer.grid.setCurrentIndex(2)
    drawer.grid.activated.emit(2)
    drawer.notes_per_bar.setValue(8)
    drawer.style_.setCurrentIndex(1)
    drawer.style_.activated.emit(1)
    drawer.leaps.setValue(1)
    studio = tune_window.studio
    request = request_for(Verb.CONTINUE, studio.document.score, studio.place(), studio.wishes, 1)
    limits, leanings = request.limits, request.leanings
    assert (limits.lowest, limits.highest, limits.instrument_ranges) == (48, 72, True)
    assert (limits.polyphony, limits.grid, limits.notes_per_bar) == (1, 2, 8)
    assert (leanings.style, leanings.leaps) == ("folk tune", 1)
    summary = tune_window.models.sections["limits"].summary.text()
    must, leans, choosing = summary.split(" · ")
    assert must == "must: C3–C5, instruments' ranges, one voice, eighths, 8 a bar"
    assert leans == "leans: folk tune, by step"
    assert choosing == choosing_text(studio.wishes.choosing, studio.wishes.takes)
    assert not studio.document.modified


def test_a_scale_presses_its_keys_and_single_keys_make_a_set_of_ones_own(tune_window: MainWindow) -> None:
    pitches, studio = tune_window.models.drawer.pitches, tune_window.studio
    assert studio.wishes.limits.pitch_classes is None
    pitches.tonic.setCurrentIndex(3)
    pitches.scale.setCurrentIndex(pitches.scale.findText("dorian"))
    pitches.tonic.activated.emit(3)
    assert studio.wishes.limits.pitch_classes == Key.parse("D:dorian").pitch_classes
    assert (pitches.tonic.currentText(), pitches.scale.currentText()) == ("D", "dorian")
    pitches.keys[1].click()
    assert studio.wishes.limits.pitch_classes == Key.parse("D:dorian").pitch_classes | {1}
    assert pitches.tonic.currentText() == "own" and not pitches.scale.isEnabled()
    pitches.keys[1].click()
    assert (pitches.tonic.currentText(), pitches.scale.currentText()) == ("D", "dorian")
    pitches.tonic.setCurrentIndex(0)
    pitches.tonic.activated.emit(0)
    assert studio.wishes.limits.pitch_classes is None
    assert not any(key.isChecked() for key in pitches.keys)


def test_chords_are_typed_or_heard(tune_window: MainWindow, qtbot: QtBot) -> None:
    drawer, studio = tune_window.models.drawer, tune_window.studio
    qtbot.keyClicks(drawer.chords, "C | Am F")
    drawer.chords.editingFinished.emit()
    drawer.rule.buttons[1].click()
    request = request_for(Verb.CONTINUE, studio.document.score, studio.place(), studio.wishes, 1)
    assert request.limits.chords is not None and str(request.limits.chords.at(5 * BAR)) == "Am"
    assert request.limits.chord_rule is ChordRule.EVERY_NOTE
    score = studio.document.score
    triads = NoteTable.of(
        Note(bar * BAR, BAR, root + step) for bar, root in enumerate((48, 53, 55, 48)) for step in (0, 4, 7)
    )
    studio.document.commit(
        "Chords", score.with_track(1, score.tracks[1].with_notes(triads)).with_track(0, score.tracks[1])
    )
    drawer.detect.click()
    assert drawer.chords.text() == "C | F | G | C"
    assert studio.wishes.chords == "C | F | G | C"


def test_chords_that_nobody_can_read_are_told_beside_the_verbs(tune_window: MainWindow) -> None:
    drawer, models = tune_window.models.drawer, tune_window.models
    drawer.chords.setText("C | Hx")
    drawer.chords.editingFinished.emit()
    assert "Hx" in models.trouble.text() and not models.trouble.isHidden()
    drawer.chords.setText("")
    drawer.chords.editingFinished.emit()
    assert models.trouble.isHidden() and models.where.text() == "Continue Lead with bars 5–8"


def test_contradictions_show_before_anything_is_asked(tune_window: MainWindow, press: Press) -> None:
    drawer, models = tune_window.models.drawer, tune_window.models
    drawer.lowest.setValue(80)
    drawer.highest.setValue(70)
    assert "range is empty" in models.trouble.text()
    press(tune_window, "Ctrl+Return")
    assert tune_window.notice.text == models.trouble.text()
    assert not tune_window.studio.takes.showing
    drawer.highest.setValue(90)
    assert models.trouble.isHidden()


def test_must_and_leans_are_told_apart(tune_window: MainWindow) -> None:
    blocks = {
        frame.property("block"): frame
        for frame in tune_window.models.drawer.findChildren(QWidget)
        if frame.property("block")
    }
    assert set(blocks) == {"must", "leans", "plain"}
    must, drawer = blocks["must"], tune_window.models.drawer
    for field in (drawer.pitches, drawer.lowest, drawer.chords, drawer.voices, drawer.grid, drawer.notes_per_bar):
        assert must.isAncestorOf(field)
    for field in (drawer.style_, drawer.leaps):
        assert blocks["leans"].isAncestorOf(field)


def test_fixing_the_seed_takes_the_one_of_the_takes_that_show(
    tune_window: MainWindow, answered: Callable[[MainWindow], None]
) -> None:
    drawer, studio = tune_window.models.drawer, tune_window.studio
    assert not drawer.seed.isEnabled()
    answered(tune_window)
    first = [slot.notes for slot in studio.takes.slots]
    assert studio.takes.request is not None
    drawer.fixed.click()
    assert drawer.seed.isEnabled() and studio.wishes.seed == studio.takes.request.seed
    answered(tune_window)
    assert [slot.notes for slot in studio.takes.slots] == first


def test_wishes_come_back_with_the_project_and_a_new_song_begins_free(tune_window: MainWindow, tmp_path: Path) -> None:
    drawer, studio = tune_window.models.drawer, tune_window.studio
    drawer.chords.setText("Dm | G")
    drawer.chords.editingFinished.emit()
    drawer.notes_per_bar.setValue(5)
    tune_window.models.ask.density.setValue(6)
    studio.save_as(tmp_path / "tune.continuo")
    studio.new()
    assert (drawer.chords.text(), drawer.notes_per_bar.value(), tune_window.models.ask.density.value()) == ("", 0, 0)
    studio.open(tmp_path / "tune.continuo")
    assert (drawer.chords.text(), drawer.notes_per_bar.value(), tune_window.models.ask.density.value()) == (
        "Dm | G",
        5,
        6,
    )


def test_keys_in_fields_are_for_the_fields(tune_window: MainWindow, press: Press, player: object) -> None:
    press(tune_window, "Ctrl+4")
    drawer = tune_window.models.drawer
    drawer.pitches.keys[0].setFocus()
    press(tune_window, "Space", on=drawer.pitches.keys[0])
    assert drawer.pitches.keys[0].isChecked() and not tune_window.studio.transport.playing
    press(tune_window, "Esc", on=drawer.pitches.keys[0])
    assert tune_window.roll.note_area.hasFocus()
    drawer.chords.setFocus()
    press(tune_window, "G", "7", "Return", on=drawer.chords)
    assert tune_window.studio.wishes.chords.upper() == "G7"
    assert tune_window.roll.note_area.hasFocus()


def test_moving_a_slider_costs_no_layout(tune_window: MainWindow) -> None:
    models = tune_window.models
    before = models.splitter.sizes()
    for slider in models.findChildren(QAbstractSlider, options=Qt.FindChildOption.FindChildrenRecursively):
        if slider.accessibleName():
            slider.setValue(slider.maximum())
    assert models.splitter.sizes() == before


def test_every_step_of_choosing_takes_can_be_switched_off(tune_window: MainWindow, press: Callable[..., None]) -> None:
    studio, box = tune_window.studio, tune_window.models.drawer.choosing
    assert studio.wishes.choosing == Choosing()
    box.pool.setValue(7)
    assert tune_window.models.sections["limits"].summary.text() == "best 4 of 28, cleaned"
    for step in box.steps.values():
        step.click()
    for button in box.ranks.buttons:
        button.click()
    assert studio.wishes.choosing == replace(AS_WRITTEN, pool=7)
    box.show_judges([("alpha", "Alpha"), ("beta", "Beta")])
    box.judge.setCurrentIndex(2)
    box.judge.activated.emit(2)
    assert studio.wishes.choosing.second_model == "beta"
    assert studio.settings.get(TRIES) == 7
    press(tune_window, "Ctrl+Alt+O")
    assert studio.wishes.choosing == AS_WRITTEN
    assert box.pool.value() == 1
    press(tune_window, "Ctrl+Alt+O")
    assert studio.wishes.choosing.pool == 7
    studio.settings.set(TRIES, 5)
    assert box.pool.value() == 5
