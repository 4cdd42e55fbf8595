"""ModelStudies: questions aside about notes, each as work for `Engine.study`; torch is imported where it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ml.music import Score
from ml.requests import Limits, Take
from studio.engine.tasks import StudyWork

if TYPE_CHECKING:
    from ml.generation import LoadedModel
    from ml.generation.next_pitches import PitchMemory

Cancelled = Callable[[], bool]


class ModelStudies:
    """Implements the session's `Studies`. Answers are those of `ml.requests.explanations`, None for a work that was
    cancelled. All that a work needs is bound when it is made."""

    def __init__(self) -> None:
        self._memory: PitchMemory | None = None

    def surprise(self, score: Score, start_tick: int, end_tick: int) -> StudyWork:
        """`Surprise` of the song's notes that start in [start_tick, end_tick)."""

        def work(model: LoadedModel, cancelled: Cancelled) -> object:
            from ml.generation.surprise import surprise_of

            return surprise_of(model, score, cancelled, start_tick=start_tick, end_tick=end_tick)

        return work

    def take_surprise(self, take: Take) -> StudyWork:
        """`TakeSurprise` of a take, whoever wrote it."""

        def work(model: LoadedModel, cancelled: Cancelled) -> object:
            from ml.generation.surprise import surprise_of_takes

            found = surprise_of_takes(model, take.request, [take.notes], cancelled)
            return None if found is None else found[0]

        return work

    def what_else(self, score: Score, track: int, note_id: int, limits: Limits) -> StudyWork:
        """`Alternatives` to a note of the song, which keep to `limits`."""

        def work(model: LoadedModel, cancelled: Cancelled) -> object:
            from ml.generation.alternatives import alternatives_in_song

            return alternatives_in_song(model, score, track, note_id, cancelled, limits)

        return work

    def what_else_in_take(self, take: Take, index: int) -> StudyWork:
        """`Alternatives` to a note of a take, which keep to the limits of its request."""

        def work(model: LoadedModel, cancelled: Cancelled) -> object:
            from ml.generation.alternatives import alternatives_at

            return alternatives_at(model, take.request, take.notes, index, cancelled)

        return work

    def looked_at(self, score: Score, track: int, note_id: int) -> StudyWork:
        """`Attention` before a note of the song."""

        def work(model: LoadedModel, cancelled: Cancelled) -> object:
            from ml.generation.attention_view import attention_in_song

            return attention_in_song(model, score, track, note_id, cancelled)

        return work

    def looked_at_in_take(self, take: Take, index: int) -> StudyWork:
        """`Attention` before a note of a take."""

        def work(model: LoadedModel, cancelled: Cancelled) -> object:
            from ml.generation.attention_view import attention_of

            return attention_of(model, take.request, take.notes, index, cancelled)

        return work

    def next_pitches(self, score: Score, track: int, tick: int) -> StudyWork:
        """`NextPitches` at a tick; what was read for the last ones is remembered."""

        def work(model: LoadedModel, cancelled: Cancelled) -> object:
            from ml.generation.next_pitches import PitchMemory, next_pitches

            if self._memory is None:
                self._memory = PitchMemory()
            return next_pitches(model, score, track, tick, cancelled, memory=self._memory)

        return work
