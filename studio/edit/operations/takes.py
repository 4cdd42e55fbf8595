"""Accepting a take: the asked region filled with its notes, as one edit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ml.music import Score, Track
from ml.requests import Take, TakeNote, score_with_take
from studio.edit.edited import Edited, EditRefused
from studio.edit.rescale import is_inexact, rescaled, rounding_remark
from studio.edit.selection import Selection, ids_of


def accept_take(score: Score, take: Take, source: int | None = None) -> Edited:
    """The score with the take in it, its notes selected and marked with `source` (None: the next unused number).

    Works also when the song was edited since the take was asked for: tracks that were moved are found
    again and ticks are rescaled. Notes on several tracks select those of the first. Raises EditRefused when
    a track of the take is gone.
    """
    number = next_source(score) if source is None else source
    fitted, rounded = _fitted(score, take)
    region = fitted.request.region
    after = score_with_take(score, fitted, number)
    selection: Selection | None = None
    for index in region.tracks:
        table = after.tracks[index].notes
        inside = (table.start >= region.start_tick) & (table.start < region.end_tick)
        new = np.flatnonzero(inside & (table.source == number))
        if len(new) and selection is None:
            selection = Selection(index, ids_of(table, new))
    before_tpq = take.request.score.ticks_per_quarter
    return Edited(after, selection, rounding_remark(rounded, before_tpq, score.ticks_per_quarter))


def next_source(score: Score) -> int:
    """The first number above every take that the score's notes come from, at least 1."""
    return 1 + max((int(track.notes.source.max(initial=0)) for track in score.tracks), default=0)


def _fitted(score: Score, take: Take) -> tuple[Take, int]:
    """The take with tracks and ticks of `score`, and how many of its notes had to be rounded."""
    asked, region = take.request.score, take.request.region
    where = {index: _find_track(score, asked, index) for index in region.tracks}
    old, new = asked.ticks_per_quarter, score.ticks_per_quarter
    if old == new and all(index == found for index, found in where.items()):
        return take, 0

    def fitted(note: TakeNote) -> TakeNote:
        start, end = rescaled((note.start, note.start + note.length), old, new).tolist()
        return replace(note, track=where[note.track], start=start, length=max(end - start, 1))

    start_tick, end_tick = rescaled((region.start_tick, region.end_tick), old, new).tolist()
    tracks = tuple(where[index] for index in region.tracks)
    kept = frozenset((where[index], note_id) for index, note_id in region.kept if index in where)
    region = replace(region, start_tick=start_tick, end_tick=end_tick, tracks=tracks, kept=kept)
    request = replace(take.request, region=region)
    notes = tuple(fitted(note) for note in take.notes if note.track in where)
    rounded = sum(bool(is_inexact((n.start, n.start + n.length), old, new).any()) for n in take.notes)
    return replace(take, request=request, notes=notes), rounded


def _find_track(score: Score, asked: Score, index: int) -> int:
    """Where track `index` of the score that was asked about is now; tracks have no lasting number.

    It is where the very same track is, else where one of that name and instrument is that was no other
    track then, else, when tracks neither came nor went, at its old place.
    """
    wanted = asked.tracks[index]
    others = {id(track) for track in asked.tracks if track is not wanted}
    free = [i for i, track in enumerate(score.tracks) if id(track) not in others]
    same = [i for i in free if score.tracks[i] is wanted]
    alike = [i for i in free if _identity(score.tracks[i]) == _identity(wanted)]
    all_there = len(score.tracks) == len(asked.tracks)
    only_one = sum(_identity(track) == _identity(wanted) for track in asked.tracks) == 1
    if same:
        return index if index in same else same[0]
    if alike and (all_there or only_one):
        return index if index in alike else alike[0]
    if all_there and index in free:
        return index
    name = f'The track "{wanted.name}"' if wanted.name else "The track"
    raise EditRefused(f"{name} that this take was made for is not in the song any more: undo its deletion first.")


def _identity(track: Track) -> tuple[str, int | None, int, bool]:
    return track.name, track.program, track.channel, track.drums
