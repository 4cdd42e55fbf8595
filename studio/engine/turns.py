"""Whose turn it is: models share the worker by time, so that a slow one does not hold a fast one to its own pace."""

from __future__ import annotations

from collections.abc import Sequence

from studio.engine.answer import Answer

HEAD_START_S = 0.6
"""The first model has the worker for itself until a take of it has a whole bar, but no longer than this."""


def next_turn(answers: Sequence[Answer], first: Answer) -> Answer:
    """The answer that goes on now: of all that are not done, the one that has used least time so far.

    A musician waits for the first bar only: the `first` of the job writes it before anyone else begins.
    """
    if first in answers and not first.bar_written and first.used_s < HEAD_START_S:
        return first
    return min(answers, key=lambda answer: answer.used_s)
