"""Cutting and gluing notes, and playing them longer or shorter: split, join, legato, staccato, cut overlaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable, Score
from studio.edit.edited import Edited, with_notes
from studio.edit.selection import Selection, ids_of


def split_at(score: Score, selection: Selection, tick: int) -> Edited:
    """Cut the selected notes that sound across `tick` in two there; the parts are selected with the rest.

    The first part keeps the note's id, the second its release velocity. `join` makes them one again.
    """
    rows, table = selection.rows(score), selection.table(score)
    rows = rows[(table.start[rows] < tick) & (table.end[rows] > tick)]
    if not len(rows):
        return Edited(score, selection)
    tails = table.take(rows).replaced(slice(None), start=tick, length=table.end[rows] - tick)
    heads = table.replaced(rows, length=tick - table.start[rows])
    first = table.next_id
    return Edited(
        with_notes(score, selection.track, heads.added(tails)), selection.added(range(first, first + len(tails)))
    )


def join(score: Score, selection: Selection, gap_ticks: int = 0) -> Edited:
    """Make selected notes of one pitch that touch or overlap one note; with `gap_ticks` also across such a rest.

    A run keeps id, velocity, flags and source of its first note, and lasts to its latest end.
    """
    rows, table = selection.rows(score), selection.table(score)
    if not len(rows):
        return Edited(score, selection)
    order = rows[np.argsort(table.pitch[rows], kind="stable")]
    firsts = _run_starts(table, order, gap_ticks)
    if len(firsts) == len(order):
        remark = "Nothing was joined: no selected notes of one pitch touch each other."
        return Edited(score, selection, (remark,) if len(order) > 1 else ())
    ends, heads = table.end[order], order[firsts]
    run_ends = np.maximum.reduceat(ends, firsts)
    lasts = ends == np.repeat(run_ends, np.diff(firsts, append=len(order)))
    latest = order[np.maximum.reduceat(np.where(lasts, np.arange(len(order)), -1), firsts)]
    joined = table.replaced(heads, length=run_ends - table.start[heads], release=table.release[latest])
    absorbed = np.zeros(len(table), bool)
    absorbed[order] = True
    absorbed[heads] = False
    return Edited(
        with_notes(score, selection.track, joined.without(absorbed)), selection.with_ids(ids_of(table, heads))
    )


def _run_starts(table: NoteTable, order: NDArray[np.int64], gap_ticks: int) -> NDArray[np.int64]:
    """Places in `order` (rows by pitch, then start) where a run of touching notes begins; shape (runs,)."""
    # Each pitch gets a stretch of time of its own, so that one running maximum serves all of them.
    offset = table.pitch[order].astype(np.int64) * (table.end_tick + gap_ticks + 1)
    reached = np.maximum.accumulate(table.end[order] + offset)
    starts = table.start[order] + offset
    other_pitch = np.diff(table.pitch[order].astype(np.int64)) != 0
    return np.flatnonzero(np.concatenate([[True], other_pitch | (starts[1:] > reached[:-1] + gap_ticks)]))


def legato(score: Score, selection: Selection) -> Edited:
    """Make each selected note last until the next selected one starts; the last one keeps its length."""
    rows, table = selection.rows(score), selection.table(score)
    if not len(rows):
        return Edited(score, selection)
    start = table.start[rows]
    onsets = start[np.diff(start, prepend=-1) > 0]  # rows are in order of start
    following = np.searchsorted(onsets, start, "right")
    last = following == len(onsets)
    length = np.where(last, table.length[rows], onsets[np.minimum(following, len(onsets) - 1)] - start)
    return _with_lengths(score, selection, rows, length)


def staccato(score: Score, selection: Selection, part: float = 0.5) -> Edited:
    """Make each selected note `part` as long as it is, at least a tick; starts stay."""
    rows, table = selection.rows(score), selection.table(score)
    length = np.maximum(np.rint(table.length[rows] * max(part, 0.0)).astype(np.int64), 1)
    return _with_lengths(score, selection, rows, length)


def cut_overlaps(score: Score, selection: Selection) -> Edited:
    """End each selected note where the next selected one of its pitch starts.

    Of selected notes that start together on one pitch only the longest stays; a remark counts the others.
    """
    rows, table = selection.rows(score), selection.table(score)
    chosen = table.take(rows)
    clipped = chosen.without_overlaps()
    if clipped is chosen:
        return Edited(score, selection)
    kept = table.rows_of(clipped.id.tolist())
    by_id = clipped.length[np.argsort(clipped.id)]
    length = by_id[np.searchsorted(np.sort(clipped.id), table.id[kept])]
    gone = len(chosen) - len(clipped)
    result = table.replaced(kept, length=length).without(np.setdiff1d(rows, kept))
    doubles = "1 doubled note was" if gone == 1 else f"{gone} doubled notes were"
    remarks = (f"{doubles} removed.",) if gone else ()
    return Edited(with_notes(score, selection.track, result), selection.with_ids(clipped.id.tolist()), remarks)


def _with_lengths(score: Score, selection: Selection, rows: NDArray[np.int64], length: NDArray[np.int64]) -> Edited:
    table = selection.table(score)
    if np.array_equal(length, table.length[rows]):
        return Edited(score, selection)
    return Edited(with_notes(score, selection.track, table.replaced(rows, length=length)), selection)
