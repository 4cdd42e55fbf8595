"""TakesBoard: the takes that are showing, grouped by model, as they are written and when they are complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from ml.music import Key, Score
from ml.requests import GenerationRequest, Take, TakeNote
from studio.engine import (
    Chosen,
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
from studio.session.arranging import Arrangement, arranged
from studio.session.follow import TrackFollower, prompt_changed
from studio.session.take_figures import CopyReport, TakeFigures, TakeMark, figures_of, judging_key


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
    """One take on the board, from its first note on. `notes` are those so far; `take` is set when complete.

    `figures` are there as soon as the take is complete. `reasons` say in words why ranking put it where it is.
    """

    model: str
    model_name: str
    index: int
    """Number of the take among all that its model writes for the request, from 0."""
    request: GenerationRequest = field(repr=False)
    notes: tuple[TakeNote, ...] = ()
    take: Take | None = None
    place: int | None = None
    """Its place among the takes that were chosen, from 0, once they are."""
    mark: TakeMark = field(default_factory=TakeMark)
    figures: TakeFigures | None = None
    reasons: tuple[str, ...] = ()
    written: tuple[TakeNote, ...] | None = None
    """Its notes as the model wrote them, once the user has changed some."""
    source: int | None = None
    """The number of its notes in the song's `source` column, once some of them were accepted."""

    @property
    def sources(self) -> tuple[TakeSlot, ...]:
        """The takes that its notes come from: itself, unless it is a mixture."""
        return (self,)

    def origin_of(self, row: int) -> TakeSlot:
        """The take that the note of this number comes from."""
        return self

    @property
    def done(self) -> bool:
        return self.take is not None

    @property
    def edited(self) -> bool:
        """Whether the user has changed notes of it."""
        return self.written is not None

    @property
    def title(self) -> str:
        """As shown: the label that the user gave, or the model's name and the take's number from 1."""
        return self.mark.label or f"{self.model_name} {(self.index if self.place is None else self.place) + 1}"

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
    chosen: str = ""
    """What was done to choose its takes from more, in plain words; "" before that, or where nothing was."""
    notes_per_s: float | None = None
    """How fast the model writes here, as the engine tells; None before it has written a few notes."""

    def slot(self, index: int) -> TakeSlot | None:
        """The take with this number, None when it is not among those that show."""
        return next((slot for slot in self.slots if slot.index == index), None)

    @property
    def writing(self) -> bool:
        """Whether more may come."""
        return self.state in (AnswerState.WAITING, AnswerState.LOADING, AnswerState.WRITING)


class TakesBoard:
    """What a request has brought so far. The session changes it; windows and scripts only read it.

    `slots` are all takes, by model, then by number or rank, and the mixture if there is one. `shown` are those that
    the arrangement shows, in its order: that of `[` and `]` and of the digits. `on_complete` is told of each take
    that has become complete.
    """

    def __init__(self) -> None:
        self.arrangement = Arrangement()
        self.on_complete: list[Callable[[TakeSlot], None]] = []
        self._key: Key | None = None
        self.job: int | None = None
        self.request: GenerationRequest | None = None
        self.answers: tuple[ModelAnswer, ...] = ()
        self.auditioned: TakeSlot | None = None
        """The take that the loop plays in place of what the document holds there; None plays the document."""
        self.heard_by_itself = False
        """Whether the auditioned take plays because it was the first one, and not because the user chose it."""
        self.mixture: TakeSlot | None = None
        """The take that the user puts together from others (`mixture.Mixture`), None while nothing is in it."""
        self.running = False
        self.progress = 0.0
        """Share of the whole job that is done, 0 to 1."""
        self.prompt_changed = False
        """Whether the song has changed since the models were given it."""
        self.blind = False
        """While a blind test runs: views then show no names, pictures, figures or order of the takes."""
        self.original: TakeSlot | None = None
        """What the song has in the asked bars, while it is heard like a take in a blind test; never among `slots`."""
        self.beside = False
        """Whether the takes belong to another state of the song than the document's."""
        self._follower: TrackFollower | None = None

    @property
    def showing(self) -> bool:
        return self.request is not None

    @property
    def slots(self) -> tuple[TakeSlot, ...]:
        found = [slot for answer in self.answers for slot in answer.slots]
        return tuple(found) if self.mixture is None else (*found, self.mixture)

    @property
    def shown(self) -> tuple[TakeSlot, ...]:
        return arranged(self.slots, self.arrangement)

    def answer_of(self, model: str) -> ModelAnswer | None:
        """The group of a model's takes, None when it was not asked."""
        return next((answer for answer in self.answers if answer.card.id == model), None)

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

    def open(
        self, job: int, request: GenerationRequest, cards: list[ModelCard], score: Score, *, beside: bool = False
    ) -> None:
        """Show empty places for the takes of a new job; `score` is the document's, without tracks of the request.

        `beside`: it is another state of the song, which the takes stay in and bring along when they are accepted.
        """
        self.close()
        self.beside = beside
        self.job, self.request, self.running = job, request, True
        self._follower = TrackFollower(score, request.score.tracks[len(score.tracks) :])
        self.answers = tuple(
            ModelAnswer(card, tuple(TakeSlot(card.id, card.name, index, request) for index in range(request.takes)))
            for card in cards
        )

    def reopen(self, request: GenerationRequest, answers: tuple[ModelAnswer, ...], score: Score) -> None:
        """Show complete takes of an earlier request; `score` is that of the document when it was put."""
        self.close()
        self.request, self.progress, self.answers = request, 1.0, answers
        self._follower = TrackFollower(score, request.score.tracks[len(score.tracks) :])
        for slot in self.slots:
            if slot.take is not None:
                self._complete(slot, slot.take)

    def close(self) -> None:
        """Show nothing."""
        self.beside = False
        self.job, self.request, self.answers, self.auditioned, self.mixture = None, None, (), None, None
        self.running, self.progress, self.prompt_changed, self._follower = False, 0.0, False, None
        self._key = None
        self.blind, self.original = False, None

    def stop(self) -> None:
        """Keep what is complete and drop what is still being written; closes when nothing is complete."""
        for answer in self.answers:
            answer.slots = tuple(slot for slot in answer.slots if slot.done)
            if answer.writing:
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
            case Progress(fraction=fraction, notes_per_s=speeds):
                self.progress = fraction
                for answer in self.answers:
                    answer.notes_per_s = speeds.get(answer.card.id, answer.notes_per_s)
            case Finished():
                self.running, self.progress = False, 1.0
            case Started(model=model):
                self._answer(model).state = AnswerState.LOADING
            case NoteMade(model=model, take=index, note=note):
                answer = self._answer(model)
                answer.state = AnswerState.WRITING
                if (slot := answer.slot(index)) is not None and not slot.done:
                    slot.notes = (*slot.notes, note)
            case TakeDone(model=model, take=take, index=index):
                if (slot := self._answer(model).slot(index)) is not None:
                    self._complete(slot, take)
            case Remarked(model=model, text=text):
                answer = self._answer(model)
                if text not in answer.remarks:
                    answer.remarks = (*answer.remarks, text)
            case Chosen():
                self._choose(self._answer(message.model), message)
            case ModelDone(model=model, notes_per_s=speed, cancelled=cancelled):
                answer = self._answer(model)
                answer.notes_per_s = answer.notes_per_s if speed is None else speed
                self._end(answer, AnswerState.STOPPED if cancelled else AnswerState.DONE)
            case Failed(model=model, sentence=sentence):
                answer = self._answer(model)
                answer.sentence = sentence
                self._end(answer, AnswerState.FAILED)
        return True

    def rewrite(self, slot: TakeSlot, take: Take) -> None:
        """Give a complete take other notes; from then on it is the user's too, until it is as it was written again."""
        if slot.written is None and slot.take is not None:
            slot.written = slot.take.notes
        if slot.written == take.notes:
            slot.written = None
        self._complete(slot, take)

    def show_copy(self, slot: TakeSlot, report: CopyReport) -> None:
        """Take over what the copy check has found; a take that is not complete has no figures to add it to."""
        if slot.figures is not None:
            slot.figures = replace(slot.figures, copy=report)

    def follow(self, score: Score) -> None:
        """Take note of an edit: `score` is the document's now."""
        if self.request is None or (self.beside and not self.follower.accepts(score)):
            return
        self.beside = False
        self.follower.follow(score)
        self.prompt_changed = prompt_changed(self.request, score, self.follower)

    def _answer(self, model: str) -> ModelAnswer:
        return next(answer for answer in self.answers if answer.card.id == model)

    def _complete(self, slot: TakeSlot, take: Take) -> None:
        if self._key is None:
            self._key = judging_key(take)
        slot.take, slot.notes, slot.figures = take, take.notes, figures_of(take, self._key)
        for told in tuple(self.on_complete):
            told(slot)

    def _choose(self, answer: ModelAnswer, message: Chosen) -> None:
        """Show what was chosen, best first; a take that the user hears, has marked or mixed stays behind them.

        Where the first take just played by itself and was not chosen, the best of its model goes on in its place.
        """
        request, card = self.request, answer.card
        assert request is not None
        chosen = []
        for ranked in message.takes:
            slot = answer.slot(ranked.number) or TakeSlot(card.id, card.name, ranked.number, request)
            slot.reasons = ranked.reasons
            if slot.take is None or (slot.take.notes != ranked.take.notes and not slot.edited):
                self._complete(slot, ranked.take)
            chosen.append(slot)
        kept = [slot for slot in answer.slots if slot not in chosen and slot.done and self._is_wanted(slot)]
        answer.slots, answer.chosen = (*chosen, *kept), message.sentence
        for place, slot in enumerate(answer.slots):
            slot.place = place
        if self.auditioned is not None and self.auditioned not in self.slots:
            self.auditioned = answer.slots[0] if answer.slots else None

    def _is_wanted(self, slot: TakeSlot) -> bool:
        """Whether the user has shown interest in a take."""
        mark, mixed = slot.mark, () if self.mixture is None else self.mixture.sources
        named = mark.starred or bool(mark.label) or bool(mark.note)
        heard = slot is self.auditioned and not self.heard_by_itself
        return heard or named or slot.source is not None or slot in mixed

    def _end(self, answer: ModelAnswer, state: AnswerState) -> None:
        """A model has no more to say: what it left unfinished goes."""
        answer.state = state
        answer.slots = tuple(slot for slot in answer.slots if slot.done)
        if self.auditioned is not None and self.auditioned not in self.slots:
            self.auditioned = None
