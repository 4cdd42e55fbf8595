"""Questions: what was asked of models aside, and who waits for which answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.engine import Engine, Studied, StudyWork

Then = Callable[[Any], None]
Failed = Callable[[str], None]


class Questions:
    """Each question is answered once, by the answer or by a sentence, or not at all once it was dropped."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: dict[int, tuple[Then, Failed]] = {}

    def ask(self, model: str, work: StudyWork, then: Then, failed: Failed = lambda sentence: None) -> int:
        """Ask a model by its id when no request waits; `then` gets the answer, `failed` why there is none.

        Returns the question's number, for `drop`. Raises UnknownModel.
        """
        number = self._engine.study(model, work)
        self._waiting[number] = then, failed
        return number

    def drop(self, number: int) -> None:
        """Nobody waits any more."""
        self._waiting.pop(number, None)
        self._engine.drop_study(number)

    def receive(self, message: Studied) -> None:
        """Hand an answer to whoever waits for it."""
        if message.number in self._waiting:
            then, failed = self._waiting.pop(message.number)
            if message.sentence is None:
                then(message.result)
            else:
                failed(message.sentence)
