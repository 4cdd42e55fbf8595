"""How far a job has come, judged by how far each candidate's latest onset lies in the region."""

from __future__ import annotations

from collections.abc import Sequence

from studio.engine.answer import Answer
from studio.engine.messages import Progress

PROGRESS_STEP = 0.01
"""Progress is told when it has grown by this much."""


class ProgressMeter:
    """Knows what was told last."""

    def __init__(self, job: int, answers: Sequence[Answer]) -> None:
        self._job, self._answers = job, tuple(answers)
        self._told = 0.0

    def news(self) -> list[Progress]:
        """What there is to tell now: nothing, or one message."""
        fraction = sum(answer.fraction for answer in self._answers) / len(self._answers)
        if fraction < self._told + PROGRESS_STEP and not self._told < fraction == 1.0:
            return []
        self._told = fraction
        speeds = {answer.card.id: speed for answer in self._answers if (speed := answer.notes_per_s) is not None}
        return [Progress(self._job, fraction, speeds)]
