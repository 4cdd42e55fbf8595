"""Edited: what every operation gives back, and EditRefused: why one cannot be done."""

from __future__ import annotations

from dataclasses import dataclass

from ml.music import NoteTable, Score
from studio.edit.selection import Selection


class EditRefused(ValueError):
    """An edit that cannot be done; its text is one plain sentence with the fix. Nothing was changed."""


@dataclass(frozen=True)
class Edited:
    """The score after an operation and what is selected in it; `selection` None leaves the selection alone.

    `remarks` are plain sentences on what the user would not expect, for the status line.
    """

    score: Score
    selection: Selection | None = None
    remarks: tuple[str, ...] = ()


def with_notes(score: Score, track: int, table: NoteTable) -> Score:
    """The score with other notes on one track; itself when the table is the one it has."""
    if table is score.tracks[track].notes:
        return score
    return score.with_track(track, score.tracks[track].with_notes(table))


def check_track(score: Score, track: int) -> None:
    """Raise EditRefused when the score has no such track."""
    if not 0 <= track < len(score.tracks):
        raise EditRefused("That track is not in the song any more: select another one.")
