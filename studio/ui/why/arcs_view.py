"""From a model's attention to the arcs that the roll shows: the strongest looks, as notes with their places."""

from __future__ import annotations

import numpy as np

from ml.music import Note, Score
from ml.requests import Attention, TakeNote
from studio.ui.roll.insight import Arc, ArcsView
from studio.ui.why.why_words import attention_caption, no_notes_caption

MOST_ARCS = 12


def arcs_view(
    note: Note, attention: Attention, model: str, score: Score, take_notes: tuple[TakeNote, ...] = ()
) -> ArcsView:
    """Arcs from `note`. `score` is the one that the model was given, or what may be seen of it; `take_notes` are
    those of the take it wrote."""
    if not len(attention.track):
        return ArcsView(note, (), no_notes_caption(model))
    strongest = np.argsort(-attention.rollout, kind="stable")[:MOST_ARCS]
    found = (_looked_at(attention, int(index), score, take_notes) for index in strongest)
    arcs = tuple(arc for arc in found if arc is not None)
    return ArcsView(note, arcs, attention_caption(model, attention, len(arcs)))


def _looked_at(attention: Attention, index: int, score: Score, take_notes: tuple[TakeNote, ...]) -> Arc | None:
    """One of the notes that were looked at; None if it is nowhere to be found."""
    share, place = float(attention.rollout[index]), int(attention.take_note[index])
    if 0 <= place < len(take_notes):
        found = take_notes[place]
        return Arc(Note(found.start, found.length, found.pitch, found.velocity), share)
    track = int(attention.track[index])
    if not 0 <= track < len(score.tracks):
        return None
    table = score.tracks[track].notes
    rows = table.rows_of([int(attention.note_id[index])])
    return Arc(table[int(rows[0])], share) if len(rows) else None
