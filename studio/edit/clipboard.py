"""Clip: notes that were copied, and pasting them anywhere, also into a piece with another clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ml.music import NoteTable, Score
from studio.edit.edited import Edited, check_track, with_notes
from studio.edit.operations.notes import delete_notes, in_bounds, merge_notes
from studio.edit.rescale import is_inexact, rescaled, rounding_remark
from studio.edit.selection import Selection


@dataclass(frozen=True)
class Clip:
    """Copied notes, their starts counted from the start of the first one, in their own ticks per quarter."""

    notes: NoteTable
    ticks_per_quarter: int

    @staticmethod
    def of(table: NoteTable, ticks_per_quarter: int) -> Clip:
        """A clip of all notes of a table, wherever they lie: also of notes read from the system's clipboard."""
        first = int(table.start.min(initial=table.end_tick))
        return Clip(table.replaced(slice(None), start=table.start - first), ticks_per_quarter)

    @property
    def length_ticks(self) -> int:
        """Ticks from the first start to the last end."""
        return self.notes.end_tick

    def without_sources(self) -> Clip:
        """The clip for another piece, where the numbers of takes mean other takes or none."""
        return replace(self, notes=self.notes.replaced(slice(None), source=0))

    def table_at(self, tick: int, ticks_per_quarter: int) -> tuple[NoteTable, int]:
        """The notes with the first one at `tick` in another clock, and how many of them had to be rounded.

        Starts and ends are rounded, so notes that touched still touch; none gets shorter than a tick.
        """
        table, old, new = self.notes, self.ticks_per_quarter, ticks_per_quarter
        start, end = rescaled(table.start, old, new), rescaled(table.end, old, new)
        rounded = is_inexact(table.start, old, new) | is_inexact(table.end, old, new)
        placed = table.replaced(slice(None), start=max(tick, 0) + start, length=np.maximum(end - start, 1))
        return placed, int(rounded.sum())


def copy(score: Score, selection: Selection) -> Clip | None:
    """The selected notes as a clip, None when nothing is selected."""
    notes = selection.notes(score)
    return Clip.of(notes, score.ticks_per_quarter) if len(notes) else None


def cut(score: Score, selection: Selection) -> tuple[Edited, Clip | None]:
    """The score without the selected notes, and those as a clip."""
    return delete_notes(score, selection), copy(score, selection)


def paste(score: Score, clip: Clip, track: int, tick: int) -> Edited:
    """The clip's notes on a track, the first one at `tick`, all selected; a remark reports rounding.

    Notes that are there already stay. Raises EditRefused when there is no such track.
    """
    check_track(score, track)
    placed, rounded = clip.table_at(tick, score.ticks_per_quarter)
    merged, ids = merge_notes(score.tracks[track].notes, in_bounds(placed))
    remarks = rounding_remark(rounded, clip.ticks_per_quarter, score.ticks_per_quarter)
    return Edited(with_notes(score, track, merged), Selection(track, ids), remarks)
