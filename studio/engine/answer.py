"""One model's part of a job: it writes candidates round by round, and what is shown of them is chosen at the end."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ml.requests import Take
from ml.requests.choosing import round_request
from studio.engine.border import Border
from studio.engine.card import ModelCard
from studio.engine.generator import Generator
from studio.engine.messages import Chosen, EngineMessage, ModelDone, NoteMade, Remarked, TakeDone
from studio.engine.tasks import Job

if TYPE_CHECKING:
    from ml.generation.items import GenerationItem
    from ml.generation.ranking import Candidate
    from ml.generation.tidying import Tidier

log = logging.getLogger(__name__)

JUDGED_NOTES = 8
"""From so many notes on a model's speed is told."""
CHOICE_SHARE = 0.2
"""Choosing counts as so much of a round."""


class Answer:
    """Goes on by one item at a time; `used_s` is the time that this has taken so far.

    The first round streams; the others are written after it, unseen, with seeds of their own
    (`ml.requests.choosing.round_request`).
    """

    def __init__(self, job: Job, card: ModelCard, clock: Callable[[], float] = time.perf_counter) -> None:
        self.card = card
        self.used_s = 0.0
        self.bar_written = False
        """Whether the first bar of a take is complete."""
        self.round = 0
        self._job, self._clock = job, clock
        self._rounds = job.choosing.rounds(job.request.takes)
        self._items: Iterator[GenerationItem] | None = None
        self._border = Border(job.request)
        self._tidier: Tidier | None = None
        self._candidates: list[Candidate] = []
        self._chosen = self._ended = False
        self._round_notes = self._notes = 0
        self._writing_s = 0.0
        self._reached = [0.0] * job.request.takes
        time_map, start = job.request.score.time_map, job.request.region.start_tick
        self._second_bar = time_map.bar_start(time_map.bar_at(start) + 1)

    @property
    def stopped(self) -> bool:
        """Whether this model was cancelled, alone or with its job."""
        return self._job.is_over(self.card.id)

    @property
    def notes_per_s(self) -> float | None:
        """Notes a second while it writes: the first of each round, for which the prompt is read, is left out."""
        return self._notes / self._writing_s if self._notes >= JUDGED_NOTES and self._writing_s > 0 else None

    @property
    def fraction(self) -> float:
        """How much of this model's part is done, 0 to 1."""
        if self._ended:
            return 1.0
        written = self.round + sum(self._reached) / len(self._reached)
        return written / (self._rounds + CHOICE_SHARE * self._job.choosing.chooses)

    def advance(self, generator: Generator) -> list[EngineMessage] | None:
        """Do one more item's work: what there is to tell of it, None once all is done.

        Raises whatever the model raises, and BrokenOutput for notes that are not permitted.
        """
        began_s = self._clock()
        try:
            return self._advance(generator, began_s)
        finally:
            self.used_s += self._clock() - began_s

    def end(self) -> ModelDone:
        """Close; what there is to tell of it."""
        self.close()
        return ModelDone(self._job.number, self.card.id, self.notes_per_s)

    def close(self) -> None:
        """Let the generator free what it holds; a generator that raises even now is ignored."""
        self._ended = True
        close = getattr(self._items, "close", None)
        if close is not None:
            try:
                close()
            except BaseException as error:
                log.warning("model %s failed while it was stopped", self.card.id, exc_info=error)

    # --- the rounds

    def _advance(self, generator: Generator, began_s: float) -> list[EngineMessage] | None:
        if self._items is None:
            self._border.start_over()
            request = round_request(self._job.request, self.round)
            self._items = generator.generate(self.card.folder, request, lambda: self.stopped)
            self._round_notes = 0
            self._reached = [0.0] * len(self._reached)
        item = next(self._items, None)
        if item is not None:
            return self._messages(item, began_s)
        if self.stopped:
            return None
        if self.round + 1 < self._rounds:
            self.round, self._items = self.round + 1, None
            return []
        if self._job.choosing.chooses and self._candidates and not self._chosen:
            self._chosen = True
            return self._choose(generator)
        return None

    def _messages(self, item: GenerationItem, began_s: float) -> list[EngineMessage]:
        """What an item means to listeners."""
        from ml.generation.items import NoteItem, TakeItem

        job, model = self._job.number, self.card.id
        if isinstance(item, NoteItem):
            self._border.check_note(item.take, item.note)
            self._round_notes += 1
            if self._round_notes > 1:
                self._notes += 1
                self._writing_s += self._clock() - began_s
            self.bar_written = self.bar_written or item.note.start >= self._second_bar
            region = self._job.request.region
            share = (item.note.start - region.start_tick) / (region.end_tick - region.start_tick)
            self._reached[item.take] = max(self._reached[item.take], share)
            return [] if self.round else [NoteMade(job, model, item.take, item.note)]
        if isinstance(item, TakeItem):
            take = self._checked(item.take, item.value)
            self.bar_written = True
            self._reached[item.take] = 1.0
            return [] if self.round else [TakeDone(job, model, take, item.take)]
        return [] if self.round else [Remarked(job, model, item.text)]

    def _checked(self, index: int, value: Take) -> Take:
        """The take, tidied if that is wanted, after the border has let it through."""
        from ml.generation.ranking import Candidate
        from ml.generation.tidying import Tidied, Tidier

        self._border.check_take(index, value)
        tidied = Tidied(value, Counter())
        if self._job.choosing.clean:
            self._tidier = self._tidier or Tidier(self._job.request)
            tidied = self._tidier(value)
            if tidied.changes:
                self._border.check_take(index, tidied.take)
        number = self.round * self._job.request.takes + index
        self._candidates.append(Candidate(number, tidied.take, tidied.changes))
        return tidied.take

    def _choose(self, generator: Generator) -> list[EngineMessage]:
        """Choose among the candidates; where that fails, the takes that streamed are shown as they are."""
        job, model = self._job, self.card.id
        judge = next((card for card in job.judges if card.id != model), None)
        in_order = sorted(self._candidates, key=lambda candidate: candidate.number)
        try:
            choice = generator.choose(job.request, in_order, job.choosing, judge, lambda: self.stopped)
        except Exception as error:
            log.warning("the takes of model %s could not be ranked", model, exc_info=error)
            return [Remarked(job.number, model, "These takes could not be ranked and are shown as they were written.")]
        return [Chosen(job.number, model, choice.takes, choice.sentence)]
