"""The contour that Vary keeps: up, down or level from note to note."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ml.music import MUTED, NoteTable, Score
from ml.requests.permitted import PermittedPitches
from ml.requests.request import GenerationRequest, Region
from ml.requests.staying import replaced_notes, ringing_notes

Ints = NDArray[np.int64]


def contour(notes: Sequence[tuple[int, int]]) -> Ints:
    """1, -1 or 0 for each step up, down or level between (onset, pitch) pairs in their order; shape (notes - 1,)."""
    pitches = np.array([pitch for _, pitch in sorted(notes)], np.int64)
    return np.sign(np.diff(pitches))


def note_before(score: Score, region: Region, track: int) -> list[tuple[int, int]]:
    """The (onset, pitch) of the last heard note of the track before the region, none or one."""
    table = score.tracks[track].notes
    rows = np.flatnonzero((table.start < region.start_tick) & ((table.flags & MUTED) == 0))
    return [(int(table.start[rows[-1]]), int(table.pitch[rows[-1]]))] if len(rows) else []


def staying_inside(score: Score, region: Region, track: int) -> NoteTable:
    """The heard notes of the track that start in the region and stay."""
    ringing = ringing_notes(score, region, track)
    return ringing.take(np.flatnonzero(ringing.start >= region.start_tick))


def kept_line(request: GenerationRequest, track: int) -> list[tuple[int, int, bool]]:
    """Onset, pitch and whether it is written anew, of each note that makes the track's contour, in order."""
    score, region = request.score, request.region
    line = [(onset, pitch, False) for onset, pitch in note_before(score, region, track)]
    for table, free in ((staying_inside(score, region, track), False), (replaced_notes(score, region, track), True)):
        line += [(int(start), int(pitch), free) for start, pitch in zip(table.start, table.pitch, strict=True)]
    return sorted(line)


def stuck_at(request: GenerationRequest, track: int, permitted: PermittedPitches) -> int | None:
    """The onset at which the kept contour leaves no permitted pitch, None if it can be written.

    Where the rhythm is free, chords are not looked at: the onset may move to where they permit more.
    """
    line = kept_line(request, track)
    onsets = np.array([onset for onset, _, _ in line], np.int64)
    if request.keep.rhythm:
        masks = permitted.at(track, onsets)
    else:
        masks = np.repeat(permitted.ever(track)[None], len(line), axis=0)
    pitches, reach = np.arange(128), np.zeros(128, bool)
    for index, (onset, pitch, free) in enumerate(line):
        can = masks[index] if free else pitches == pitch
        if index:
            lowest, highest = int(np.argmax(reach)), 127 - int(np.argmax(reach[::-1]))
            step = int(np.sign(pitch - line[index - 1][1]))
            can = can & (pitches > lowest if step > 0 else pitches < highest if step < 0 else reach)
        if not can.any():
            return onset
        reach = can
    return None
