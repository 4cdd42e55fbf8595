"""The roll as a whole: wheel, zoom, following, takes, other tracks, themes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ml.music import Key, Note, NoteTable, Track
from studio.ui.roll.layers.takes import CLEAR_OTHERS
from studio.ui.roll.takes import MIXED, TakeLayer
from studio.ui.roll.tool import Tool
from studio.ui.theme import DARK, LIGHT

CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


def wheel(hand, clicks, keys=NONE):
    at = QPoint(300, 200)
    event = QWheelEvent(
        QPointF(at), QPointF(hand.area.mapToGlobal(at)), QPoint(), QPoint(0, 120 * clicks),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(hand.area, event)


def colour_at(hand, tick, pitch) -> QColor:
    return hand.area.grab().toImage().pixelColor(hand.at(tick, pitch))


# --- scroll and zoom


def test_the_wheel_scrolls_down_and_with_shift_sideways(hand):
    before = hand.context.viewport
    wheel(hand, -1)
    assert hand.context.viewport.top_px > before.top_px
    wheel(hand, -1, SHIFT)
    assert hand.context.viewport.left_tick > before.left_tick
    wheel(hand, 1, SHIFT)
    wheel(hand, 1)
    assert hand.context.viewport == before


def test_ctrl_wheel_zooms_in_time_at_the_mouse_and_ctrl_shift_wheel_in_pitch(hand):
    hand.context.viewport = replace(hand.context.viewport, left_tick=20_000.0)
    before = hand.context.viewport
    wheel(hand, 2, CTRL)
    assert hand.context.viewport.px_per_tick > before.px_per_tick
    assert hand.context.viewport.tick(300) == pytest.approx(before.tick(300))
    wheel(hand, 2, CTRL | SHIFT)
    assert hand.context.viewport.row_px > before.row_px


def test_the_middle_button_pans(hand):
    hand.context.viewport = replace(hand.context.viewport, left_tick=20_000.0)
    QTest.mousePress(hand.area, Qt.MouseButton.MiddleButton, NONE, QPoint(300, 200))
    QTest.mouseMove(hand.area, QPoint(250, 220))
    QTest.mouseRelease(hand.area, Qt.MouseButton.MiddleButton, NONE, QPoint(200, 200))
    assert hand.context.viewport.left_tick == pytest.approx(21_000)


def test_zoom_to_selection_fills_the_width_with_it_and_zoom_to_fit_shows_everything(hand):
    hand.write(*(Note(960 * step, 960, 40 + step) for step in range(40)))
    hand.choose(60, 61)
    hand.view.zoom_to_selection()
    view = hand.context.viewport
    assert view.left_tick < 960 * 20 and 960 * 22 < view.right_tick < 960 * 24
    assert view.lowest_pitch < 60 and view.highest_pitch > 61
    hand.choose()
    hand.view.zoom_to_fit()
    assert hand.context.viewport.left_tick == 0
    assert hand.context.viewport.right_tick >= 960 * 40


def test_the_overview_scrolls_to_where_it_is_pressed(hand):
    hand.write(*(Note(3840 * step, 960, 60) for step in range(100)))
    overview = hand.view.overview
    QTest.mouseClick(overview, Qt.MouseButton.LeftButton, NONE, QPoint(overview.width() // 2, 10))
    view = hand.context.viewport
    assert (view.left_tick + view.right_tick) / 2 == pytest.approx(hand.context.content_end_tick / 2, rel=0.02)


# --- the playhead


def test_the_page_turns_when_the_playhead_leaves_it(hand):
    right = hand.context.viewport.right_tick
    hand.view.set_playhead(right - 100)
    assert hand.context.viewport.left_tick == 0
    hand.view.set_playhead(right + 100)
    assert 0 < hand.context.viewport.left_tick <= right + 100


def test_scrolling_away_from_the_playhead_stops_following(hand, qtbot):
    hand.view.set_playhead(100)
    with qtbot.waitSignal(hand.view.followingChanged) as told:
        for _ in range(3):
            wheel(hand, -3, SHIFT)
    assert told.args == [False]
    before = hand.context.viewport
    hand.view.set_playhead(200)
    assert hand.context.viewport == before
    hand.view.set_following(True)
    hand.view.set_playhead(300)
    assert hand.context.viewport.left_tick < 300


def test_nothing_scrolls_under_a_gesture(hand):
    hand.use(Tool.DRAW)
    hand.press(960, 60)
    hand.view.set_playhead(hand.context.viewport.right_tick + 500)
    assert hand.context.viewport.left_tick == 0
    hand.release(960, 60)


def test_only_a_strip_is_repainted_when_the_playhead_moves(hand, until):
    painted = []
    inner = hand.area.paintEvent

    def record(event):
        painted.append(event.rect())
        inner(event)

    hand.view.set_playhead(1000)
    QApplication.processEvents()
    hand.area.paintEvent = record
    hand.view.set_playhead(1010)
    until(lambda: bool(painted))
    assert max(rect.width() for rect in painted) < 20


# --- what is drawn


def test_louder_notes_are_brighter_and_selected_ones_brighter_still(hand):
    hand.write(Note(0, 960, 60, velocity=20), Note(0, 960, 64, velocity=120), Note(0, 960, 67, velocity=120))
    hand.context.names_shown = False
    hand.choose(67)
    soft, loud, selected = (colour_at(hand, 480, pitch).lightness() for pitch in (60, 64, 67))
    assert soft < loud < selected


def test_other_tracks_show_behind_in_their_own_colours_until_hidden(hand):
    hand.write(Note(0, 960, 60))
    score = hand.document.score
    other = Track("Flute", NoteTable.of([Note(0, 960, 72)]))
    hand.document.commit("Add track", score.with_tracks((*score.tracks, other)))
    empty = colour_at(hand, 5000, 72)
    ghost = colour_at(hand, 400, 72)
    assert ghost != empty
    hand.context.hidden_ghosts = frozenset({1})
    assert colour_at(hand, 400, 72) == empty
    hand.context.hidden_ghosts = frozenset()
    hand.context.ghosts_shown = False
    assert colour_at(hand, 400, 72) == empty


def test_takes_show_the_active_one_bright_and_dim_what_they_would_replace(hand):
    hand.write(Note(0, 960, 60, velocity=127))
    hand.context.names_shown = False
    as_written = colour_at(hand, 480, 60)
    table = NoteTable.of([Note(0, 960, 67)])
    hand.view.set_take_layers([TakeLayer(0, table, colour=1, active=True, region=(0, 3840))])
    assert colour_at(hand, 480, 60) != as_written
    bright = colour_at(hand, 480, 67)
    hand.view.set_take_layers([TakeLayer(0, table, colour=1, region=(0, 3840))])
    assert colour_at(hand, 480, 67).lightness() < bright.lightness()
    hand.view.set_take_layers([])
    assert colour_at(hand, 480, 60) == as_written


def test_outlines_of_many_takes_are_fainter_whatever_the_number_of_their_tracks(hand):
    heard, notes = TakeLayer(0, NoteTable.empty(), colour=0, active=True), NoteTable.of([Note(0, 960, 67)])

    def seen(takes, tracks):
        others = [
            TakeLayer(track, notes if take == track == 0 else NoteTable.empty(), colour=1 + take)
            for take in range(takes)
            for track in range(tracks)
        ]
        hand.view.set_take_layers([heard, *others])
        return colour_at(hand, 480, 67)

    assert seen(1, 1) == seen(CLEAR_OTHERS, 2) != seen(2 * CLEAR_OTHERS, 1)


def test_the_take_that_is_heard_says_its_name_where_its_bars_begin(hand):
    plain = TakeLayer(0, NoteTable.empty(), colour=3, active=True, region=(0, 3840))
    hand.view.set_take_layers([plain])
    without = hand.area.grab().toImage()
    hand.view.set_take_layers([replace(plain, label="2 · LSTM")])
    assert hand.area.grab().toImage().pixelColor(8, 12) == DARK.take_colour(3)
    assert without.pixelColor(8, 12) != DARK.take_colour(3)


def test_notes_of_a_mixture_have_the_colours_of_their_takes(hand):
    hand.context.names_shown = False
    notes = [Note(0, 960, 67, source=0), Note(960, 960, 67, source=2)]
    seen = []
    for colour in (MIXED, 0, 2):
        layer = TakeLayer(0, NoteTable.of(notes), colour=colour, active=True, region=(0, 3840))
        hand.view.set_take_layers([layer])
        seen.append((colour_at(hand, 480, 67), colour_at(hand, 1440, 67)))
    mixed, first, second = seen
    assert mixed == (first[0], second[1]) and first[0] != second[0]


def test_an_empty_track_says_what_to_do_until_there_is_a_note(hand):
    empty = hand.area.grab().toImage()
    hand.press(0, 84)
    assert hand.area.grab().toImage() != empty  # no hint under the hand
    hand.release(0, 84)
    assert hand.area.grab().toImage() == empty
    hand.double_click(0, 60)
    hand.document.undo()
    assert hand.area.grab().toImage() == empty


def test_rows_outside_the_key_are_darker(hand):
    hand.context.key = Key.parse("D major")
    assert colour_at(hand, 5100, 61) == DARK.colour("row")
    assert colour_at(hand, 5100, 60) == DARK.colour("row_outside")
    assert colour_at(hand, 5100, 62) == DARK.colour("row_tonic")


def test_ten_thousand_notes_in_sight_are_drawn_as_one_image(hand):
    hand.write(*(Note(step, 50, 40 + step % 40) for step in range(10_000)))
    empty = colour_at(hand, 8900, 84)
    assert colour_at(hand, 5000, 60) != empty


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_part_paints_in_both_themes_also_with_drums(hand, theme):
    hand.write(Note(0, 960, 60, flags=1), Note(960, 960, 62, flags=2), Note(1920, 960, 64))
    hand.context.theme = theme
    hand.view.set_loop(0, 3840)
    hand.context.time_selection = (960, 1920)
    hand.view.set_playhead(500)
    before = hand.view.grab().toImage()
    score = hand.document.score
    hand.document.commit("Drums", score.with_track(0, replace(score.tracks[0], drums=True)))
    assert hand.view.grab().toImage() != before


def test_another_track_keeps_the_time_and_scrolls_to_its_pitches(hand):
    score = hand.document.score
    bass = Track("Bass", NoteTable.of([Note(0, 960, 24)]))
    hand.document.commit("Add track", score.with_tracks((*score.tracks, bass)))
    hand.context.viewport = replace(hand.context.viewport, left_tick=5000.0)
    hand.document.set_current_track(1)
    view = hand.context.viewport
    assert view.left_tick == 5000
    assert view.lowest_pitch <= 24 <= view.highest_pitch


def test_undo_never_moves_the_view(hand):
    hand.use(Tool.DRAW)
    hand.click(960, 60)
    wheel(hand, -2, SHIFT)
    before = hand.context.viewport
    hand.document.undo()
    assert hand.context.viewport == before
