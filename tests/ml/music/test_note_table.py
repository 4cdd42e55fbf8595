"""NoteTable: sorted, frozen, searchable; every editing method keeps it so."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import MUTED, Note, NoteTable

NOTES = st.lists(
    st.builds(
        Note,
        start=st.integers(0, 400),
        length=st.integers(0, 200),
        pitch=st.integers(0, 127),
        velocity=st.integers(1, 127),
        flags=st.integers(0, 3),
    ),
    max_size=40,
)


def is_in_order(table: NoteTable) -> bool:
    rows = [(note.start, note.pitch, note.id) for note in table]
    return rows == sorted(rows) and len({note.id for note in table}) == len(table)


def contents(table: NoteTable) -> list[tuple[int, ...]]:
    return sorted((n.start, n.length, n.pitch, n.velocity, n.flags) for n in table)


@given(NOTES)
def test_a_table_holds_exactly_the_notes_it_was_made_of_in_order(notes: list[Note]) -> None:
    table = NoteTable.of(notes)
    assert is_in_order(table)
    assert contents(table) == sorted((n.start, n.length, n.pitch, n.velocity, n.flags) for n in notes)


@given(NOTES, NOTES)
def test_fresh_ids_sort_behind_given_ones(known: list[Note], fresh: list[Note]) -> None:
    first = NoteTable.of(known)
    mixed = NoteTable.of([*first, *fresh])
    assert is_in_order(mixed)
    assert set(first.id.tolist()) <= set(mixed.id.tolist())


@given(NOTES, NOTES)
def test_adding_keeps_ids_and_gives_new_ones(left: list[Note], right: list[Note]) -> None:
    table, other = NoteTable.of(left), NoteTable.of(right)
    both = table.added(other)
    assert is_in_order(both)
    assert contents(both) == sorted(contents(table) + contents(other))
    assert both.take(both.rows_of(table.id.tolist())) == table


@given(NOTES, st.data())
def test_taking_and_leaving_out_divide_a_table(notes: list[Note], data: st.DataObject) -> None:
    table = NoteTable.of(notes)
    rows = [i for i in range(len(table)) if data.draw(st.booleans())]
    assert contents(table) == sorted(contents(table.take(rows)) + contents(table.without(rows)))
    assert is_in_order(table.take(rows))


@given(NOTES, st.integers(0, 200))
def test_moving_all_notes_there_and_back_changes_nothing(notes: list[Note], ticks: int) -> None:
    table = NoteTable.of(notes)
    moved = table.replaced(slice(None), start=table.start + ticks)
    assert is_in_order(moved)
    assert moved.replaced(slice(None), start=moved.start - ticks) == table


@given(NOTES, st.integers(0, 600), st.integers(1, 300))
def test_a_range_query_finds_what_a_look_at_every_note_finds(notes: list[Note], start: int, length: int) -> None:
    table, end = NoteTable.of(notes), start + length
    expected = [
        i for i, n in enumerate(table) if n.start < end and (n.end > start or (n.length == 0 and n.start == start))
    ]
    assert table.sounding(start, end).tolist() == expected
    assert list(range(len(table)))[table.starting(start, end)] == [
        i for i, n in enumerate(table) if start <= n.start < end
    ]


def test_a_range_query_finds_a_drone_many_blocks_earlier() -> None:
    """One long note at the start of 5,000 short ones."""
    starts = np.arange(5000) * 10
    table = NoteTable.from_columns(
        start=[0, *starts], length=[60_000, *np.full(5000, 5)], pitch=[20, *np.full(5000, 60)]
    )
    assert table.sounding(40_000, 40_010).tolist() == [0, 4001]


@given(NOTES)
def test_without_overlaps_leaves_no_pitch_sounding_twice(notes: list[Note]) -> None:
    table = NoteTable.of(notes)
    clean = table.without_overlaps()
    assert is_in_order(clean)
    for pitch in set(clean.pitch.tolist()):
        line = sorted((n.start, n.end) for n in clean if n.pitch == pitch)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(line))
        assert len({start for start, _ in line}) == len(line)
    assert {(n.start, n.pitch) for n in clean} == {(n.start, n.pitch) for n in table}
    assert clean.without_overlaps() == clean


def test_columns_cannot_be_written_to() -> None:
    """Also not through the arrays that a table was made of."""
    mine = np.array([3, 1], np.int64)
    table = NoteTable.from_columns(start=mine, length=mine, pitch=[60, 61])
    mine[:] = 99
    assert table.start.tolist() == [1, 3]
    for column in table.columns().values():
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 5


@pytest.mark.parametrize(
    "columns",
    [
        {"start": [-1], "length": [1], "pitch": [60]},
        {"start": [0], "length": [-1], "pitch": [60]},
        {"start": [0], "length": [1], "pitch": np.array([128])},
        {"start": [0], "length": [1], "pitch": []},
    ],
)
def test_impossible_notes_are_refused(columns: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"note|pitch"):
        NoteTable.from_columns(**columns)


def test_a_note_comes_back_as_a_friendly_value() -> None:
    note = Note(start=10, length=20, pitch=60, velocity=99, release=1, flags=MUTED, id=7, source=3)
    assert list(NoteTable.of([note])) == [note]
    assert note.end == 30
    assert NoteTable.of([]) == NoteTable.empty()
    assert NoteTable.empty().end_tick == 0
