"""A request laid out as a row of events."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Metre, Note, NoteTable, Score, TimeMap, Track
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.event_features import COLUMN, previous_in_part
from ml.tensors.piece import piece_events
from ml.tensors.sequence import TARGET, TARGETS, event_row, onset_class
from ml.tensors.window import Hints, Window

QUARTER = 480


def song(*tracks: list[tuple[float, float, int]], metre: Metre = Metre(0, 4, 4)) -> Score:
    """A score from (start, length, pitch) in quarters."""
    return Score(
        tracks=tuple(
            Track(f"T{i}", NoteTable.of(Note(round(s * QUARTER), round(n * QUARTER), p) for s, n, p in notes))
            for i, notes in enumerate(tracks)
        ),
        time_map=TimeMap(QUARTER, metres=(metre,)),
    )


MELODY = [(0.0, 1.0, 72), (1.0, 0.5, 74), (1.5, 0.5, 76), (4.0, 2.0, 77), (8.0, 1.0, 79), (9.0, 1.0, 77)]
BASS = [(0.0, 4.0, 48), (4.0, 4.0, 53), (8.0, 4.0, 55)]


def kinds(row) -> list[str]:
    return [v.KINDS[kind] for kind in row.features[:, COLUMN["kind"]]]


def test_own_past_comes_last_and_the_region_starts_with_ask():
    piece = piece_events(song(MELODY, BASS))
    row = event_row(piece, Window(0, 2, 3, 3, asked_parts=(0,)))
    parts = ["asked part", "given part"]
    assert (
        kinds(row) == ["control"] * 5 + parts + ["given"] * 3 + ["past"] * 4 + ["control"] * 2 + ["ask"] + ["asked"] * 2
    )


def test_the_first_asked_onset_counts_from_the_region_and_the_last_target_is_end():
    row = event_row(piece_events(song(MELODY)), Window(0, 2, 3, 3, asked_parts=(0,)))
    ask = kinds(row).index("ask")
    onsets = row.targets[ask:, TARGET["onset"]]
    assert onsets.tolist() == [0, 24, v.END]
    assert row.targets[ask - 1, TARGET["onset"]] == -1  # nobody is asked to foresee ASK
    assert row.targets[ask:, TARGET["end_allowed"]].tolist() == [1, 1, 1]
    assert row.targets[: ask - 1, TARGET["end_allowed"]].max() == 0


def test_a_prompt_is_the_beginning_of_the_row_that_was_trained_on():
    piece = piece_events(song(MELODY, BASS))
    window = Window(0, 1, 3, 3, asked_parts=(0,))
    whole, prompt = event_row(piece, window), event_row(piece, window, ask=False)
    assert np.array_equal(prompt.features, whole.features[: len(prompt)])
    assert np.array_equal(prompt.places, whole.places[: len(prompt)])
    assert kinds(prompt)[-1] == "ask"


def test_transposition_moves_pitches_and_key_and_nothing_else():
    piece = piece_events(song(MELODY, BASS))
    window = Window(0, 0, 3, 3, asked_parts=(0, 1))
    plain, higher = event_row(piece, window), event_row(piece, window, transpose=3)
    moved = plain.targets[:, TARGET["pitch"]] >= 0
    assert (higher.targets[moved, TARGET["pitch"]] == plain.targets[moved, TARGET["pitch"]] + 3).all()
    assert higher.tonic == (plain.tonic + 3) % 12
    same = [i for name, i in COLUMN.items() if name not in ("pitch", "pitch_class", "octave", "control")]
    assert np.array_equal(plain.features[:, same], higher.features[:, same])


def test_drums_are_not_transposed():
    score = song(MELODY, [(0.0, 1.0, 36), (1.0, 1.0, 38)])
    drums = score.tracks[1]
    score = score.with_track(1, Track(drums.name, drums.notes, channel=9, drums=True))
    piece = piece_events(score)
    row = event_row(piece, Window(0, 0, 3, 3, asked_parts=(0, 1)), transpose=5)
    written = row.targets[row.targets[:, TARGET["part"]] == 1, TARGET["pitch"]]
    assert piece.instruments[1] == v.DRUMS
    assert written.tolist() == [36, 38]


def test_one_loudness_throughout_asks_for_no_velocity():
    row = event_row(piece_events(song(MELODY)), Window(0, 0, 3, 3, asked_parts=(0,)))
    assert row.targets[:, TARGET["velocity"]].max() == -1
    assert (row.features[:, COLUMN["velocity"]] == v.VELOCITIES).all()


@given(
    st.lists(
        st.tuples(st.integers(0, 95), st.integers(1, 40), st.integers(30, 90), st.integers(0, 1)),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 4),
    st.data(),
)
def test_the_targets_tell_the_asked_notes_exactly(rows, beats, data):
    tracks = [[(s / 4, n / 4, p) for s, n, p, t in rows if t == track] for track in (0, 1)]
    piece = piece_events(song(*tracks, metre=Metre(0, beats, 4)))
    bars = len(piece.bar_starts) - 1
    first = data.draw(st.integers(0, bars - 1))
    region = data.draw(st.integers(first, bars - 1))
    end = data.draw(st.integers(region + 1, bars))
    parts = range(len(piece.instruments))
    asked = tuple(data.draw(st.lists(st.sampled_from(parts), min_size=1, unique=True)))
    row = event_row(piece, Window(first, region, end, end, asked))

    inside = (piece.onset >= piece.bar_starts[region]) & (piece.onset < piece.bar_starts[end])
    inside &= np.isin(piece.part, asked)
    targets = row.targets[kinds(row).index("ask") :]
    cursor, told = int(piece.bar_starts[region]), []
    for target in targets[:-1]:
        cursor += int(target[TARGET["onset"]])
        told.append((cursor, int(target[TARGET["part"]]), int(target[TARGET["pitch"]])))
    assert targets[-1, TARGET["onset"]] == v.END
    expected = list(zip(piece.onset[inside], piece.part[inside], piece.pitch[inside], strict=True))
    if all(b[0] - a[0] < v.DELTAS for a, b in itertools.pairwise(expected)) and (
        not expected or expected[0][0] - piece.bar_starts[region] < v.DELTAS
    ):
        assert told == [tuple(map(int, note)) for note in expected]
    for name, size in v.COLUMNS.items():
        assert row.features[:, COLUMN[name]].min() >= 0
        assert row.features[:, COLUMN[name]].max() < size


@given(st.integers(0, 5000), st.sampled_from([24, 72, 96, 144, 300]))
def test_a_long_rest_keeps_its_place_in_the_bar_and_is_never_simultaneous(distance, bar):
    found = int(onset_class(np.array([distance]), np.array([bar]))[0])
    assert 0 <= found < v.DELTAS
    assert (found == 0) == (distance == 0)
    if bar < v.DELTAS:
        assert (distance - found) % bar == 0 or distance < v.DELTAS


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12), st.integers(0, 4000))
def test_the_bar_grid_counts_on_past_the_end(lengths, onset):
    grid = BarGrid(np.concatenate([[0], np.cumsum(lengths)]))
    bar, position, length = (int(part[0]) for part in grid.locate(np.array([onset])))
    assert grid.start(bar) + position == onset
    assert 0 <= position < length == grid.start(bar + 1) - grid.start(bar)


def test_target_names_are_in_order():
    assert [TARGET[name] for name in TARGETS] == list(range(len(TARGETS)))


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12), st.integers(0, 4000))
def test_one_onset_is_placed_as_many_are(lengths, onset):
    grid = BarGrid(np.concatenate([[0], np.cumsum(lengths)]))
    assert grid.place(onset) == tuple(int(part[0]) for part in grid.locate(np.array([onset])))


def asked_at(row) -> int:
    return kinds(row).index("ask")


def test_what_comes_after_the_region_is_given_for_filling_a_gap():
    piece = piece_events(song(MELODY, BASS))
    row = event_row(piece, Window(0, 1, 2, 3, asked_parts=(0,)))
    given = row.features[[kind == "given" for kind in kinds(row)]]
    own = given[given[:, COLUMN["part"]] == 0]
    assert own[:, COLUMN["pitch"]].tolist() == [79, 77]  # the melody's third bar
    assert kinds(row).count("asked") == 1


def test_locked_notes_are_given_and_heard_by_those_after_them():
    piece = piece_events(song(MELODY))
    locked = np.zeros(len(piece), bool)
    locked[1] = True
    row = event_row(piece, Window(0, 0, 1, 1, asked_parts=(0,)), hints=Hints(locked=locked))
    assert kinds(row).count("given") == 1
    targets = row.targets[asked_at(row) :]
    assert targets[:-1, TARGET["pitch"]].tolist() == [72, 76]
    assert targets[:-1, TARGET["previous_pitch"]].tolist() == [-1, 74]  # 74 is the locked note
    assert targets[:-1, TARGET["onset"]].tolist() == [0, 36]  # the cursor counts from asked notes alone


def test_a_locked_note_comes_before_the_others_of_its_onset():
    onset, part = np.array([0, 24, 24]), np.array([0, 0, 0])
    pitch, locked = np.array([60, 64, 67]), np.array([False, False, True])
    assert previous_in_part(onset, part, pitch).tolist() == [-1, 60, 64]
    assert previous_in_part(onset, part, pitch, locked).tolist() == [-1, 67, 60]


def test_chords_and_kept_rhythm_stand_among_the_given_notes_in_time_order():
    piece = piece_events(song(MELODY, BASS))
    chords = np.array([[0, 96], [0, 5], [0, 3]])
    kept = np.array([[96], [0], [48], [v.UP]])
    row = event_row(piece, Window(0, 1, 2, 2, asked_parts=(0,)), hints=Hints(chords=chords, kept=kept), transpose=2)
    between = [kind for kind in kinds(row) if kind in ("given", "chord", "kept")]
    assert between == ["chord", "given", "chord", "kept", "given"]
    rows = row.features[[kind == "chord" for kind in kinds(row)]]
    assert rows[:, COLUMN["pitch_class"]].tolist() == [2, 7]  # roots move with the music
    assert rows[:, COLUMN["control"]].tolist() == [v.control_value("chord", 0), v.control_value("chord", 3)]
    told = row.features[kinds(row).index("kept")]
    assert told[COLUMN["pitch"]] == v.COLUMNS["pitch"] - 1  # the pitch stays open
    assert told[COLUMN["control"]] == v.control_value("contour", v.UP)
    assert row.places[kinds(row).index("kept"), 0] == 4.0


def test_region_controls_stand_just_before_ask():
    row = event_row(piece_events(song(MELODY)), Window(0, 1, 2, 2, (0,)), hints=Hints(density=4, leaps=2))
    at = asked_at(row)
    assert row.features[at - 2 : at, COLUMN["control"]].tolist() == [
        v.control_value("density", 4),
        v.control_value("leaps", 2),
    ]


def test_a_past_that_is_not_to_be_learned_asks_nothing():
    row = event_row(piece_events(song(MELODY)), Window(0, 2, 3, 3, (0,)), learn_past=False)
    assert (row.targets[: asked_at(row), 0] == -1).all()
    assert (row.targets[asked_at(row) :, 0] >= 0).all()
