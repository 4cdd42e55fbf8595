"""Equal stretches choose equal fingerprints, and never leave a window without one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.measures.note_runs import NoteRuns
from ml.measures.winnowing import Winnowing

NOTES = st.lists(st.tuples(st.integers(0, 3), st.integers(60, 63)), min_size=0, max_size=60)


def line_of(notes: list[tuple[int, int]], line: int = 0) -> NoteRuns:
    """A line of (steps from the note before, pitch)."""
    onset = np.cumsum([12 + step for step, _ in notes], dtype=np.int64)
    pitch = np.array([pitch for _, pitch in notes], np.int64)
    return NoteRuns.in_order(np.full(len(notes), line), onset, pitch)


def fingerprints(runs: NoteRuns, winnowing: Winnowing) -> tuple[set[int], list[int]]:
    found = winnowing.fingerprints(runs)
    return set(found.hash.tolist()), found.row.tolist()


@given(st.integers(2, 6), st.integers(1, 8), NOTES)
def test_every_window_has_a_fingerprint(notes: int, window: int, tune: list[tuple[int, int]]) -> None:
    winnowing = Winnowing(notes, window)
    _, rows = fingerprints(line_of(tune), winnowing)
    for start in range(len(tune) - winnowing.guaranteed + 1):
        assert any(start <= row < start + window for row in rows)


@given(st.integers(2, 6), st.integers(1, 8), NOTES, NOTES, NOTES, st.integers(-12, 12))
def test_lines_that_share_enough_notes_share_a_fingerprint(notes, window, before, shared, after, shift) -> None:
    winnowing = Winnowing(notes, window)
    one = line_of([*before, *shared, *after])
    other = line_of([*after, *((step, pitch + shift) for step, pitch in shared), *before])
    if len(shared) >= winnowing.guaranteed:
        assert fingerprints(one, winnowing)[0] & fingerprints(other, winnowing)[0]


def test_lines_are_winnowed_apart_from_each_other() -> None:
    tune = [(i * i % 4, 60 + i * 7 % 11) for i in range(40)]
    winnowing = Winnowing(4, 5)
    alone, _ = fingerprints(line_of(tune), winnowing)
    first, second = line_of(tune), line_of(tune[:7], 1)
    both = NoteRuns(*(np.concatenate(columns) for columns in zip(
        (first.line, first.pitch, first.step), (second.line, second.pitch, second.step), strict=True)))  # fmt: skip
    found, rows = fingerprints(both, winnowing)
    assert found == alone, "a line too short for a window adds none"
    assert all(row < len(tune) for row in rows)
