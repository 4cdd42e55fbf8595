"""Continuations drawn from the n-gram floors, so that samples of models have a floor beside them too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.excerpts import Excerpt
from ml.evaluation.ngrams import NGram, context
from ml.requests import TakeNote
from ml.tensors import vocabulary as v
from ml.tensors.event_features import COLUMN, NONE

MOST_NOTES = 1200
"""A floor hardly knows when to end: a continuation is cut there."""


def ngram_notes(
    ngram: NGram, alpha: float, excerpt: Excerpt, random: np.random.Generator, most_notes: int = MOST_NOTES
) -> tuple[TakeNote, ...]:
    """Notes for the asked bars, drawn field by field under the models' own rules of order: onset, part and pitch
    strictly increase, only parts of the excerpt, END not before the last bar."""
    drums = np.array([track.drums for track in excerpt.score.tracks], bool)
    before = {name: int(NONE[COLUMN["delta" if name == "onset" else name]]) for name in v.FIELDS}
    cursor, last_part, last_pitch = excerpt.start_tick, -1, -1
    notes: list[TakeNote] = []

    def draw(field: str, second: int, permitted: NDArray[np.bool_]) -> int:
        key = int(context(np.array([before[field]]), np.array([second]))[0])
        chances = np.where(permitted, ngram.chances(field, key, alpha), 0.0)
        return int(random.choice(len(chances), p=chances / chances.sum()))

    while len(notes) < most_notes:
        onset = draw("onset", cursor % excerpt.bar % v.POSITIONS, onsets(excerpt, cursor, last_part, last_pitch, drums))
        if onset == v.END:
            break
        parts = np.arange(v.PARTS) < len(drums)
        if onset == 0 and notes:
            parts &= np.arange(v.PARTS) >= last_part + (last_pitch == v.PITCHES - 1)
        part = draw("part", onset, parts)
        lowest = last_pitch + 1 if onset == 0 and notes and part == last_part else 0
        pitch = draw("pitch", part, np.arange(v.PITCHES) >= lowest)
        length = draw("length", onset, np.ones(len(v.LENGTHS), bool))
        cursor, last_part, last_pitch = cursor + onset, part, pitch
        before = {"onset": onset, "part": part, "pitch": pitch + v.PITCHES * bool(drums[part]), "length": length}
        steps = min(int(v.LENGTHS[length]), excerpt.end_tick - cursor)
        notes.append(TakeNote(part, cursor, steps, pitch, 80, 0.0))
    return tuple(notes)


def onsets(
    excerpt: Excerpt, cursor: int, last_part: int, last_pitch: int, drums: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which onset classes may come next."""
    permitted: NDArray[np.bool_] = np.arange(v.DELTAS + 1) < excerpt.end_tick - cursor
    # After the highest pitch of the last part nothing can come at the same time.
    permitted[0] = (last_part, last_pitch) != (len(drums) - 1, v.PITCHES - 1)
    permitted[v.END] = cursor >= excerpt.end_tick - excerpt.bar or not permitted[1:].any()
    return permitted
