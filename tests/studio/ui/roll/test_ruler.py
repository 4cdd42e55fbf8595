"""The ruler: seeking, the loop, the time selection."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ml.music import Note

LEFT = Qt.MouseButton.LeftButton
UPPER, LOWER = 8, 32


def drag(hand, first_tick, last_tick, y):
    ruler, x = hand.view.ruler, hand.context.viewport.x
    QTest.mousePress(ruler, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(x(first_tick)), y))
    for part in (0.3, 1.0):
        QTest.mouseMove(ruler, QPoint(round(x(first_tick + (last_tick - first_tick) * part)), y))
    QTest.mouseRelease(ruler, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(x(last_tick)), y))


def test_a_click_seeks_to_the_closest_grid_line(hand, qtbot):
    with qtbot.waitSignal(hand.view.seekRequested) as seek:
        drag(hand, 1900, 1900, LOWER)
    assert seek.args == [1920]


def test_a_drag_above_draws_the_loop(hand, qtbot):
    with qtbot.waitSignal(hand.view.loopRequested) as loop:
        drag(hand, 950, 4820, UPPER)
    assert loop.args == [960, 4800]
    assert hand.context.loop == (960, 4800)
    assert hand.view.time_selection is None


def test_an_edge_of_the_loop_can_be_dragged_even_past_the_other(hand, qtbot):
    hand.view.set_loop(960, 1920)
    with qtbot.waitSignal(hand.view.loopRequested) as loop:
        drag(hand, 960, 3840, UPPER)
    assert loop.args == [1920, 3840]


def test_a_drag_below_selects_time_and_the_notes_that_start_in_it(hand, qtbot):
    hand.write(Note(0, 960, 60), Note(960, 960, 62), Note(1920, 960, 64))
    with qtbot.waitSignal(hand.view.timeSelectionChanged):
        drag(hand, 2880, 960, LOWER)
    assert hand.view.time_selection == (960, 2880)
    assert hand.selected == [62, 64]


def test_a_click_below_clears_the_time_selection(hand):
    drag(hand, 960, 2880, LOWER)
    drag(hand, 4000, 4000, LOWER)
    assert hand.view.time_selection is None


def test_escape_gives_back_the_loop_there_was(hand):
    hand.view.set_loop(960, 1920)
    ruler, x = hand.view.ruler, hand.context.viewport.x
    QTest.mousePress(ruler, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(round(x(4000)), UPPER))
    QTest.mouseMove(ruler, QPoint(round(x(6000)), UPPER))
    assert hand.context.loop == (4080, 6000)
    QTest.keyClick(ruler, Qt.Key.Key_Escape)
    assert hand.context.loop == (960, 1920)
