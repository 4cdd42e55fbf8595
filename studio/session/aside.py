"""Aside: a kind of question to a model beside its writing. The latest one counts; answers to earlier ones are lost."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from ml.requests import Unexplained
from studio.engine import StudyWork, UnknownModel
from studio.session.studio import Studio

KEPT = 64
"""Answers that are remembered, so that a mouse that comes back to a note waits for nothing."""


@dataclass(frozen=True, eq=False)
class Same:
    """Stands for one object in a key: equal to itself only, whatever it holds; and keeps it alive."""

    value: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


class Aside:
    """`told` is called when an answer or a sentence has come. Nothing is asked while a request is being written."""

    def __init__(self, studio: Studio, told: Callable[[], None], kept: int = KEPT) -> None:
        self._studio = studio
        self._told = told
        self._kept = kept
        self._answers: OrderedDict[Hashable, object] = OrderedDict()
        self._number: int | None = None
        self._held: tuple[str, StudyWork] | None = None
        self.key: Hashable = None
        """What is being asked or was answered last; None for nothing."""
        self.answer: object = None
        """The answer for `key`, None while it is not there."""
        self.sentence = ""
        """Why there is no answer for `key`."""

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._number is not None or self._held is not None

    def ask(self, key: Hashable, model: str, work: StudyWork) -> None:
        """Ask a model; the same key again asks nothing. `key` must name all that the answer depends on."""
        if key == self.key and (self.waiting or self.answer is not None):
            return
        self.forget()
        self.key = key
        if key in self._answers:
            self._answers.move_to_end(key)
            self._take(self._answers[key])
            self._told()
        elif self._studio.takes.running:
            self._held = model, work
        else:
            self._put(model, work)

    def forget(self) -> None:
        """Nobody wants to know any more."""
        if self._number is not None:
            self._studio.drop_study(self._number)
        self._number, self._held = None, None
        self.key, self.answer, self.sentence = None, None, ""

    def forget_all(self) -> None:
        """The same, and remember no answer."""
        self.forget()
        self._answers.clear()

    def go_on(self) -> None:
        """Ask what was held back while models wrote."""
        if self._held is not None and not self._studio.takes.running:
            model, work = self._held
            self._held = None
            self._put(model, work)

    def _put(self, model: str, work: StudyWork) -> None:
        try:
            self._number = self._studio.study(model, work, self._come, self._fail)
        except UnknownModel as trouble:
            self._fail(str(trouble))

    def _come(self, result: object) -> None:
        self._number = None
        self._answers[self.key] = result
        while len(self._answers) > self._kept:
            self._answers.popitem(last=False)
        self._take(result)
        self._told()

    def _fail(self, sentence: str) -> None:
        self._number, self.answer, self.sentence = None, None, sentence
        self._told()

    def _take(self, result: object) -> None:
        if isinstance(result, Unexplained):
            self.answer, self.sentence = None, result.sentence
        else:
            self.answer, self.sentence = result, ""
