"""The engine's border control: what a model wrote is checked before anyone sees it."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml.requests import GenerationRequest, PermittedPitches, Take, TakeNote, violations
from studio.engine.failures import BrokenOutput

MAX_NOTES_PER_BAR = 512
"""More notes than this in one bar of one take are a model running wild, not music."""


class Border:
    """Checks the notes and takes of one model's answer to one request.

    Notes that stream in are looked at one by one; whole takes are judged by every limit of the request.
    """

    def __init__(self, request: GenerationRequest) -> None:
        self._request = request
        self._most_notes = MAX_NOTES_PER_BAR * max(1, request.bars)
        self._counts: dict[int, int] = {}

    @cached_property
    def _permitted(self) -> PermittedPitches:
        """Looked for when the first note comes: by then the request is known to be sound."""
        return PermittedPitches(self._request)

    @cached_property
    def _masks(self) -> dict[int, NDArray[np.bool_]]:
        return {track: self._permitted.ever(track) for track in self._request.region.tracks}

    def start_over(self) -> None:
        """Another round of the same request is written from its beginning."""
        self._counts.clear()

    def check_note(self, take: int, note: TakeNote) -> None:
        """Raise BrokenOutput for a note that the request does not permit, or one too many."""
        self._check_number(take)
        self._check(note)
        self._counts[take] = self._counts.get(take, 0) + 1
        if self._counts[take] > self._most_notes:
            raise BrokenOutput(f"more than {self._most_notes} notes without coming to an end")

    def check_take(self, index: int, take: Take) -> None:
        """Raise BrokenOutput for a take that holds no note or disobeys the request."""
        self._check_number(index)
        if not take.notes:
            raise BrokenOutput("a take without notes")
        if len(take.notes) > self._most_notes:
            raise BrokenOutput(f"more than {self._most_notes} notes")
        for note in take.notes:
            self._check(note)
        if found := violations(self._request, take.notes, self._permitted):
            raise BrokenOutput(f"a take that the limits forbid ({found[0].sentence.rstrip('.')})")

    def _check_number(self, take: int) -> None:
        if not 0 <= take < self._request.takes:
            raise BrokenOutput(f"a take number {take} that nobody asked for")

    def _check(self, note: TakeNote) -> None:
        region = self._request.region
        mask = self._masks.get(note.track)
        if mask is None:
            raise BrokenOutput("a note on a track that was not asked")
        if not (region.start_tick <= note.start < region.end_tick and 0 < note.length <= region.end_tick - note.start):
            raise BrokenOutput("a note outside the asked bars")
        if not (0 <= note.pitch <= 127 and 1 <= note.velocity <= 127 and math.isfinite(note.bits)):
            raise BrokenOutput("a note whose pitch, velocity or surprise is out of range")
        if not mask[note.pitch]:
            raise BrokenOutput("a note that the limits forbid")
