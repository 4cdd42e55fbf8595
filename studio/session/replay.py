"""Replay: the batches that wrote a request's takes are run again, and what comes is compared with what is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ml.requests import Choosing, Placed, RefusedRequest, Take
from studio.engine import Chosen, Engine, EngineMessage, Failed, Finished, TakeDone
from studio.project import RequestRecord, TakeRecord, TakeRef
from studio.session.earlier_takes import EarlierTakes
from studio.session.summary import counted
from studio.session.take_diff import TakeDiff, difference
from studio.session.take_record import provenance_of, request_of, same_notes, take_of

Wanted = tuple[str, int, int]
"""A take by what makes it: model, seed, number within its batch."""


@dataclass(frozen=True)
class Replayed:
    """What a replay brought. The stored notes stand whatever it says; `differences` lead from them to the new ones."""

    request: int
    same: tuple[TakeRef, ...] = ()
    differences: dict[TakeRef, TakeDiff] = field(default_factory=dict)
    missing: tuple[TakeRef, ...] = ()
    """Takes that were not made: their model is gone, failed, or gave none of this number."""
    sentence: str = ""


class Replay:
    """One request being replayed. `receive` takes the engine's messages; `done` is told when all batches have ended."""

    def __init__(
        self,
        engine: Engine,
        record: RequestRecord,
        unlike: frozenset[frozenset[Placed]],
        machine: str,
        done: Callable[[Replayed], None],
    ) -> None:
        """Starts the first batch. Raises RefusedRequest with the reason when nothing can be made again."""
        self.record = record
        self._engine, self._unlike, self._machine, self._done = engine, unlike, machine, done
        self._wanted = _wanted(record)
        installed = {card.id for card in engine.shelf.answering()}
        self._gone = sorted({name for model, name in record.models if model not in installed})
        refuse_replay(record, [model for model, _, _ in self._wanted], installed, self._gone)
        batches: dict[int, list[str]] = defaultdict(list)
        for model, seed, _ in self._wanted:
            if model in installed and model not in batches[seed]:
                batches[seed].append(model)
        self._batches = [(seed, models) for seed, models in sorted(batches.items()) if models]
        self._came: dict[Wanted, Take] = {}
        self._failures: list[str] = []
        self._job = -1
        self._next()

    def receive(self, message: EngineMessage) -> bool:
        """Take in a message; whether it belonged to this replay."""
        if getattr(message, "job", None) != self._job:
            return False
        match message:
            case TakeDone(model=model, take=take):
                self._came[_key(model, take)] = take
            case Chosen(model=model, takes=takes):
                for ranked in takes:
                    self._came[_key(model, ranked.take)] = ranked.take
            case Failed(sentence=sentence):
                self._failures.append(sentence)
            case Finished():
                if self._batches:
                    self._next()
                else:
                    self._done(self._outcome())
            case _:
                pass
        return True

    def stop(self) -> None:
        """Let nothing more be written for it."""
        self._engine.cancel(self._job)
        self._job = -1

    def _next(self) -> None:
        seed, models = self._batches.pop(0)
        request = replace(self.record.request, seed=seed, unlike=self._unlike)
        self._job = self._engine.submit(request, models, Choosing.from_plain(self.record.choosing).for_replay)

    def _outcome(self) -> Replayed:
        same, missing, differences = [], [], {}
        weights: set[str] = set()
        for key, take in self._wanted.items():
            ref, came = self.record.ref(take), self._came.get(key)
            if came is None:
                missing.append(ref)
            elif same_notes(came.notes, take.notes):
                same.append(ref)
            else:
                differences[ref] = difference(take.notes, came.notes)
                if came.provenance.checkpoint != take.facts.get("checkpoint"):
                    weights.add(take.model_name)
        found = Replayed(self.record.number, tuple(same), differences, tuple(missing))
        return replace(found, sentence=self._sentence(found, sorted(weights)))

    def _sentence(self, found: Replayed, weights: list[str]) -> str:
        number = len(self._wanted)
        if len(found.same) == number:
            all_of = "The take" if number == 1 else f"All {number} takes"
            return f"Replayed: {all_of} came out the same, note for note."
        parts = [f"Replayed: {len(found.same)} of {counted(number, 'take')} came out the same."]
        if found.differences:
            why = "Some were changed by hand." if self._all_edited(found) else "The model drew other notes this time."
            if weights:
                why = f"{_listed(weights)} {'has' if len(weights) == 1 else 'have'} other weights now than then."
            elif self.record.machine and self.record.machine != self._machine:
                why = f"They were made elsewhere or with other versions ({self.record.machine})."
            parts.append(f"{counted(len(found.differences), 'take')} came out with other notes. {why}")
        if self._gone:
            parts.append(f"{_listed(self._gone)} {'is' if len(self._gone) == 1 else 'are'} not installed here.")
        parts += self._failures[:1]
        return " ".join([*parts, "The stored notes stand."])

    def _all_edited(self, found: Replayed) -> bool:
        return all((take := self.record.take(ref)) is not None and take.edited for ref in found.differences)


def refuse_replay(record: RequestRecord, models: list[str], installed: set[str], gone: list[str]) -> None:
    """Raise RefusedRequest with the reason why takes by these models cannot be made again, if there is one."""
    if not record.has_prompt:
        raise RefusedRequest(
            "The notes that the models were given are not kept any more, so these takes cannot be made again: "
            "the stored notes stand, and can be heard and accepted."
        )
    if not models:
        raise RefusedRequest("No model wrote these notes by itself, so there is nothing to replay.")
    if installed.isdisjoint(models):
        raise RefusedRequest(
            f"{_listed(gone)} {'is' if len(gone) == 1 else 'are'} not installed here, so these takes cannot be made "
            "again: the stored notes stand. Add the model to your models and try again."
        )


def _wanted(record: RequestRecord) -> dict[Wanted, TakeRecord]:
    """The takes that a model wrote, by what makes them."""
    return {
        (take.model, request_of(record, take).seed, provenance_of(record, take).take): take
        for take in record.takes
        if not take.origins
    }


def _key(model: str, take: Take) -> Wanted:
    return model, take.provenance.seed, take.provenance.take


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def earlier_answers(records: tuple[RequestRecord, ...], record: RequestRecord) -> frozenset[frozenset[Placed]]:
    """The answers that were there for the place of a request when it was asked: its takes had to differ from them.

    Not those that it gave itself: where the user named the seed, takes may be like earlier ones.
    """
    earlier = EarlierTakes()
    earlier.begin(take_of(other, take) for other in records if other.number < record.number for take in other.takes)
    return earlier.of(record.request) - {take_of(record, take).placed for take in record.takes}
