"""Differences of note tables lead from one to the other and are no larger than the edit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given

from ml.music import Note, NoteTable
from studio.project.note_codec import notes_hash
from studio.project.note_delta import applied, difference
from tests.studio.project.pieces import long_song, notes


@given(notes(), notes())
def test_a_difference_leads_to_the_other_table(base: NoteTable, table: NoteTable) -> None:
    assert applied(base, difference(base, table)) == table


@given(notes())
def test_equal_tables_differ_in_nothing(table: NoteTable) -> None:
    copy = NoteTable.from_columns(**{name: column.copy() for name, column in table.columns().items()})
    assert len(difference(table, copy)) == 0
    assert notes_hash(table) == notes_hash(copy)


def test_one_moved_note_is_one_note() -> None:
    table = long_song(1000).tracks[0].notes
    delta = difference(table, table.replaced([500], start=3))
    assert len(delta.rows) == 1
    assert delta.gone.tolist() == [500]


def test_every_column_counts_for_the_hash() -> None:
    note = Note(0, 960, 60, 80, 64, 0, 5, 0)
    changed = [replace(note, **{name: getattr(note, name) + 1}) for name in NoteTable.of([note]).columns()]
    assert len({notes_hash(NoteTable.of([one])) for one in (note, *changed)}) == 9
    assert np.array_equal(NoteTable.of([note]).id, [5])
