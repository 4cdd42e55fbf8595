"""Requests chosen from pieces at random stay inside the row, the piece and the range of MIDI."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.tensors import vocabulary as v
from ml.tensors.event_features import COLUMN
from ml.tensors.piece import piece_events
from ml.tensors.sequence import TARGET, event_row
from ml.tensors.sliding import MAX_BARS, last_bar_that_fits
from ml.training.augmentation import Augmentation
from ml.training.windows import VERBS, random_row, random_window
from tests.ml.training.tunes import tune

QUARTER = 24


@st.composite
def pieces(draw: st.DrawFn):
    """Any music: sparse and dense bars, wide leaps, drums or not."""
    tracks = []
    for number in range(draw(st.integers(1, 4))):
        random = np.random.default_rng(draw(st.integers(0, 2**32)))
        count = draw(st.integers(1, 120))
        starts = random.integers(0, draw(st.sampled_from([4, 40, 2000])) * QUARTER, count)
        pitches = random.integers(*draw(st.sampled_from([(0, 128), (60, 72), (0, 1), (127, 128)])), count)
        notes = [Note(int(s), 12, int(p), 64 + i % 9) for i, (s, p) in enumerate(zip(starts, pitches, strict=True))]
        drums = number == 3
        tracks.append(Track(f"T{number}", NoteTable.of(notes), channel=9 if drums else number, drums=drums))
    return piece_events(Score(tuple(tracks), TimeMap(QUARTER)))


@settings(max_examples=60)
@given(pieces(), st.integers(40, 200), st.integers(0, 2**32), st.sampled_from(list(VERBS)))
def test_a_row_has_room_for_its_window_and_something_is_asked(piece, max_events, seed, verb):
    window = random_window(piece, max_events, np.random.default_rng(seed), verb)
    if window is None:
        return
    bars = len(piece.bar_starts) - 1
    assert 0 <= window.first_bar <= window.region_bar < window.end_bar <= bars
    assert window.region_bar <= window.given_end_bar <= bars
    assert window.asked_parts
    assert set(window.asked_parts) <= set(range(len(piece.instruments)))
    row = event_row(piece, window)
    assert len(row) <= max_events
    assert row.targets[-1, TARGET["onset"]] == v.END
    assert (row.targets[:, TARGET["end_allowed"]] == 1).any()


@settings(max_examples=60)
@given(pieces(), st.integers(40, 200), st.integers(0, 2**32))
def test_augmented_rows_stay_inside_every_field(piece, max_events, seed):
    row = random_row(piece, max_events, Augmentation(), np.random.default_rng(seed))
    if row is None:
        return
    assert (row.features >= 0).all()
    assert (row.features < np.array(list(v.COLUMNS.values()))).all()
    notes = row.targets[(row.targets[:, 0] >= 0) & (row.targets[:, 0] != v.END)]
    assert ((notes[:, TARGET["pitch"]] >= 0) & (notes[:, TARGET["pitch"]] < v.PITCHES)).all()
    assert (notes[:, TARGET["velocity"]] < v.VELOCITIES).all()


@settings(max_examples=60)
@given(pieces(), st.integers(40, 200), st.integers(0, 2**32))
def test_no_target_is_one_that_the_order_of_notes_forbids(piece, max_events, seed):
    row = random_row(piece, max_events, Augmentation(), np.random.default_rng(seed))
    if row is None:
        return
    targets = row.targets[row.targets[:, 0] >= 0]
    end = targets[:, TARGET["onset"]] == v.END
    assert (targets[end, TARGET["end_allowed"]] == 1).all()
    onset, part, pitch = (targets[~end, TARGET[name]] for name in ("onset", "part", "pitch"))
    last_part, last_pitch = (targets[~end, TARGET[name]] for name in ("last_part", "last_pitch"))
    assert row.asked[part].all()
    together = onset == 0
    assert (part[together] >= last_part[together]).all()
    chord = together & (part == last_part)
    assert (pitch[chord] > last_pitch[chord]).all()


@settings(max_examples=60)
@given(pieces(), st.integers(0, 200), st.data())
def test_the_last_bar_that_fits_is_the_last(piece, events, data):
    bars = len(piece.bar_starts) - 1
    first = data.draw(st.integers(0, bars - 1))
    end = last_bar_that_fits(piece, first, events)

    def notes(until: int) -> int:
        return int(((piece.onset >= piece.bar_starts[first]) & (piece.onset < piece.bar_starts[until])).sum())

    assert first <= end <= bars
    assert notes(end) <= events
    assert end in (bars, first + MAX_BARS) or notes(end + 1) > events


def test_music_too_dense_for_a_row_gives_none():
    dense = Score((Track("A", NoteTable.of([Note(i % 96, 1, 20 + i // 24) for i in range(600)])),), TimeMap(QUARTER))
    assert random_row(piece_events(dense), 64, None, np.random.default_rng(0)) is None


def test_augmentation_moves_key_loudness_and_what_is_said_and_nothing_else_is_ever_moved():
    piece = piece_events(tune(bars=12))
    shifts, hidden, loudness = set(), set(), set()
    for seed in range(120):
        row = random_row(piece, 512, Augmentation(), np.random.default_rng(seed))
        control = row.features[:, COLUMN["control"]]
        hidden.add((control[0] == v.control_value("style", 0), row.tonic < 0))
        if row.tonic >= 0:
            shifts.add((row.tonic - piece.tonic + 5) % 12 - 5)
        loudness |= set(row.features[row.features[:, COLUMN["velocity"]] < v.VELOCITIES, COLUMN["velocity"]].tolist())
    assert shifts == set(range(-5, 7))
    assert {key for _, key in hidden} == {True, False}
    assert loudness > set(v.velocity_class(piece.velocity).tolist())


def test_without_augmentation_notes_stay_as_they_are():
    piece = piece_events(tune(bars=12))
    for seed in range(40):
        row = random_row(piece, 512, None, np.random.default_rng(seed))
        assert row.tonic == piece.tonic
        written = row.targets[row.targets[:, TARGET["pitch"]] >= 0, TARGET["pitch"]]
        assert set(written.tolist()) <= set(piece.pitch.tolist())
