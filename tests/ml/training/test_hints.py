"""What a training row tells about its region is true of the music."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.music.harmony import DETECTED, Quality
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.piece import piece_events
from ml.tensors.window import Window
from ml.training.hints import chord_events, kept_notes, random_hints, region_levels
from tests.ml.training.tunes import tune

QUARTER = 480


def line(pitches: list[int], length: float = 1.0):
    notes = [Note(round(i * length * QUARTER), round(length * QUARTER), p) for i, p in enumerate(pitches)]
    return piece_events(Score((Track("Line", NoteTable.of(notes)),), TimeMap(QUARTER)))


def levels(piece) -> tuple[int, int]:
    bars = len(piece.bar_starts) - 1
    return region_levels(piece, Window(0, 0, bars, bars, (0,)), np.ones(len(piece), bool), int(piece.bar_starts[-1]))


def test_denser_music_has_a_higher_level_and_so_have_leaps():
    steps, leaps = [60, 62, 64, 62] * 4, [60, 67, 60, 72] * 4
    assert levels(line(steps, 2.0))[0] < levels(line(steps, 1.0))[0] < levels(line(steps, 0.25))[0]
    assert levels(line(steps))[1] == 1
    assert levels(line(leaps))[1] == 5


def test_chords_are_told_where_they_change():
    bar = 4 * QUARTER
    notes = [Note(start, bar, p) for start, chord in ((0, (60, 64, 67)), (bar, (60, 64, 67)), (2 * bar, (57, 60, 64)))
             for p in chord]  # fmt: skip
    piece = piece_events(Score((Track("Chords", NoteTable.of(notes)),), TimeMap(QUARTER)))
    onset, root, quality = chord_events(piece, BarGrid(piece.bar_starts), 0, 3)
    assert onset.tolist() == [0, 192]
    assert root.tolist() == [0, 9]
    assert [DETECTED[q] for q in quality] == [Quality.MAJOR, Quality.MINOR]


def test_the_contour_of_kept_notes_is_that_of_the_line():
    piece = line([60, 64, 64, 62])
    onset, part, length, contour = kept_notes(piece, np.ones(4, bool), contour=True)
    assert contour.tolist() == [-1, v.UP, v.LEVEL, v.DOWN]
    assert onset.tolist() == [0, 24, 48, 72]
    assert set(part) == {0}
    assert set(length) == {24}


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.booleans())
def test_hints_speak_of_asked_notes_in_the_region_alone(seed, vary):
    rng = np.random.default_rng(seed)
    piece = piece_events(tune(seed % 7, bars=8))
    window = Window(0, 3, 6, 8, (0,))
    hints = random_hints(piece, window, rng, vary)
    low, high = piece.bar_starts[3], piece.bar_starts[6]
    if hints.locked is not None:
        assert (piece.part[hints.locked] == 0).all()
        assert (piece.onset[hints.locked] >= low).all()
        assert (piece.onset[hints.locked] < high).all()
    asked = (piece.part == 0) & (piece.onset >= low) & (piece.onset < high)
    if hints.locked is not None:
        asked &= ~hints.locked
    if hints.kept.shape[1]:
        assert vary
        assert hints.kept[0].tolist() == piece.onset[asked].tolist()
    assert 0 <= hints.density < v.CONTROLS["density"]
    assert 0 <= hints.leaps < v.CONTROLS["leaps"]
    assert ((hints.chords[0] >= 0) & (hints.chords[0] < high)).all()
