"""WhyDesk: asks models about notes, whoever wrote them: how surprising, what else, what was looked at, what is next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ml.music import Score
from ml.requests import Alternatives, Attention, Limits, NextPitches, Option, RefusedRequest, Region, Take
from studio.edit.change import Change, ChangeKind
from studio.edit.operations.swapping import swap_note
from studio.engine import ModelCard
from studio.session.aside import Aside, Same
from studio.session.asking import limits_for
from studio.session.studies import Studies
from studio.session.studio import Studio, Topic
from studio.session.surprise_desk import SurpriseDesk
from studio.session.swaps import TakeSwaps
from studio.session.takes import TakeSlot
from studio.session.whom import NO_MODEL, Whom


@dataclass(frozen=True, slots=True)
class SongNote:
    """A note of the document."""

    track: int
    note_id: int


@dataclass(frozen=True, slots=True)
class NoteOfTake:
    """Note number `index` of a take on the board."""

    slot: TakeSlot
    index: int


Target = SongNote | NoteOfTake


class WhyDesk:
    """Belongs to the studio's thread. Requests go first: while one is being written nothing is asked.

    The `on_…` callbacks tell that an answer, or a sentence in place of one, has come for what was asked last.
    Answers about a score or a take that has changed since are dropped.
    """

    def __init__(self, studio: Studio, studies: Studies) -> None:
        self.on_surprise: Callable[[], None] = lambda: None
        self.on_alternatives: Callable[[], None] = lambda: None
        self.on_attention: Callable[[], None] = lambda: None
        self.on_next: Callable[[], None] = lambda: None
        self.whom = Whom(studio)
        self.swaps = TakeSwaps(studio)
        self.surprise = SurpriseDesk(studio, studies, self.whom, lambda: self.on_surprise())
        self._studio = studio
        self._studies = studies
        self._alternatives = Aside(studio, lambda: self.on_alternatives())
        self._attention = Aside(studio, lambda: self.on_attention())
        self._next = Aside(studio, lambda: self.on_next())
        self._asides = (self._alternatives, self._attention, self._next)
        self._ends = [studio.subscribe(self._on_topic), studio.document.subscribe(self._on_change)]

    def close(self) -> None:
        """Stop listening and asking."""
        self.surprise.close()
        for aside in self._asides:
            aside.forget()
        for end in self._ends:
            end()

    def choose(self, model: str) -> None:
        """Ask this model from now on, "" for whoever wrote the notes or the first of the shelf."""
        self.whom.choose(model)
        for aside in self._asides:
            aside.forget()
        self.surprise.begin_anew()
        self.on_surprise()

    # --- what else

    def ask_alternatives(self, target: Target) -> None:
        """Ask what else could stand in place of a note. Raises RefusedRequest for a note that is gone."""
        model = self._model(target)
        if isinstance(target, SongNote):
            score = self._studio.document.score
            work = self._studies.what_else(score, target.track, target.note_id, self._limits(score, target))
            self._alternatives.ask((model.id, Same(score), target, Same(self._studio.wishes)), model.id, work)
        else:
            work = self._studies.what_else_in_take(self._finished(target), target.index)
            self._alternatives.ask((model.id, Same(target.slot.notes), target), model.id, work)

    @property
    def alternatives(self) -> Alternatives | None:
        answer = self._alternatives.answer
        return answer if isinstance(answer, Alternatives) else None

    @property
    def alternatives_sentence(self) -> str:
        """Why there are none; "" while they are awaited or there."""
        return self._alternatives.sentence

    def forget_alternatives(self) -> None:
        self._alternatives.forget()

    def swap(self, target: Target, option: Option) -> None:
        """Put an offered note in place of the one asked about; `swaps` undoes it in a take, the history in the song.

        Raises RefusedRequest or EditRefused where that is not allowed or the note is gone.
        """
        if not option.obeys:
            raise RefusedRequest("The limits forbid this note: widen them in the model panel, then swap it in.")
        if isinstance(target, SongNote):
            document, note = self._studio.document, option.note
            edited = swap_note(document.score, target.track, target.note_id, note.start, note.length, note.pitch)
            document.apply("Swap note", edited)
        else:
            self._finished(target)
            if target.slot is self._studio.takes.mixture:
                raise RefusedRequest("This is a mixture: swap the note in the take that it came from.")
            self.swaps.swap(target.slot, option.swapped)

    # --- what it looked at, and what may come next

    def ask_attention(self, target: Target) -> None:
        """Ask what a model looks at before it writes this note. Raises RefusedRequest for a note that is gone."""
        model = self._model(target)
        if isinstance(target, SongNote):
            score = self._studio.document.score
            work = self._studies.looked_at(score, target.track, target.note_id)
            self._attention.ask((model.id, Same(score), target), model.id, work)
        else:
            work = self._studies.looked_at_in_take(self._finished(target), target.index)
            self._attention.ask((model.id, Same(target.slot.notes), target), model.id, work)

    @property
    def attention(self) -> Attention | None:
        answer = self._attention.answer
        return answer if isinstance(answer, Attention) else None

    @property
    def attention_sentence(self) -> str:
        """Why there is no answer, as of models that have no attention."""
        return self._attention.sentence

    def forget_attention(self) -> None:
        self._attention.forget()

    def ask_next(self, track: int, tick: int) -> None:
        """Ask how likely each pitch is for a note of the track that starts at `tick`."""
        model = self.whom.of()
        if model is not None:
            score = self._studio.document.score
            work = self._studies.next_pitches(score, track, tick)
            self._next.ask((model.id, Same(score), track, tick), model.id, work)

    @property
    def next_pitches(self) -> NextPitches | None:
        answer = self._next.answer
        return answer if isinstance(answer, NextPitches) else None

    @property
    def next_sentence(self) -> str:
        return self._next.sentence if self.whom.models else NO_MODEL

    def forget_next(self) -> None:
        self._next.forget()

    # --- inside

    def _model(self, target: Target) -> ModelCard:
        """Who answers about a note that is there. Raises RefusedRequest."""
        model = self.whom.of(target.slot if isinstance(target, NoteOfTake) else None)
        if model is None:
            raise RefusedRequest(NO_MODEL)
        if isinstance(target, SongNote):
            tracks = self._studio.document.score.tracks
            there = target.track < len(tracks) and len(tracks[target.track].notes.rows_of([target.note_id]))
            if not there:
                raise RefusedRequest("This note is not in the song any more: click another one.")
        return model

    def _finished(self, target: NoteOfTake) -> Take:
        """The take of a note that is still there."""
        slot = target.slot
        if slot not in self._studio.takes.slots or target.index >= len(slot.notes):
            raise RefusedRequest("This take is not showing any more: choose another one.")
        if slot.take is None:
            raise RefusedRequest("This take is still being written: ask again when it is complete.")
        return slot.take

    def _limits(self, score: Score, target: SongNote) -> Limits:
        """The limits that takes would obey at this note."""
        table = score.tracks[target.track].notes
        bar = score.time_map.bar_at(int(table.start[table.rows_of([target.note_id])[0]]))
        region = Region(score.time_map.bar_start(bar), score.time_map.bar_start(bar + 1), (target.track,))
        return limits_for(score, region, self._studio.wishes)

    def _on_topic(self, topic: Topic) -> None:
        if topic is Topic.TAKES:
            for aside in self._asides:
                aside.go_on()
            self.surprise.go_on()

    def _on_change(self, change: Change) -> None:
        if not change.kind.changes_music:
            return
        for aside in (self._alternatives, self._attention):
            if isinstance(aside.key, tuple) and not any(isinstance(part, NoteOfTake) for part in aside.key):
                aside.forget()
        if change.kind is ChangeKind.SCORE:
            for aside in self._asides:
                aside.forget_all()
            self.surprise.begin_anew()
        else:
            self.surprise.edited(change)
