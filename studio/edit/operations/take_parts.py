"""Accepting parts of takes: some bars or voices, single notes, or what was put together from several takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ml.music import MUTED, Note, NoteTable, Score
from ml.requests import Region, Take, TakeNote, making_way, score_with_notes, score_with_take, staying
from studio.edit.edited import Edited, EditRefused
from studio.edit.operations.notes import merge_notes
from studio.edit.selection import Selection, ids_of

Places = dict[tuple[int, int], int]
"""Lengths of notes by their start and pitch."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Notes for a region, each with its number for the notes' `source` column.

    What the region holds is cleared for them, as when a whole take is accepted; without `clears` only what they would
    sound over gives way: no pitch sounds twice at a time.
    """

    region: Region
    notes: tuple[TakeNote, ...]
    sources: tuple[int, ...]
    clears: bool = True


def accept_excerpts(score: Score, excerpts: Iterable[Excerpt]) -> Edited:
    """The score with all excerpts in it, one after the other; their notes are selected, those of the first track.

    Locked and kept notes stay. Raises EditRefused when there is no note at all.
    """
    laid = list(excerpts)
    if not any(excerpt.notes for excerpt in laid):
        raise EditRefused("There are no notes to put into the song: choose other bars or notes.")
    after = with_excerpts(score, laid)
    numbers = np.array(sorted({number for excerpt in laid for number in excerpt.sources}), np.int64)
    places = {(note.track, note.start, note.pitch) for excerpt in laid for note in excerpt.notes}
    for index in sorted({track for track, _, _ in places}):
        table = after.tracks[index].notes
        rows = np.flatnonzero(np.isin(table.source, numbers)).tolist()
        new = [row for row in rows if (index, int(table.start[row]), int(table.pitch[row])) in places]
        if new:
            return Edited(after, Selection(index, ids_of(table, np.array(new))))
    return Edited(after)


def with_excerpts(score: Score, excerpts: Iterable[Excerpt]) -> Score:
    """The score with the excerpts in it, for hearing and for accepting."""
    for excerpt in excerpts:
        if excerpt.clears:
            score = score_with_notes(score, excerpt.region, excerpt.notes, excerpt.sources)
        else:
            score = _with_added(score, excerpt)
    return score


def accept_bars(score: Score, take: Take, part: Region, source: int) -> Edited:
    """The score with those bars and tracks of a take that lie in `part`; the rest of the song stays as it was.

    A note ends where the bars taken over end, but goes on into following bars that hold just what the take has there:
    so accepting all parts one after the other, in any order, equals accepting the take. Raises EditRefused when the
    part lies outside what the take was written for.
    """
    whole = take.request.region
    tracks = tuple(track for track in whole.tracks if track in part.tracks)
    start_tick, end_tick = max(part.start_tick, whole.start_tick), min(part.end_tick, whole.end_tick)
    if end_tick <= start_tick or not tracks:
        raise EditRefused("The take has nothing there: choose bars and tracks that it was written for.")
    part = replace(whole, start_tick=start_tick, end_tick=end_tick, tracks=tracks)
    notes = tuple(n for n in take.notes if n.track in tracks and start_tick <= n.start < end_tick)
    after = score_with_notes(score, part, notes, source)
    # As accepting all of it would lay the notes, some of them cut short by notes that stay.
    complete = score_with_take(score, take, source)
    selection: Selection | None = None
    for index in tracks:
        wanted = _lengths(complete, whole, index)
        table = _with_ends(after, part, whole, index, wanted, source)
        after = after.with_track(index, after.tracks[index].with_notes(table))
        new = np.flatnonzero(_inside(table, part) & (table.source == source))
        if len(new) and selection is None:
            selection = Selection(index, ids_of(table, new))
    return Edited(after, selection)


def _with_ends(score: Score, part: Region, whole: Region, index: int, wanted: Places, source: int) -> NoteTable:
    """The track's notes with those of the take that start in the part, or end at its start, as long as they may be."""
    table = score.tracks[index].notes
    mine = (table.source == source) & _inside(table, whole) & ~staying(score, whole, index)
    rows = np.flatnonzero(mine & (_inside(table, part) | (table.end == part.start_tick)))
    ends = _free_bars(score, whole, index, wanted)
    length = table.length.copy()
    for row in rows.tolist():
        start, pitch = int(table.start[row]), int(table.pitch[row])
        full = wanted.get((start, pitch), int(length[row]))
        cut = next((tick for tick in ends if start < tick), whole.end_tick)
        length[row] = max(min(full, cut - start), 1)
    return table if np.array_equal(length, table.length) else table.replaced(slice(None), length=length)


def _free_bars(score: Score, whole: Region, index: int, wanted: Places) -> list[int]:
    """Where bars begin that hold something else than the take has there."""
    time_map = score.time_map
    held = _lengths(score, whole, index).keys()
    lines = [whole.start_tick, *time_map.bar_lines(whole.start_tick + 1, whole.end_tick), whole.end_tick]
    found = []
    for start, end in pairwise(lines):
        here = {place for place in held if start <= place[0] < end}
        if here != {place for place in wanted if start <= place[0] < end}:
            found.append(start)
    return found


def _lengths(score: Score, region: Region, index: int) -> Places:
    """The notes of a track that start in the region and do not stay."""
    table = score.tracks[index].notes
    rows = np.flatnonzero(_inside(table, region) & ~staying(score, region, index))
    columns = (table.start[rows].tolist(), table.pitch[rows].tolist(), table.length[rows].tolist())
    return {(start, pitch): length for start, pitch, length in zip(*columns, strict=True)}


def _inside(table: NoteTable, region: Region) -> np.ndarray:
    inside: np.ndarray = (table.start >= region.start_tick) & (table.start < region.end_tick)
    return inside


def _with_added(score: Score, excerpt: Excerpt) -> Score:
    """The score with the notes in place of what they would sound over; where a note that stays sounds they are cut."""
    for index in excerpt.region.tracks:
        table = score.tracks[index].notes
        stays = staying(score, excerpt.region, index)
        new = NoteTable.of(
            Note(n.start, n.length, n.pitch, n.velocity, source=number)
            for n, number in zip(excerpt.notes, excerpt.sources, strict=True)
            if n.track == index
        )
        new = making_way(new, table.take(np.flatnonzero(stays & (table.flags & MUTED == 0))))
        merged, _ = merge_notes(_giving_way(table, stays, new), new)
        score = score.with_track(index, score.tracks[index].with_notes(merged))
    return score


def _giving_way(table: NoteTable, stays: np.ndarray, new: NoteTable) -> NoteTable:
    """The notes but for those that new ones of their pitch would sound over; what sounds into a new one ends there.

    Those that `stays` (notes,) names are left alone, and so are those that are just like a new one.
    """
    end = np.maximum(table.end, table.start + 1)
    gone = np.zeros(len(table), bool)
    length = table.length.copy()
    for note in new:
        other = ~stays & (table.pitch == note.pitch) & ((table.start != note.start) | (table.length != note.length))
        gone |= other & (table.start >= note.start) & (table.start < max(note.end, note.start + 1))
        into = other & (table.start < note.start) & (end > note.start)
        length[into] = np.minimum(length[into], note.start - table.start[into])
    if not np.array_equal(length, table.length):
        table = table.replaced(slice(None), length=length)
    return table.without(gone) if gone.any() else table
