"""The two themes: readable everywhere, and colours that can be told apart."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtWidgets import QApplication

from studio.ui.theme import DARK, LIGHT, THEMES, apply_theme, contrast, mixed

READABLE = 4.5
"""WCAG 2.2, level AA, for text of ordinary size."""


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ink", ["text", "text_dim", "error", "warning"])
@pytest.mark.parametrize("ground", ["window", "panel", "field"])
def test_texts_are_readable(theme, ink, ground):
    assert contrast(theme.colour(ink), theme.colour(ground)) >= READABLE


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_what_stands_on_the_accent_is_readable_and_the_accent_shows(theme):
    assert contrast(theme.colour("on_accent"), theme.colour("accent")) >= READABLE
    assert contrast(theme.colour("accent"), theme.colour("row")) >= 3
    assert contrast(theme.colour("playhead"), theme.colour("row")) >= READABLE


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_notes_stand_out_from_every_row_and_their_names_are_readable(theme):
    for index in range(len(theme.track_colours)):
        colour = theme.track_colour(index)
        for row in ("row", "row_black_key", "row_outside", "row_tonic"):
            assert contrast(colour, theme.colour(row)) >= 2.5
        assert contrast(theme.text_on(colour), colour) >= READABLE


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_no_two_tracks_look_alike(theme):
    def distance(first, second):
        parts = zip(first.getRgb()[:3], second.getRgb()[:3], strict=True)
        return sum((a - b) ** 2 for a, b in parts) ** 0.5

    colours = [theme.track_colour(index) for index in range(12)]
    assert min(distance(a, b) for a, b in itertools.combinations(colours, 2)) > 30
    assert all(distance(colour, theme.colour("accent")) > 30 for colour in colours)
    takes = [theme.take_colour(index) for index in range(8)]
    assert min(distance(a, b) for a, b in itertools.combinations(takes, 2)) > 30


def test_a_theme_can_be_switched_on_a_running_program(qapp: QApplication):
    before = qapp.styleSheet(), qapp.palette()
    try:
        apply_theme(qapp, LIGHT)
        assert qapp.palette().window().color() == LIGHT.colour("window")
        apply_theme(qapp, DARK)
        assert qapp.palette().window().color() == DARK.colour("window")
        assert DARK.accent in qapp.styleSheet()
    finally:
        qapp.setStyleSheet(before[0])
        qapp.setPalette(before[1])


def test_mixing_goes_from_one_colour_to_the_other():
    first, second = DARK.colour("row"), DARK.colour("text")
    assert mixed(first, second, 0) == first
    assert mixed(first, second, 1) == second
