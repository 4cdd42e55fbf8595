"""MusPy's features: the printed row of the chorales, and small passages worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.measures.muspy_features import muspy_features
from ml.measures.passage import Passage, passage, passage_of
from ml.music import MUTED, Note, NoteTable, Score, TimeMap, Track
from tests.ml.measures.chorales import chorales

PRINTED = {
    "pitch_class_entropy": (3.026, 0.102), "pitch_entropy": (4.356, 0.114), "scale_consistency": (0.930, 0.035),
    "groove_consistency": (0.967, 0.008), "polyphony": (3.923, None), "polyphony_rate": (0.997, None),
    "pitch_classes": (10.55, 1.10), "empty_beat_rate": (0.0, None),
}  # fmt: skip
"""Mean and deviation as MusPy 0.5.0 gave them for the 77 pieces of the printed row, at 24 ticks a quarter."""


def of_voices(frames: np.ndarray) -> Passage:
    """A chorale's 16ths as notes: a voice that keeps its pitch holds one note."""
    notes = []
    for voice in range(4):
        pitches = frames[:, voice]
        starts = np.flatnonzero(np.concatenate([[True], pitches[1:] != pitches[:-1]]))
        for start, end in zip(starts, [*starts[1:], len(pitches)], strict=True):
            if pitches[start] >= 0:
                notes.append((6 * start, 6 * (end - start), pitches[start], voice))
    return passage(np.array(notes).T, np.array([], np.int64), quarter=24, bar=96)


def of_notes(*notes: tuple[int, int, int], drums: bool = False) -> Passage:
    """Notes of one part as (start, length, pitch), in 24ths of a quarter, bars of four quarters."""
    columns = np.array([(*note, 0) for note in notes], np.int64).reshape(-1, 4).T
    return passage(columns, np.array([0] if drums else [], np.int64), quarter=24, bar=96)


def test_the_chorales_come_out_as_muspy_measured_them():
    # The only row at hand of MusPy itself is the one of these pieces; nothing is chosen by it.
    measured = [muspy_features(of_voices(frames)) for frames in chorales("test")]
    for name, (mean, deviation) in PRINTED.items():
        values = np.array([features[name] for features in measured])
        assert values.mean() == pytest.approx(mean, abs=0.00501 if name == "pitch_classes" else 0.000501), name
        if deviation:
            assert values.std() == pytest.approx(deviation, abs=0.00501 if name == "pitch_classes" else 0.000501), name


def test_a_scale_by_hand():
    scale = of_notes(*((24 * i, 24, pitch) for i, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 66))))
    features = muspy_features(scale)
    assert (features["pitches"], features["pitch_classes"], features["pitch_range"]) == (8, 8, 11)
    assert features["pitch_entropy"] == features["pitch_class_entropy"] == 3
    assert features["scale_consistency"] == 7 / 8
    assert (features["polyphony"], features["polyphony_rate"]) == (1, 0)


def test_unisons_count_once_and_silence_not_at_all_in_polyphony():
    features = muspy_features(of_notes((0, 48, 60), (0, 24, 60), (0, 24, 64), (72, 24, 60)))
    assert features["polyphony"] == (2 * 24 + 24 + 24) / 72
    assert features["polyphony_rate"] == 24 / 96


def test_a_beat_is_empty_when_no_note_touches_it():
    # Four beats and the one that begins at the end; the first note ends on the second beat and so touches it.
    assert muspy_features(of_notes((0, 24, 60), (84, 12, 60)))["empty_beat_rate"] == 1 / 5


def test_groove_compares_neighbouring_bars_tick_by_tick():
    same = of_notes((0, 24, 60), (48, 24, 60), (96, 24, 60), (144, 24, 60))
    other = of_notes((0, 24, 60), (48, 24, 60), (96, 24, 60), (156, 24, 60))
    assert muspy_features(same)["groove_consistency"] == 1
    assert muspy_features(other)["groove_consistency"] == 1 - 2 / 96


def test_drums_have_rhythm_and_no_pitch():
    features = muspy_features(of_notes((0, 6, 36), (96, 6, 42), drums=True))
    assert features["groove_consistency"] == 1
    assert features["pitches"] == 0
    assert all(
        math.isnan(features[name]) for name in ("pitch_range", "pitch_entropy", "scale_consistency", "polyphony")
    )


def test_a_passage_of_a_score_leaves_muted_notes_out_and_takes_bars():
    melody = NoteTable.of([Note(0, 480, 60), Note(480, 480, 62, flags=MUTED), Note(1920, 3840, 64)])
    drums = NoteTable.of([Note(1920, 10, 36)])
    score = Score((Track("A", melody), Track("D", drums, drums=True)), TimeMap(480))
    whole = passage_of(score)
    assert (whole.quarter, whole.bar) == (480, 1920)
    assert whole.pitch.tolist() == [60, 64, 36]
    second = whole.bars(1, 2)
    assert (second.start.tolist(), second.length.tolist()) == ([0, 0], [1920, 10])
    assert second.pitched().pitch.tolist() == [64]


notes = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 200), st.integers(0, 127)), min_size=1, max_size=30)


@given(notes)
def test_polyphony_and_groove_agree_with_a_drawn_piano_roll(rows):
    measured = of_notes(*rows)
    features = muspy_features(measured)
    roll = np.zeros((measured.end, 128), bool)
    for start, length, pitch in rows:
        roll[start : start + length, pitch] = True
    sounding = roll.sum(axis=1)
    assert features["polyphony"] == pytest.approx(sounding.sum() / (sounding > 0).sum())
    assert features["polyphony_rate"] == pytest.approx((sounding >= 2).mean())
    grid = np.zeros((measured.end // 96 + 1, 96), bool)
    for start, _, _ in rows:
        grid[start // 96, start % 96] = True
    expected = 1 - (grid[1:] != grid[:-1]).mean() if len(grid) > 1 else float("nan")
    assert features["groove_consistency"] == pytest.approx(expected, nan_ok=True)
    beats = np.zeros(measured.end // 24 + 1, bool)
    for start, length, _ in rows:
        beats[start // 24 : (start + length) // 24 + 1] = True
    assert features["empty_beat_rate"] == pytest.approx(1 - beats.mean())
