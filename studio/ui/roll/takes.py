"""TakeLayer: a proposal as the roll shows it, beside the document."""

from __future__ import annotations

from dataclasses import dataclass

from ml.music import NoteTable

MIXED = -1
"""The colour of what is put together from several takes."""


@dataclass(frozen=True, eq=False)
class TakeLayer:
    """Notes of one take on one track of the song; while a take streams in, a new layer is handed over.

    `colour` is an index into the theme's take palette, or `MIXED`: then the notes' `source` is that of the take that
    each comes from. Of the takes showing, one is `active`: it is drawn
    bright, the others as faint outlines. `region` are the ticks [start, end) that were asked for, and `kept` the
    ids of notes of the track that stay there. What it would replace is shown faintly, or not at all if it `covers`.
    """

    track: int
    notes: NoteTable
    colour: int = 0
    active: bool = False
    region: tuple[int, int] | None = None
    label: str = ""
    kept: frozenset[int] = frozenset()
    covers: bool = False

    @property
    def frame(self) -> tuple[object, ...]:
        """All but the notes: what decides how the rest of the roll looks around them."""
        return self.track, self.colour, self.active, self.region, self.label, self.kept, self.covers
