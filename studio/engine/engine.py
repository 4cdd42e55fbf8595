"""Engine: takes requests in, hands messages out, and sees to it that a worker is always there."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ml.requests import Choosing, GenerationRequest, RefusedRequest
from ml.requests.choosing import AS_WRITTEN
from studio.engine.card import ModelCard
from studio.engine.generator import Generator, MakeGenerator
from studio.engine.messages import EngineMessage, Failed, Finished, JobMessage, Measured, ModelDone, Studied, TakeDone
from studio.engine.shelf import Shelf
from studio.engine.tasks import Check, Job, Measure, Study, StudyWork, Task, WarmUp
from studio.engine.worker import Worker

log = logging.getLogger(__name__)

PATIENCE_S = 2.0


def _torch_generator() -> Generator:
    from studio.engine.torch_generator import TorchGenerator

    return TorchGenerator()


class Engine:
    """Jobs are answered one after the other, the models of one job side by side.

    `make_generator` is called on each worker thread. `patience_s` is how long a cancelled job may keep its
    worker. `rest` is how many seconds the worker rests after each second that a model writes: models compute in
    Python, and a window in the same process needs its turns. All methods may be called from any thread;
    `on_message` is called on any, without a lock held.
    """

    def __init__(
        self,
        shelf: Shelf,
        make_generator: MakeGenerator = _torch_generator,
        *,
        patience_s: float = PATIENCE_S,
        on_message: Callable[[], None] | None = None,
        rest: float = 0.0,
    ) -> None:
        self.shelf = shelf
        self.on_message = on_message
        self._make_generator = make_generator
        self._patience_s = patience_s
        self._rest = rest
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        # Everything below is guarded by _changed.
        self._tasks: deque[Task] = deque()
        self._studies: dict[int, Study] = {}
        """Questions aside that are not answered yet, by number; they run in this order."""
        self._live: dict[int, Job] = {}
        self._messages: deque[EngineMessage] = deque()
        self._worker: Worker | None = None
        self._running: Task | None = None
        self._alarm: threading.Timer | None = None
        self._closed = False

    def submit(self, request: GenerationRequest, model_ids: Sequence[str], choosing: Choosing = AS_WRITTEN) -> int:
        """Put a request to models; returns the job's number.

        With `choosing`, each model writes more takes than are asked for: those of the first round stream, then
        `Chosen` tells which are worth showing. Raises RefusedRequest for a request with no room or no model,
        UnknownModel for an id not on the shelf.
        """
        request.check()
        choosing.check()
        if not model_ids:
            raise RefusedRequest("No model is chosen: choose at least one.")
        cards = tuple(self.shelf.find(model_id) for model_id in dict.fromkeys(model_ids))
        if silent := next((card for card in cards if card.cannot), None):
            raise RefusedRequest(f"{silent.name} cannot answer. {silent.cannot}")
        with self._changed:
            job = Job(next(self._numbers), request, cards, choosing, self._judges(choosing))
            self._live[job.number] = job
            self._stop_measuring()
            self._interrupt_study()
            self._enqueue(job)
        return job.number

    def _judges(self, choosing: Choosing) -> tuple[ModelCard, ...]:
        """Models that can rank takes, the wished one first: each answer is judged by the first that did not write it.

        A wished model that is gone or cannot judge is passed over.
        """
        cards = self.shelf.answering()
        return tuple(sorted(cards, key=lambda card: card.id != choosing.second_model))

    def warm_up(self, model_ids: Sequence[str]) -> None:
        """Load models ahead of need; each answers with `Warmed`. Raises UnknownModel."""
        cards = tuple(self.shelf.find(model_id) for model_id in model_ids)
        with self._changed:
            self._enqueue(WarmUp(cards))

    def check(self, folder: Path, name: str) -> None:
        """Load a folder that is not on the shelf to see whether it can be used; answers with `Checked`."""
        with self._changed:
            self._enqueue(Check(folder, name))

    def measure(self, model_id: str, known: Mapping[str, float]) -> None:
        """Find out how fast a model writes here; answers with `Measured`, at once for checkpoints in `known`.

        A request that comes in between interrupts it. Raises UnknownModel.
        """
        card = self.shelf.find(model_id)
        with self._changed:
            self._enqueue(Measure(card, dict(known)))

    def stop_measuring(self) -> None:
        """Interrupt what `measure` began: the machine is needed for something else."""
        with self._changed:
            self._stop_measuring()
        self._wake()

    def study(self, model_id: str, work: StudyWork) -> int:
        """Ask a loaded model something aside; returns the number that its `Studied` will bear.

        `work` runs on the worker when no job waits. It should look at `cancelled` often: a request interrupts it, and
        it is run again from its beginning afterwards. It must leave the model as it is, and return something that
        nobody changes. Raises UnknownModel.
        """
        card = self.shelf.find(model_id)
        with self._changed:
            study = Study(next(self._numbers), card, work)
            self._wake_worker()
            self._studies[study.number] = study
        return study.number

    def drop_study(self, number: int) -> None:
        """Nobody wants the answer any more: nothing is told of the study. Unknown and answered ones are ignored."""
        with self._changed:
            self._messages = deque(m for m in self._messages if not (isinstance(m, Studied) and m.number == number))
            study = self._studies.pop(number, None)
            if study is not None:
                self._interrupt(study)

    def cancel(self, job_number: int) -> None:
        """End a job now: nothing of it is told any more but `Finished`. Unknown and finished jobs are ignored."""
        with self._changed:
            job = self._live.pop(job_number, None)
            if job is None:
                return
            job.over.set()
            if job in self._tasks:
                self._tasks.remove(job)
            self._messages = deque(m for m in self._messages if getattr(m, "job", None) != job_number)
            self._messages.append(Finished(job_number, cancelled=True))
            self._give_patience(job)
        self._wake()

    def cancel_model(self, job_number: int, model_id: str) -> None:
        """End one model's part of a job now; the others go on.

        Its complete takes stay (unread `TakeDone` too), and nothing more is told of it but `ModelDone`, cancelled.
        Unknown jobs and models, and those that are done, are ignored.
        """
        with self._changed:
            job = self._live.get(job_number)
            if job is None or model_id in job.done | job.stopped or all(c.id != model_id for c in job.models):
                return
            job.stopped.add(model_id)
            self._messages = deque(
                m
                for m in self._messages
                if isinstance(m, TakeDone)
                or getattr(m, "job", None) != job_number
                or getattr(m, "model", None) != model_id
            )
            self._messages.append(ModelDone(job_number, model_id, cancelled=True))
            if all(card.id in job.done | job.stopped for card in job.models):
                job.over.set()
                self._give_patience(job)
        self._wake()

    def poll(self) -> list[EngineMessage]:
        """All messages since the last poll, oldest first; never waits."""
        with self._changed:
            messages, self._messages = self._messages, deque()
        return list(messages)

    @property
    def busy(self) -> bool:
        """Whether a job is running or waiting (a cancelled one does not count)."""
        with self._changed:
            return bool(self._live)

    def close(self) -> None:
        """Cancel everything and wait, at most `patience_s`, for the worker to end."""
        with self._changed:
            self._closed = True
            for job in self._live.values():
                job.over.set()
            if isinstance(self._running, Measure | Study):
                self._running.over.set()
            self._live.clear()
            self._studies.clear()
            self._tasks.clear()
            self._messages.clear()
            alarm, self._alarm = self._alarm, None
            worker, self._worker = self._worker, None
            self._changed.notify_all()
        if alarm is not None:
            alarm.cancel()
            alarm.join()
        if worker is not None and not worker.join(self._patience_s):
            log.warning("the engine's worker did not stop within %.1f s and is left behind", self._patience_s)

    # --- the workers' side

    def _enqueue(self, task: Task) -> None:
        self._wake_worker()
        self._tasks.append(task)

    def _wake_worker(self) -> None:
        """See to it that a worker looks for a task when the lock is free. Raises RuntimeError once closed."""
        if self._closed:
            raise RuntimeError("the engine is closed")
        if self._worker is None:
            self._worker = self._new_worker()
        self._changed.notify_all()

    def _new_worker(self) -> Worker:
        return Worker(self._make_generator, self._fetch, self._post, self._done, self._rest)

    def _stop_measuring(self) -> None:
        for task in [task for task in self._tasks if isinstance(task, Measure)]:
            self._tasks.remove(task)
            self._messages.append(Measured(task.model.id))
        if isinstance(self._running, Measure):
            self._interrupt(self._running)

    def _interrupt_study(self) -> None:
        if isinstance(self._running, Study):
            self._interrupt(self._running)

    def _interrupt(self, task: Measure | Study) -> None:
        """Ask the worker to leave this task, if it is at it."""
        if self._running is task and not task.over.is_set():
            task.over.set()
            self._give_patience(task)

    def _give_patience(self, task: Task) -> None:
        """Let the worker leave a task that is over, and replace it if it does not."""
        if self._running is task and self._worker is not None:
            self._alarm = threading.Timer(self._patience_s, self._abandon, (self._worker, task))
            self._alarm.daemon = True
            self._alarm.start()

    def _fetch(self, worker: Worker) -> Task | None:
        """The next task for the worker, waiting for one; None when the worker is not wanted any more."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._worker is not worker or bool(self._tasks) or bool(self._studies)
            )
            if self._closed or self._worker is not worker:
                return None
            self._running = self._next_task()
            return self._running

    def _next_task(self) -> Task:
        """Questions aside wait for all but the measuring of speeds, which nobody waits for."""
        if self._studies and all(isinstance(task, Measure) for task in self._tasks):
            study = next(iter(self._studies.values()))
            study.over.clear()
            return study
        return self._tasks.popleft()

    def _post(self, worker: Worker, message: EngineMessage) -> None:
        """Queue a message, unless it comes from an abandoned worker or belongs to a job that is over."""
        with self._changed:
            if self._worker is not worker:
                return
            if isinstance(message, JobMessage):
                job = self._live.get(message.job)
                model = getattr(message, "model", "")
                if job is None or model in job.stopped:
                    return
                if isinstance(message, ModelDone | Failed):
                    job.done.add(model)
            if isinstance(message, Studied) and self._studies.pop(message.number, None) is None:
                return
            self._messages.append(message)
        self._wake()

    def _done(self, worker: Worker, task: Task) -> None:
        """The worker has left the task, whether it is finished or cancelled."""
        with self._changed:
            if self._worker is not worker:
                return
            self._running = None
            if self._alarm is not None:
                self._alarm.cancel()
                self._alarm = None
            if not isinstance(task, Job) or self._live.pop(task.number, None) is None:
                return
            self._messages.append(Finished(task.number, cancelled=False))
        self._wake()

    def _abandon(self, worker: Worker, task: Task) -> None:
        """Replace a worker that still holds a task that is over; what it does from now on reaches nobody."""
        with self._changed:
            if self._closed or self._worker is not worker or self._running is not task:
                return
            log.warning("a model ignored cancel for %.1f s; its worker is replaced", self._patience_s)
            if isinstance(task, Job) and self._live.pop(task.number, None) is not None:
                self._messages.append(Finished(task.number, cancelled=False))
            if isinstance(task, Measure):
                self._messages.append(Measured(task.model.id))
            if isinstance(task, Study) and self._studies.pop(task.number, None) is not None:
                self._messages.append(
                    Studied(task.number, sentence=f"{task.model.name} took too long to answer: ask again.")
                )
            self._running = None
            self._alarm = None
            self._worker = self._new_worker()
            self._changed.notify_all()
        self._wake()

    def _wake(self) -> None:
        on_message = self.on_message
        if on_message is not None:
            on_message()
