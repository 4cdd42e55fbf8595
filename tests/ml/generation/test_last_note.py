"""Reading one note must give what reading notes by the row gives: networks are trained on the latter."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.generation.last_note import NoteReader
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.event_features import note_rows
from ml.tensors.window import Window

BARS = st.sampled_from([[0, 96, 192, 288], [0, 72, 168, 204], [0], [0, 288, 576], [0, 6, 18]])
INSTRUMENTS = np.array([0, 5, v.DRUMS])


@given(
    bars=BARS,
    onset=st.integers(0, 2000),
    part=st.integers(0, 2),
    pitch=st.integers(0, 127),
    length=st.sampled_from(v.LENGTHS.tolist()) | st.integers(1, int(v.LENGTHS[-1])),
    velocity=st.integers(0, v.VELOCITIES - 1).map(v.velocity_value),
    delta=st.integers(0, v.DELTAS - 1),
    before=st.integers(-1, 127),
    tonic=st.integers(-1, 11),
    minor=st.booleans(),
    first_bar=st.integers(0, 2),
    ahead=st.integers(0, 100),
)
def test_one_note_reads_as_in_a_row(
    bars, onset, part, pitch, length, velocity, delta, before, tonic, minor, first_bar, ahead
):
    grid = BarGrid(np.array(bars))
    window = Window(first_bar, first_bar, first_bar + ahead, first_bar + ahead, (0, 1, 2))
    note = (onset, part, pitch, length, velocity)
    features, places = note_rows(
        v.ASKED, np.array([note]).T, grid, window, INSTRUMENTS, np.array([delta]), np.array([before]), tonic, minor,
        False,
    )  # fmt: skip
    row, place = NoteReader(grid, window, INSTRUMENTS, tonic, minor)(note, delta, before)
    assert row == features[0].tolist()
    assert np.array_equal(np.array(place, np.float32), places[0])
