"""Notes shaded by surprise: fixed steps of bits, colours for all eyes, hollow where nobody has judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from ml.music import Note, NoteTable, Track
from studio.ui.roll.insight import Arc, ArcsView, SurpriseView
from studio.ui.roll.note_boxes import note_box
from studio.ui.roll.note_painter import NARROW_PX
from studio.ui.roll.surprise_scale import EDGES_BITS, SHADES, UNKNOWN, surprise_levels, surprise_shades
from studio.ui.theme import LIGHT, THEMES, contrast, luminance

# What the two commonest kinds of colour blindness make of linear light (Machado et al., 2009, severity 1).
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))


def seen(colour: QColor, eyes: tuple[tuple[float, ...], ...]) -> QColor:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    mixed = [min(max(sum(a * b for a, b in zip(row, linear, strict=True)), 0.0), 1.0) for row in eyes]
    return QColor.fromRgbF(*(12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in mixed))


def view_of(bits: dict[int, float], state: str = "") -> SurpriseView:
    """Bits by the id of the note."""
    return SurpriseView(
        lambda track, ids: np.array([bits.get(int(i), np.nan) for i in ids]),
        lambda table: np.full(len(table), np.nan),
        "Surprise to Blend",
        state,
    )


def colours_in(hand, note: Note) -> set[str]:
    """The colours of the middle of a note as painted."""
    image = hand.area.grab().toImage()
    at = hand.at(note.start + note.length * 0.7, note.pitch)
    return {QColor(image.pixel(at.x() + dx, at.y() + dy)).name() for dx in range(-3, 4) for dy in range(-3, 4)}


def test_more_bits_never_have_a_lower_shade():
    levels = surprise_levels(np.array([0.0, *EDGES_BITS, 40.0, np.nan]))
    assert levels.tolist() == [*range(SHADES), SHADES - 1, UNKNOWN]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_shades_go_one_way_in_lightness_for_all_eyes_and_surprising_notes_stand_out_most(theme):
    shades = surprise_shades(theme)
    assert len(shades) == SHADES
    for eyes in (None, PROTAN, DEUTAN):
        steps = np.diff([luminance(shade if eyes is None else seen(shade, eyes)) for shade in shades])
        assert (steps > 0).all() if theme.dark else (steps < 0).all()
    against = [contrast(shade, theme.colour("row")) for shade in shades]
    assert against[-1] > 7 > against[0] > 1.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_notes_have_the_shade_of_their_bits_and_unjudged_ones_are_hollow(hand, theme):
    known, wild, unknown = Note(0, 960, 60), Note(960, 960, 64), Note(1920, 960, 67)
    hand.write(known, wild, unknown)
    hand.context.theme = theme
    hand.context.names_shown = False
    ids = hand.context.notes.id
    hand.context.insight.surprise = view_of({int(ids[0]): 0.1, int(ids[1]): 30.0})
    shades = surprise_shades(theme)
    assert shades[0].name() in colours_in(hand, known)
    assert shades[-1].name() in colours_in(hand, wild)
    assert not {shade.name() for shade in shades} & colours_in(hand, unknown)
    hand.context.insight.surprise = None
    assert shades[-1].name() not in colours_in(hand, wild)


def test_a_selected_note_keeps_its_shade_and_gets_a_frame(hand):
    note = Note(0, 960, 60)
    hand.write(note)
    hand.context.names_shown = False
    hand.context.insight.surprise = view_of({int(hand.context.notes.id[0]): 30.0})
    plain = hand.area.grab().toImage()
    hand.choose(60)
    assert surprise_shades(hand.context.theme)[-1].name() in colours_in(hand, note)
    assert hand.area.grab().toImage() != plain


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_notes_of_other_tracks_have_their_shade_more_faintly(hand, theme):
    hand.write(Note(0, 240, 60))
    document, wild, known = hand.context.document, Note(960, 960, 64), Note(2880, 960, 64)
    other = Track("Other", NoteTable.of((wild, known, Note(4800, 960, 64))))
    document.commit("Add", replace(document.score, tracks=(*document.score.tracks, other)))
    hand.context.theme = theme
    plain = colours_in(hand, wild)
    ids = {int(i): bits for i, bits in zip(other.notes.id, (30.0, 0.1), strict=False)}
    bits = {0: {}, 1: ids}
    hand.context.insight.surprise = SurpriseView(
        lambda track, wanted: np.array([bits[track].get(int(i), np.nan) for i in wanted]),
        lambda table: np.full(len(table), np.nan), "Surprise", "",
    )  # fmt: skip
    found = [colours_in(hand, note) for note in (wild, known, Note(4800, 960, 64))]
    assert not found[0] & plain and not found[0] & found[1] and not found[1] & found[2]
    assert not found[0] & {shade.name() for shade in surprise_shades(theme)}, "those of the track in hand stand out"


def test_a_note_as_short_as_a_stroke_of_a_drum_shows_its_shade_from_side_to_side(hand):
    note = Note(960, 30, 60)
    hand.write(note)
    hand.context.names_shown = False
    hand.context.insight.surprise = view_of({int(hand.context.notes.id[0]): 30.0})
    box = note_box(hand.context.viewport, note)
    assert 1 <= box.width() < NARROW_PX
    image = hand.area.grab().toImage()
    row = box.center().y()
    shades = {QColor(image.pixel(x, row)).name() for x in range(box.left(), box.left() + box.width())}
    assert shades == {surprise_shades(hand.context.theme)[-1].name()}


def test_the_status_line_says_how_surprising_the_note_under_the_mouse_is(hand):
    hand.write(Note(0, 960, 60), Note(1920, 960, 62))
    ids, said = hand.context.notes.id, []
    hand.context.insight.surprise = view_of({int(ids[0]): 3.25})
    hand.context.statusText.connect(said.append)
    for tick, pitch in ((400, 60), (2400, 62), (4000, 70)):
        hand.hover(tick, pitch)
    assert "3.2 bits of surprise" in said[-3]
    assert not any("bits" in text for text in said[-2:])


def test_dense_music_is_shaded_too(hand):
    hand.write(*(Note(start, 10, 40 + start % 30) for start in range(0, 70_000, 10)))
    ids = hand.context.notes.id
    hand.view.zoom_to_fit()
    hand.context.insight.surprise = view_of({int(i): 30.0 for i in ids[: len(ids) // 2]})
    image = hand.area.grab().toImage()
    middle = image.height() // 2
    found = {QColor(image.pixel(x, y)).name() for x in range(0, image.width(), 3) for y in range(20, middle, 3)}
    assert surprise_shades(hand.context.theme)[-1].name() in found


def test_legend_and_caption_are_painted_apart_from_the_note_in_question(hand):
    hand.write(Note(0, 960, 60), Note(960, 960, 62))
    insight, area = hand.context.insight, hand.area
    bare = area.grab().toImage()
    insight.surprise = view_of({}, "asking…")
    legend = area.grab().toImage()
    low, high = area.height() - 30, 30
    assert legend.pixel(40, low) != bare.pixel(40, low)
    bottom = Note(0, 960, hand.context.viewport.lowest_pitch + 1)
    insight.arcs = ArcsView(bottom, (Arc(Note(0, 480, 60), 0.5),), "What it looked at. " * 8)
    at_top = area.grab().toImage()
    assert at_top.pixel(400, high) != legend.pixel(400, high), "the note lies below: the caption goes to the top"
    insight.arcs = ArcsView(Note(0, 960, hand.context.viewport.highest_pitch - 1), (), "What it looked at. " * 8)
    at_bottom = area.grab().toImage()
    assert at_bottom.pixel(400, low) != legend.pixel(400, low)
    hand.context.theme = LIGHT
    area.grab()
    insight.arcs = None
    insight.tried = Note(960, 960, 70)
    assert area.grab().toImage() != at_bottom


def test_explaining_clicks_ask_and_edit_nothing(hand):
    hand.write(Note(0, 960, 60))
    asked: list[object] = []
    hand.context.insight.explained.connect(lambda note, _place: asked.append(note))
    hand.context.insight.explaining = True
    hand.click(400, 60)
    hand.drag((400, 60), (2000, 64))
    hand.click(4000, 70)
    assert [note.note.pitch for note in asked] == [60]
    assert hand.notes == [(0, 960, 60)] and hand.selected == []
    assert (60, 80, True) in hand.heard and hand.heard[-1] == (60, 80, False)
    hand.context.insight.explaining = False
    hand.click(400, 60)
    assert hand.selected == [60]
