"""One thread that answers jobs: it lets the models go on by one item at a time and posts what came."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from studio.engine.answer import Answer
from studio.engine.failures import failure_sentence
from studio.engine.generator import Generator, MakeGenerator
from studio.engine.messages import (
    Checked,
    EngineMessage,
    Failed,
    Measured,
    Started,
    Studied,
    Warmed,
)
from studio.engine.progress import ProgressMeter
from studio.engine.tasks import Check, Job, Measure, Study, Task, WarmUp
from studio.engine.turns import next_turn

log = logging.getLogger(__name__)

THREAD_NAME = "continuo-engine"
LONGEST_REST_S = 0.02
"""A rest after a long piece of work, such as reading a prompt, is no longer: whoever waits should not notice."""


class Worker:
    """A thread that fetches tasks until it is given None. `fetch` and `done` block and lock by themselves.

    `rest`: seconds of rest after each second that a model wrote, taken note by note.
    """

    def __init__(
        self,
        make_generator: MakeGenerator,
        fetch: Callable[[Worker], Task | None],
        post: Callable[[Worker, EngineMessage], None],
        done: Callable[[Worker, Task], None],
        rest: float = 0.0,
    ) -> None:
        self._make_generator = make_generator
        self._fetch, self._post, self._done = fetch, post, done
        self._rest = rest
        self._generator: Generator | None = None
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end; whether it did."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (task := self._fetch(self)) is not None:
            match task:
                case Job():
                    self._answer(task)
                case WarmUp():
                    self._warm(task)
                case Check():
                    self._check(task)
                case Measure():
                    self._measure(task)
                case Study():
                    self._study(task)
            self._done(self, task)
        self._generator = None

    def _ready_generator(self) -> Generator:
        if self._generator is None:
            self._generator = self._make_generator()
        return self._generator

    def _warm(self, task: WarmUp) -> None:
        for card in task.models:
            try:
                self._ready_generator().load(card.folder)
                self._post(self, Warmed(card.id))
            except BaseException as error:
                log.warning("model %s could not be loaded ahead", card.id, exc_info=error)
                self._post(self, Warmed(card.id, failure_sentence(error, card.name)))

    def _check(self, task: Check) -> None:
        sentence = None
        try:
            self._ready_generator().check(task.folder)
        except BaseException as error:
            log.warning("the model in %s cannot be loaded", task.folder, exc_info=error)
            sentence = failure_sentence(error, task.name)
        self._post(self, Checked(task.folder, sentence))

    def _measure(self, task: Measure) -> None:
        card = task.model
        try:
            speed = self._ready_generator().speed(card.folder, task.known, task.over.is_set)
        except BaseException as error:
            log.warning("the speed of model %s could not be measured", card.id, exc_info=error)
            self._post(self, Measured(card.id, sentence=failure_sentence(error, card.name)))
        else:
            if speed is None:
                self._post(self, Measured(card.id))
            else:
                self._post(self, Measured(card.id, speed.checkpoint, speed.notes_per_s, speed.quiet))

    def _study(self, task: Study) -> None:
        result, sentence = None, None
        try:
            result = self._ready_generator().study(task.model.folder, task.work, task.over.is_set)
        except BaseException as error:
            if not task.over.is_set():
                log.warning("a question aside to model %s failed", task.model.id, exc_info=error)
            sentence = failure_sentence(error, task.model.name)
        # What an interrupted study gives may be half a result; the engine asks again.
        if not task.over.is_set():
            self._post(self, Studied(task.number, result, sentence))

    def _answer(self, job: Job) -> None:
        """Run a whole job. Nothing that a model raises leaves this method."""
        answers = [Answer(job, card) for card in job.models]
        progress = ProgressMeter(job.number, answers)
        first, begun = answers[0], set[str]()
        while answers := [answer for answer in answers if not self._has_ended(answer)]:
            answer = next_turn(answers, first)
            model = answer.card.id
            began_s = time.perf_counter()
            try:
                if model not in begun:
                    begun.add(model)
                    self._post(self, Started(job.number, model))
                messages = answer.advance(self._ready_generator())
                if messages is None:
                    answers.remove(answer)
                    messages = [answer.end()]
            except BaseException as error:
                if not answer.stopped:
                    log.warning("model %s failed", model, exc_info=error)
                answers.remove(answer)
                answer.close()
                messages = [Failed(job.number, model, failure_sentence(error, answer.card.name))]
            for message in (*messages, *progress.news()):
                self._post(self, message)
            if self._rest:
                time.sleep(min(self._rest * (time.perf_counter() - began_s), LONGEST_REST_S))

    @staticmethod
    def _has_ended(answer: Answer) -> bool:
        """Whether a model was cancelled meanwhile; it is then closed."""
        if answer.stopped:
            answer.close()
        return answer.stopped
