"""Adding, deleting, moving, copying, resizing and flagging notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.music import LOCKED, MUTED, Note, NoteTable, Score
from studio.edit.edited import Edited, check_track, with_notes
from studio.edit.selection import Selection, ids_of

LAST_TICK = 0x0FFF_FFFF
"""No edit moves a note past this tick: a MIDI file cannot say a longer time in one piece."""


def add_note(score: Score, track: int, note: Note) -> Edited:
    """One more note on a track, selected. See `add_notes`."""
    return add_notes(score, track, [note])


def add_notes(score: Score, track: int, notes: Iterable[Note] | NoteTable) -> Edited:
    """More notes on a track, selected; they get ids of their own. Raises EditRefused for a track that is gone.

    Values that no note can have are brought to the nearest that one can: starts before 0, empty lengths.
    """
    check_track(score, track)
    table = notes if isinstance(notes, NoteTable) else NoteTable.of(_possible(note) for note in notes)
    merged, ids = merge_notes(score.tracks[track].notes, in_bounds(table))
    return Edited(with_notes(score, track, merged), Selection(track, ids))


def delete_notes(score: Score, selection: Selection) -> Edited:
    """The score without the selected notes; nothing is selected then."""
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection.with_ids(()))
    return Edited(with_notes(score, selection.track, selection.table(score).without(rows)), selection.with_ids(()))


def move_notes(score: Score, selection: Selection, d_ticks: int, d_pitch: int, copy: bool = False) -> Edited:
    """Move the selected notes, or with `copy` leave them and select copies that were moved.

    The group keeps its shape: it stops as one where its first note meets tick 0 or its outermost note
    meets pitch 0 or 127.
    """
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection)
    table = selection.table(score)
    d_ticks, d_pitch = clamped_move(table, rows, d_ticks, d_pitch)
    start, pitch = table.start[rows] + d_ticks, table.pitch[rows].astype(np.int64) + d_pitch
    if copy:
        merged, ids = merge_notes(table, table.take(rows).replaced(slice(None), start=start, pitch=pitch))
        return Edited(with_notes(score, selection.track, merged), selection.with_ids(ids))
    if not d_ticks and not d_pitch:
        return Edited(score, selection)
    columns = ({"start": start} if d_ticks else {}) | ({"pitch": pitch} if d_pitch else {})
    return Edited(with_notes(score, selection.track, table.replaced(rows, **columns)), selection)


def clamped_move(table: NoteTable, rows: NDArray[np.int64], d_ticks: int, d_pitch: int) -> tuple[int, int]:
    """The part of a move that these notes can make as a group; for showing a drag as it will land."""
    if not len(rows):
        return 0, 0
    start, pitch = table.start[rows], table.pitch[rows]
    room = max(LAST_TICK - int(table.end[rows].max()), 0)
    d_ticks = min(max(d_ticks, -int(start.min())), room)
    return d_ticks, min(max(d_pitch, -int(pitch.min())), 127 - int(pitch.max()))


def nudge(score: Score, selection: Selection, d_ticks: int) -> Edited:
    """Move the selected notes in time only."""
    return move_notes(score, selection, d_ticks, 0)


def duplicate(score: Score, selection: Selection, grid_ticks: int) -> Edited:
    """Copies of the selected notes right after them, selected: called again, it goes on from there.

    The distance is the length of the selection rounded up to the grid, so a phrase that ends a little
    early still repeats in time.
    """
    span = selection.span(score)
    if span is None:
        return Edited(score, selection)
    steps = max(1, -(-(span[1] - span[0]) // max(grid_ticks, 1)))
    return move_notes(score, selection, steps * max(grid_ticks, 1), 0, copy=True)


def resize_notes(score: Score, selection: Selection, d_start: int, d_end: int, shortest_ticks: int = 1) -> Edited:
    """Move the left edges of the selected notes by `d_start` ticks and the right edges by `d_end`.

    Left edges stop together where the first meets tick 0. A note never gets shorter than `shortest_ticks`
    (or than it was, when it was shorter); the others go on.
    """
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection)
    table = selection.table(score)
    start, end = table.start[rows], table.end[rows]
    d_start = max(d_start, -int(start.min()))
    shortest = np.minimum(np.maximum(table.length[rows], 1), max(shortest_ticks, 1))
    new_start = np.minimum(start + d_start, np.maximum(end - shortest, start)) if d_start > 0 else start + d_start
    new_end = np.minimum(np.maximum(end + d_end, new_start + shortest), np.maximum(end, LAST_TICK)) if d_end else end
    columns = {"length": new_end - new_start}
    if d_start:
        columns["start"] = new_start
    return Edited(with_notes(score, selection.track, table.replaced(rows, **columns)), selection)


def set_lengths(score: Score, selection: Selection, length_ticks: int) -> Edited:
    """Give all selected notes one length, at least 1 tick."""
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection)
    length = min(max(length_ticks, 1), LAST_TICK)
    return Edited(with_notes(score, selection.track, selection.table(score).replaced(rows, length=length)), selection)


def set_flag(score: Score, selection: Selection, flag: int, on: bool | None = None) -> Edited:
    """Set or clear MUTED or LOCKED on the selected notes; None clears it when all have it and else sets it.

    LOCKED guards notes against models only: a musician's own edits are never refused.
    """
    if flag not in (MUTED, LOCKED):
        raise ValueError(f"{flag} is no flag of notes")
    rows = selection.rows(score)
    if not len(rows):
        return Edited(score, selection)
    table = selection.table(score)
    flags = table.flags[rows].astype(np.int64)
    wanted = not bool(np.all(flags & flag)) if on is None else on
    return Edited(
        with_notes(score, selection.track, table.replaced(rows, flags=flags | flag if wanted else flags & ~flag)),
        selection,
    )


def merge_notes(table: NoteTable, new: NoteTable) -> tuple[NoteTable, frozenset[int]]:
    """A table with the notes of another in it, and the ids of those.

    Overlaps stay as they are, here and in every edit: nothing is clipped or removed because something else
    was laid over it. Only a new note with exactly the start, length and pitch of one that is there does
    not become an invisible double: the one that is there takes over its velocity, release, flags and source.
    """
    if not len(new):
        return table, frozenset()
    held = _rows_like(table, new)
    double = held >= 0
    if double.any():
        rows = held[double]
        values = {name: getattr(new, name)[double] for name in ("velocity", "release", "flags", "source")}
        changed = any(not np.array_equal(getattr(table, name)[rows], column) for name, column in values.items())
        table = table.replaced(rows, **values) if changed else table
    ids = ids_of(table, held[double])
    first = table.next_id
    if double.all():
        return table, ids
    fresh = new.without(double)
    return table.added(fresh), ids | frozenset(range(first, first + len(fresh)))


def _rows_like(table: NoteTable, new: NoteTable) -> NDArray[np.int64]:
    """For each new note the row with the same start, length and pitch, or -1; shape (new notes,)."""
    low = np.searchsorted(table.start, new.start, "left")
    high = np.searchsorted(table.start, new.start, "right")
    found = np.full(len(new), -1, np.int64)
    for index in np.flatnonzero(high > low):
        here = slice(int(low[index]), int(high[index]))
        same = (table.pitch[here] == new.pitch[index]) & (table.length[here] == new.length[index])
        if same.any():
            found[index] = here.start + int(same.argmax())
    return found


def in_bounds(table: NoteTable) -> NoteTable:
    """Notes from outside as an edit may add them: up to the last tick, at least a tick long, not silent."""
    start = np.minimum(table.start, LAST_TICK - 1)
    length = np.clip(table.length, 1, LAST_TICK - start)
    velocity = np.clip(table.velocity, 1, 127)
    return table.replaced(slice(None), start=start, length=length, velocity=velocity)


def _possible(note: Note) -> Note:
    pitch, velocity = min(max(note.pitch, 0), 127), min(max(note.velocity, 1), 127)
    return replace(note, start=max(note.start, 0), length=max(note.length, 1), pitch=pitch, velocity=velocity)
