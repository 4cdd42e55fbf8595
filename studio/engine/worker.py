"""One thread that answers jobs: it takes one item from each model in turn and posts what came."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from studio.engine.border import Border
from studio.engine.card import ModelCard
from studio.engine.failures import failure_sentence
from studio.engine.generator import Generator, MakeGenerator
from studio.engine.messages import (
    Checked,
    EngineMessage,
    Failed,
    Measured,
    ModelDone,
    NoteMade,
    Progress,
    Remarked,
    Started,
    Studied,
    TakeDone,
    Warmed,
)
from studio.engine.tasks import Check, Job, Measure, Study, Task, WarmUp

if TYPE_CHECKING:
    from ml.generation.items import GenerationItem

log = logging.getLogger(__name__)

THREAD_NAME = "continuo-engine"
PROGRESS_STEP = 0.01
"""Progress is posted when it has grown by this much."""
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
        progress = _ProgressMeter(job)
        answers = deque(_Answer(job, card) for card in job.models)
        while answers and not job.over.is_set():
            answer = answers.popleft()
            began_s = time.perf_counter()
            try:
                if answer.items is None:
                    self._post(self, Started(job.number, answer.card.id))
                    answer.items = self._ready_generator().generate(answer.card.folder, job.request, job.over.is_set)
                item = next(answer.items, None)
                messages = [] if item is None else answer.messages(item)
            except BaseException as error:
                if not job.over.is_set():
                    log.warning("model %s failed", answer.card.id, exc_info=error)
                self._post(self, Failed(job.number, answer.card.id, failure_sentence(error, answer.card.name)))
                answer.close()
                messages = progress.ended(answer.card.id)
            else:
                if item is None:
                    messages = [ModelDone(job.number, answer.card.id), *progress.ended(answer.card.id)]
                else:
                    messages += progress.moved(answer.card.id, messages)
                    answers.append(answer)
            for message in messages:
                self._post(self, message)
            if self._rest:
                time.sleep(min(self._rest * (time.perf_counter() - began_s), LONGEST_REST_S))
        for answer in answers:
            answer.close()


class _Answer:
    """One model's part of a job: its stream of items and the border that they pass."""

    def __init__(self, job: Job, card: ModelCard) -> None:
        self.card = card
        self.items: Iterator[GenerationItem] | None = None
        self._job = job
        self._border = Border(job.request)

    def messages(self, item: GenerationItem) -> list[EngineMessage]:
        """What an item means to listeners. Raises BrokenOutput for notes that are not permitted."""
        from ml.generation.items import NoteItem, TakeItem

        job, model = self._job.number, self.card.id
        if isinstance(item, NoteItem):
            self._border.check_note(item.take, item.note)
            return [NoteMade(job, model, item.take, item.note)]
        if isinstance(item, TakeItem):
            self._border.check_take(item.take, item.value)
            return [TakeDone(job, model, item.value, item.take)]
        return [Remarked(job, model, item.text)]

    def close(self) -> None:
        """Let the generator free what it holds; a generator that raises even now is ignored."""
        close = getattr(self.items, "close", None)
        if close is not None:
            try:
                close()
            except BaseException as error:
                log.warning("model %s failed while it was stopped", self.card.id, exc_info=error)


class _ProgressMeter:
    """Judges progress by how far each take's latest onset lies in the region."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._reached = {(card.id, take): 0.0 for card in job.models for take in range(job.request.takes)}
        self._told = 0.0

    def moved(self, model: str, messages: list[EngineMessage]) -> list[EngineMessage]:
        region = self._job.request.region
        for message in messages:
            if isinstance(message, NoteMade):
                share = (message.note.start - region.start_tick) / (region.end_tick - region.start_tick)
                self._reached[model, message.take] = max(self._reached[model, message.take], share)
            elif isinstance(message, TakeDone):
                self._reached[model, message.index] = 1.0
        return self._news()

    def ended(self, model: str) -> list[EngineMessage]:
        for take in range(self._job.request.takes):
            self._reached[model, take] = 1.0
        return self._news()

    def _news(self) -> list[EngineMessage]:
        fraction = sum(self._reached.values()) / len(self._reached)
        if fraction < self._told + PROGRESS_STEP and not self._told < fraction == 1.0:
            return []
        self._told = fraction
        return [Progress(self._job.number, fraction)]
