"""TakesBoard: the takes that are showing, grouped by model, as they are written and when they are complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ml.music import Score
from ml.requests import GenerationRequest, Take, TakeNote
from studio.engine import (
    EngineMessage,
    Failed,
    Finished,
    ModelCard,
    ModelDone,
    NoteMade,
    Progress,
    Remarked,
    Started,
    TakeDone,
)
from studio.session.follow import TrackFollower, prompt_changed


class AnswerState(Enum):
    """How far a model is with its answer."""

    WAITING = "waiting"
    LOADING = "loading"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(eq=False)
class TakeSlot:
    """One take on the board, from its first note on. `notes` are those so far; `take` is set when complete."""

    model: str
    model_name: str
    index: int
    """Number of the take within its model's answer, from 0."""
    request: GenerationRequest = field(repr=False)
    notes: tuple[TakeNote, ...] = ()
    take: Take | None = None

    @property
    def done(self) -> bool:
        return self.take is not None

    @property
    def title(self) -> str:
        """As shown: the model's name and the take's number from 1."""
        return f"{self.model_name} {self.index + 1}"

    @property
    def bits_per_note(self) -> float | None:
        """Mean surprise of the notes so far in bits, None before the first."""
        return sum(note.bits for note in self.notes) / len(self.notes) if self.notes else None

    @property
    def complete_until_tick(self) -> int:
        """Up to where whole bars are written: notes come in order, so every bar before the latest is complete."""
        region, time_map = self.request.region, self.request.score.time_map
        if self.done:
            return region.end_tick
        if not self.notes:
            return region.start_tick
        return max(region.start_tick, time_map.bar_start(time_map.bar_at(self.notes[-1].start)))

    @property
    def playable_notes(self) -> tuple[TakeNote, ...]:
        """The notes of complete bars: what the player is given."""
        until = self.complete_until_tick
        return tuple(note for note in self.notes if note.start < until)


@dataclass(eq=False)
class ModelAnswer:
    """One model's group of takes. `sentence` says why it failed; `remarks` what it could not honour."""

    card: ModelCard
    slots: tuple[TakeSlot, ...]
    state: AnswerState = AnswerState.WAITING
    sentence: str = ""
    remarks: tuple[str, ...] = ()


class TakesBoard:
    """What a request has brought so far. The session changes it; windows and scripts only read it.

    `slots` are in the order of `[` and `]` and of the digits: by model, then by number.
    """

    def __init__(self) -> None:
        self.job: int | None = None
        self.request: GenerationRequest | None = None
        self.answers: tuple[ModelAnswer, ...] = ()
        self.auditioned: TakeSlot | None = None
        """The take that the loop plays in place of what the document holds there; None plays the document."""
        self.running = False
        self.progress = 0.0
        """Share of the whole job that is done, 0 to 1."""
        self.prompt_changed = False
        """Whether the song has changed since the models were given it."""
        self.blind = False
        """While a blind test runs: views then show no names, pictures, figures or order of the takes."""
        self._follower: TrackFollower | None = None

    @property
    def showing(self) -> bool:
        return self.request is not None

    @property
    def slots(self) -> tuple[TakeSlot, ...]:
        return tuple(slot for answer in self.answers for slot in answer.slots)

    @property
    def tracks_found(self) -> bool:
        """Whether the asked tracks are still in the song."""
        return (
            self.request is not None and self._follower is not None and self._follower.found(self.request.region.tracks)
        )

    @property
    def new_tracks(self) -> int:
        """How many tracks the request adds to the song if one of its takes is accepted."""
        return 0 if self._follower is None else self._follower.new_tracks

    @property
    def follower(self) -> TrackFollower:
        """Leads takes to where their tracks are now. Only while showing."""
        assert self._follower is not None
        return self._follower

    # --- the session's side

    def open(self, job: int, request: GenerationRequest, cards: list[ModelCard], score: Score) -> None:
        """Show empty places for the takes of a new job; `score` is the document's, without tracks of the request."""
        self.close()
        self.job, self.request, self.running = job, request, True
        self._follower = TrackFollower(score, request.score.tracks[len(score.tracks) :])
        self.answers = tuple(
            ModelAnswer(card, tuple(TakeSlot(card.id, card.name, index, request) for index in range(request.takes)))
            for card in cards
        )

    def close(self) -> None:
        """Show nothing."""
        self.job, self.request, self.answers, self.auditioned = None, None, (), None
        self.running, self.progress, self.prompt_changed, self._follower = False, 0.0, False, None
        self.blind = False

    def stop(self) -> None:
        """Keep what is complete and drop what is still being written; closes when nothing is complete."""
        for answer in self.answers:
            answer.slots = tuple(slot for slot in answer.slots if slot.done)
            if answer.state in (AnswerState.WAITING, AnswerState.LOADING, AnswerState.WRITING):
                answer.state = AnswerState.STOPPED
        self.running = False
        if not self.slots:
            self.close()
        elif self.auditioned not in self.slots:
            self.auditioned = None

    def receive(self, message: EngineMessage) -> bool:
        """Take over what the engine tells; whether it concerned this board."""
        if self.job is None or getattr(message, "job", None) != self.job:
            return False
        match message:
            case Progress(fraction=fraction):
                self.progress = fraction
            case Finished():
                self.running, self.progress = False, 1.0
            case Started(model=model):
                self._answer(model).state = AnswerState.LOADING
            case NoteMade(model=model, take=index, note=note):
                answer = self._answer(model)
                answer.state = AnswerState.WRITING
                slot = answer.slots[index]
                slot.notes = (*slot.notes, note)
            case TakeDone(model=model, take=take, index=index):
                slot = self._answer(model).slots[index]
                slot.take, slot.notes = take, take.notes
            case Remarked(model=model, text=text):
                answer = self._answer(model)
                if text not in answer.remarks:
                    answer.remarks = (*answer.remarks, text)
            case ModelDone(model=model):
                self._end(self._answer(model), AnswerState.DONE)
            case Failed(model=model, sentence=sentence):
                answer = self._answer(model)
                answer.sentence = sentence
                self._end(answer, AnswerState.FAILED)
        return True

    def follow(self, score: Score) -> None:
        """Take note of an edit: `score` is the document's now."""
        if self.request is None:
            return
        self.follower.follow(score)
        self.prompt_changed = prompt_changed(self.request, score, self.follower)

    def _answer(self, model: str) -> ModelAnswer:
        return next(answer for answer in self.answers if answer.card.id == model)

    def _end(self, answer: ModelAnswer, state: AnswerState) -> None:
        """A model has no more to say: what it left unfinished goes."""
        answer.state = state
        answer.slots = tuple(slot for slot in answer.slots if slot.done)
        if self.auditioned is not None and self.auditioned not in self.slots:
            self.auditioned = None
