"""Replay: the batches that wrote a request's takes are run again, and what comes is compared with what is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ml.requests import Choosing, Placed, RefusedRequest, Take
from studio.engine import Chosen, Engine, EngineMessage, Failed, Finished, ModelCard, Shelf, TakeDone
from studio.project import RequestRecord, TakeRecord, TakeRef
from studio.session.earlier_takes import EarlierTakes
from studio.session.summary import counted
from studio.session.take_diff import TakeDiff, difference
from studio.session.take_record import answers_of, provenance_of, request_of, same_notes, written_notes

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
        self._missing = _missing(self._wanted, engine.shelf)
        refuse_replay(record, {model for model, _, _ in self._wanted}, self._missing)
        batches: dict[int, list[str]] = defaultdict(list)
        for model, seed, _ in self._wanted:
            if model not in self._missing and model not in batches[seed]:
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
        for key, take in self._wanted.items():
            ref, came = self.record.ref(take), self._came.get(key)
            if came is None:
                missing.append(ref)
            elif same_notes(came.notes, written_notes(take)):
                same.append(ref)
            else:
                differences[ref] = difference(written_notes(take), came.notes)
        found = Replayed(self.record.number, tuple(same), differences, tuple(missing))
        return replace(found, sentence=self._sentence(found))

    def _sentence(self, found: Replayed) -> str:
        number = len(self._wanted)
        if len(found.same) == number:
            all_of = "The take" if number == 1 else f"All {number} takes"
            return f"Replayed: {all_of} came out the same, note for note."
        parts = [f"Replayed: {len(found.same)} of {counted(number, 'take')} came out the same."]
        if found.differences:
            why = "The model drew other notes this time."
            if self.record.machine and self.record.machine != self._machine:
                why = f"They were made elsewhere or with other versions ({self.record.machine})."
            parts.append(f"{counted(len(found.differences), 'take')} came out with other notes. {why}")
        return " ".join([*parts, *self._missing.sentences, *self._failures[:1], "The stored notes stand."])


@dataclass(frozen=True)
class Missing:
    """Models, name by id, that cannot write a request's takes again: not installed, or with other weights by now."""

    gone: dict[str, str]
    changed: dict[str, str]

    def __contains__(self, model: str) -> bool:
        return model in self.gone or model in self.changed

    @property
    def sentences(self) -> list[str]:
        """What there is to say of each kind."""
        found = []
        if self.gone:
            found.append(f"{_listed(self.gone)} {_are(self.gone, 'is', 'are')} not installed here.")
        if self.changed:
            has = _are(self.changed, "has", "have")
            found.append(f"{_listed(self.changed)} {has} other weights here than those that wrote the takes.")
        return found


def refuse_replay(record: RequestRecord, models: set[str], missing: Missing) -> None:
    """Raise RefusedRequest with the reason why takes by these models cannot be made again, if there is one."""
    if not record.has_prompt:
        raise RefusedRequest(
            "The notes that the models were given are not kept any more, so these takes cannot be made again: "
            "the stored notes stand, and can be heard and accepted."
        )
    if not models:
        raise RefusedRequest("No model wrote these notes by itself, so there is nothing to replay.")
    if all(model in missing for model in models):
        fix = "Add what wrote them to your models and try again."
        raise RefusedRequest(
            f"{' '.join(missing.sentences)} So these takes cannot be made again: the stored notes stand. {fix}"
        )


def _missing(wanted: Mapping[Wanted, TakeRecord], shelf: Shelf) -> Missing:
    """Which of the models that wrote these takes are not here as they were then."""
    here = {card.id: card for card in shelf.answering()}
    then: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for (model, _, _), take in wanted.items():
        names[model] = take.model_name
        then[model].add(str(take.facts.get("checkpoint", "")))
    gone = {model: name for model, name in names.items() if model not in here}
    changed = {m: name for m, name in names.items() if m in here and not then[m] <= {"", _weights(here[m])}}
    return Missing(gone, changed)


def _weights(card: ModelCard) -> str:
    """What the card's weights are; "" when they cannot be read, which asking the model will tell in words."""
    try:
        return card.weights_hash()
    except OSError:
        return ""


def _wanted(record: RequestRecord) -> dict[Wanted, TakeRecord]:
    """The takes that a model wrote, by what makes them."""
    return {
        (take.model, request_of(record, take).seed, provenance_of(record, take).take): take
        for take in record.takes
        if not take.origins
    }


def _key(model: str, take: Take) -> Wanted:
    return model, take.provenance.seed, take.provenance.take


def _listed(models: Mapping[str, str]) -> str:
    names = sorted(set(models.values()))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _are(models: Mapping[str, str], one: str, several: str) -> str:
    return one if len(set(models.values())) == 1 else several


def earlier_answers(records: tuple[RequestRecord, ...], record: RequestRecord) -> frozenset[frozenset[Placed]]:
    """The answers that were there for the place of a request when it was asked: its takes had to differ from them.

    Not those that it gave itself: where the user named the seed, takes may be like earlier ones.
    """
    earlier = EarlierTakes()
    before = [(other, take) for other in records if other.number < record.number for take in other.takes]
    earlier.begin(answer for other, take in before for answer in answers_of(other, take))
    given = {answer.placed for take in record.takes for answer in answers_of(record, take)}
    return earlier.of(record.request) - given
