"""The history keeps what it has room for, and counts shared notes once."""

from __future__ import annotations

from ml.music import NoteTable, Score, Track
from studio.edit import Document, History, Selection, Step
from studio.edit.operations import nudge, rename_track, set_velocity, transpose
from tests.studio.edit.pieces import everything

BYTES_PER_NOTE = 28


def long_piece(notes: int) -> Score:
    table = NoteTable.from_columns(start=range(notes), length=[1] * notes, pitch=[60] * notes)
    return Score(tracks=(Track(name="Piano", notes=table),))


def test_only_the_columns_that_an_edit_touched_cost_memory() -> None:
    document = Document(long_piece(1000))
    document.apply("Louder", set_velocity(document.score, everything(document.score), 100))
    document.apply("Rename", rename_track(document.score, 0, "Grand"))
    document.apply("Transpose", transpose(document.score, everything(document.score), 1))
    assert document.history.costs == (1000 * BYTES_PER_NOTE, 1000, 0, 1000)


def test_the_oldest_steps_go_when_the_notes_take_too_much_room() -> None:
    document = Document(long_piece(1000), undo_limit_bytes=1000 * (BYTES_PER_NOTE + 3))
    for velocity in (10, 20, 30, 40, 50):
        document.apply(f"{velocity}", set_velocity(document.score, everything(document.score), velocity))
    assert [step.label for step in document.history.steps] == ["20", "30", "40", "50"]
    assert sum(document.history.costs) == 1000 * (BYTES_PER_NOTE + 3)
    while document.can_undo:
        document.undo()
    assert document.track.notes.velocity[0] == 20


def test_a_large_step_makes_room_by_dropping_several_small_ones() -> None:
    document = Document(long_piece(1000), undo_limit_bytes=1000 * (BYTES_PER_NOTE + 9))
    for velocity in (10, 20, 30, 40):
        document.apply(f"{velocity}", set_velocity(document.score, everything(document.score), velocity))
    document.apply("Later", nudge(document.score, everything(document.score), 100))
    assert [step.label for step in document.history.steps] == ["30", "40", "Later"]
    assert document.history.costs == (1000 * BYTES_PER_NOTE, 1000, 8000)


def test_one_step_can_be_undone_however_large_the_piece() -> None:
    document = Document(long_piece(1000), undo_limit_bytes=1)
    for velocity in (10, 20, 30):
        document.apply(f"{velocity}", set_velocity(document.score, everything(document.score), velocity))
    assert len(document.history.steps) == 2
    document.undo()
    assert document.track.notes.velocity[0] == 20


def test_a_history_is_a_value() -> None:
    first = Step("Open", long_piece(3), Selection(0), 0)
    history = History.starting(first)
    longer = history.pushed(Step("Edit", long_piece(4), Selection(0), 0))
    assert (len(history.steps), len(longer.steps)) == (1, 2)
    assert longer.at(0).current is first
    assert longer.without_current() == history
