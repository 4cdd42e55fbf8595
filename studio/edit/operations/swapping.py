"""Putting one note in place of another, as when a model's second thought is taken."""

from __future__ import annotations

from ml.music import LOCKED, Score
from studio.edit.edited import Edited, EditRefused, check_track, with_notes
from studio.edit.selection import Selection


def swap_note(score: Score, track: int, note_id: int, start: int, length: int, pitch: int) -> Edited:
    """The note with this id starts, lasts (ticks) and sounds as said, and is selected; all else of it stays.

    Raises EditRefused for a track or note that is gone, and for a locked note.
    """
    check_track(score, track)
    table = score.tracks[track].notes
    rows = table.rows_of([note_id])
    if not len(rows):
        raise EditRefused("This note is not in the song any more: click another one.")
    if int(table.flags[rows[0]]) & LOCKED:
        raise EditRefused("This note is locked: unlock it (Shift+L), then swap it.")
    changed = table.replaced(rows, start=max(start, 0), length=max(length, 1), pitch=min(max(pitch, 0), 127))
    return Edited(with_notes(score, track, changed), Selection(track, frozenset({note_id})))
