"""Studies: the questions about notes that can be put to a model, each as work for the engine."""

from __future__ import annotations

from typing import Protocol

from ml.music import Score
from ml.requests import Limits, Take
from studio.engine import StudyWork


class Studies(Protocol):
    """`studio.engine.studies.ModelStudies` is the real one. What each work gives back is said in brackets."""

    def surprise(self, score: Score, start_tick: int, end_tick: int) -> StudyWork:
        """Bits of the notes of the song that start in [start, end) (`Surprise`)."""
        ...

    def take_surprise(self, take: Take) -> StudyWork:
        """Bits of a take's notes (`TakeSurprise`)."""
        ...

    def what_else(self, score: Score, track: int, note_id: int, limits: Limits) -> StudyWork:
        """Other ways to write a note of the song (`Alternatives` or `Unexplained`)."""
        ...

    def what_else_in_take(self, take: Take, index: int) -> StudyWork:
        """Other ways to write a note of a take (`Alternatives` or `Unexplained`)."""
        ...

    def looked_at(self, score: Score, track: int, note_id: int) -> StudyWork:
        """What attention lies on before a note of the song (`Attention` or `Unexplained`)."""
        ...

    def looked_at_in_take(self, take: Take, index: int) -> StudyWork:
        """The same for a note of a take (`Attention` or `Unexplained`)."""
        ...

    def next_pitches(self, score: Score, track: int, tick: int) -> StudyWork:
        """How likely each pitch is for a note at a tick (`NextPitches` or `Unexplained`)."""
        ...
