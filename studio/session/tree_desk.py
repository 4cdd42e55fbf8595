"""TreeDesk: what the user does with the tree of takes. Show again, go back, go on from any take, replay, compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ml.music import Score
from ml.requests import Choosing, GenerationRequest, RefusedRequest, Take, TakeNote, Verb, score_with_take
from ml.requests.choosing import AS_WRITTEN
from studio.edit.edited import Edited
from studio.engine import EngineMessage, ModelCard
from studio.project import RequestRecord, TakeRecord, TakeRef
from studio.project.settings import PROVENANCE_IN_MIDI
from studio.session.follow import TrackFollower
from studio.session.provenance_text import provenance_texts, take_text
from studio.session.remixing import remixed
from studio.session.replay import Replay, Replayed, earlier_answers
from studio.session.song_report import SongReport, Standing, song_report, standings
from studio.session.summary import bars_text, summary_of
from studio.session.take_diff import TakeDiff, difference
from studio.session.take_figures import TakeMark
from studio.session.take_record import answers_of, take_of
from studio.session.take_tree import TakeTree, mark_of
from studio.session.takes import AnswerState, ModelAnswer, TakeSlot
from studio.session.topic import Topic
from studio.session.wishes import Place, Wishes

if TYPE_CHECKING:
    from studio.session.studio import Studio

NOT_KEPT = "This take is not kept any more: choose another one."
NO_PROMPT = (
    "The song as it was when these takes were asked for is not kept any more, so it cannot be brought back: the takes "
    "can still be shown again and accepted."
)
NOT_INSTALLED = "This model is not installed any more."


class TreeDesk:
    """Works on the studio's board, document and engine. What may be refused raises RefusedRequest, changing nothing."""

    def __init__(self, studio: Studio, tell: Callable[[Topic], None]) -> None:
        """`tell` says what should be looked at again."""
        self._studio, self._tell = studio, tell
        self._replay: Replay | None = None
        self.replayed: dict[int, Replayed] = {}
        """The latest replay of each request, by its number."""
        self.on_replayed: list[Callable[[Replayed], None]] = []
        self._unsaved = (False, False)
        studio.subscribe(self._on_topic)
        self.tree.subscribe(self._on_tree)
        studio.auditioning.on_accepted.append(self._on_accepted)

    @property
    def tree(self) -> TakeTree:
        """The requests and takes themselves."""
        return self._studio.piece.tree

    @property
    def replaying(self) -> int | None:
        """The number of the request that is being replayed."""
        return None if self._replay is None else self._replay.record.number

    # --- following the studio

    def begin(self) -> None:
        """Another piece was opened: what was answered in it before is not to be answered again."""
        self.stop_replay()
        self.replayed.clear()
        takes = ((record, take) for record in self.tree.requests for take in record.takes)
        self._studio.earlier.begin(answer for record, take in takes for answer in answers_of(record, take))

    def asked(
        self,
        request: GenerationRequest,
        cards: list[ModelCard],
        choosing: Choosing,
        new_tracks: int,
        parent: TakeRef | None,
    ) -> None:
        """A request was put to models."""
        cut = self.tree.cut
        plain = {} if choosing == AS_WRITTEN else choosing.as_plain()
        self.tree.asked(
            request, [(card.id, card.name) for card in cards], choosing=plain, new_tracks=new_tracks, parent=parent
        )
        if self.tree.cut and not cut:
            self._studio.say(self.tree.cut)

    def _on_topic(self, topic: Topic) -> None:
        if topic is Topic.TAKES:
            self.tree.follow(self._studio.takes)

    def _on_tree(self) -> None:
        """Takes, and what the user says of them, are worth saving: the title of the window shows it."""
        unsaved = self.tree.unsaved_marks, self.tree.unsaved_takes
        if unsaved != self._unsaved:
            self._unsaved = unsaved
            self._tell(Topic.FILE)

    def _on_accepted(self, chosen: TakeSlot, sources: tuple[TakeSlot, ...]) -> None:
        whole = not self._studio.takes.showing
        self.tree.accepted(sources, self._studio.document.score, whole=whole and sources == (chosen,))
        if chosen not in sources:
            self.tree.accepted_mixture(chosen, whole=whole)

    # --- what a take is

    def title(self, record: RequestRecord) -> str:
        """ "Continue Melody with bars 5–8", also when the prompt is gone."""
        return summary_of(record.request.verb, record.request.score, record.request.region)

    def take(self, ref: TakeRef) -> Take:
        """The take itself."""
        return take_of(*self._found(ref))

    def difference(self, first: TakeRef, second: TakeRef) -> TakeDiff:
        """What leads from one take to another, on the tracks where they are now."""
        return difference(self._placed(*self._found(first)), self._placed(*self._found(second)))

    def difference_to_song(self, ref: TakeRef) -> TakeDiff:
        """What leads from a take to what the song has in its bars now, on the same tracks."""
        record, take = self._found(ref)
        region, tracks = record.request.region, self._studio.document.score.tracks
        now = [
            TakeNote(index, note.start, note.length, note.pitch, note.velocity, 0.0)
            for asked in region.tracks
            if (index := self.track_now(record, take, asked)) is not None
            for note in tracks[index].notes.take(tracks[index].notes.starting(region.start_tick, region.end_tick))
        ]
        return difference(self._placed(record, take), now)

    def track_now(self, record: RequestRecord, take: TakeRecord, track: int) -> int | None:
        """Where a track that was asked for is in the song now; one that the take brought is known by its notes."""
        song, score = _song_of(record), self._studio.document.score
        if track < len(song.tracks):
            follower = TrackFollower(song)
            follower.follow(score)
            return follower.places[track]
        sources = [one.source for one in take.accepted]
        found = (index for index, now in enumerate(score.tracks) if np.isin(now.notes.source, sources).any())
        return next(found, None)

    def _placed(self, record: RequestRecord, take: TakeRecord) -> list[TakeNote]:
        """The take's notes, where the song has their tracks now."""
        places = {track: self.track_now(record, take, track) for track in record.request.region.tracks}
        return [note if (now := places.get(note.track)) is None else replace(note, track=now) for note in take.notes]

    def report(self) -> SongReport:
        """How many notes of the song are the user's, each model's, and edited."""
        return song_report(self._studio.document.score, self.tree.requests, self._studio.piece.provenance)

    def standings(self) -> dict[TakeRef, Standing]:
        """What is left in the song of each take that was accepted."""
        return standings(self._studio.document.score, self.tree.requests)

    def texts(self, slot: TakeSlot | None = None) -> tuple[str, ...]:
        """What a MIDI file of the song, or of one take, tells of where its notes come from, if the user wants that."""
        if not self._studio.settings.get(PROVENANCE_IN_MIDI):
            return ()
        if slot is not None and slot.take is not None:
            return (take_text(slot.take, slot),)
        return provenance_texts(self._studio.document.score, self._studio.piece.provenance, self.tree.requests)

    # --- marking

    def mark(self, ref: TakeRef, mark: TakeMark) -> None:
        """Star, name or describe a take, whether or not it shows on the board."""
        if (slot := self.slot(ref)) is not None:
            self._studio.mark(slot, mark)
        else:
            self.tree.mark(ref, mark)

    def slot(self, ref: TakeRef) -> TakeSlot | None:
        """The take on the board, None when it does not show there."""
        if ref.request != self.tree.open_request:
            return None
        slots = self._studio.takes.slots
        return next((slot for slot in slots if (slot.model, slot.index) == (ref.model, ref.index)), None)

    # --- going back and on

    def show_again(self, number: int, ref: TakeRef | None = None) -> None:
        """Put the takes of a request on the board again, beside the song as it is now, and let one be heard."""
        record = self._record(number)
        studio, board = self._studio, self._studio.takes
        if number != self.tree.open_request:
            if not any(not take.origins for take in record.takes):
                raise RefusedRequest(NOT_KEPT)
            studio.reject()
            request = record.request
            self.tree.reopened(number, request)
            board.reopen(request, self._answers(record), _song_of(record))
            board.mixture = self._mixture(record)
            board.follow(studio.document.score)
            studio.auditioning.join.open(request)
        slot = None if ref is None else self.slot(ref)
        studio.audition(slot)
        self._tell(Topic.TRANSPORT)

    def go_back(self, ref: TakeRef) -> None:
        """Let the song be as it was with this take in it: one undo step."""
        record, take = self._found(ref)
        source = self._source(take)
        score = self._with_take(record, take, source)
        self._commit(f"Go back to {take.title}", score)
        self._keep_origin(record, take, source)
        self.tree.entered(ref, source, score)
        self.tree.settle(score)

    def go_back_before(self, number: int) -> None:
        """Let the song be as it was when the models were asked: one undo step."""
        record = self._record(number)
        self._refuse_without_prompt(record)
        score = _song_of(record)
        self._commit(f"Go back to before {bars_text(score, record.request.region)}", score)

    def continue_from(self, ref: TakeRef, wishes: Wishes | None = None) -> int:
        """Ask for what comes after a take, in the song as it was with it; the song of now stays as it is beside.

        Accepting one of the new takes makes that song, with both takes in it, the document: one undo step. Returns
        the engine's job number.
        """
        record, take = self._found(ref)
        studio, source = self._studio, self._source(take)
        score, region = self._with_take(record, take, source), record.request.region
        wishes = wishes or studio.wishes
        place = Place(region.tracks[0], marked=(region.start_tick, region.end_tick), tracks=region.tracks)
        request = studio.fresh_request(Verb.CONTINUE, score, place, wishes)
        beside = None if score == studio.document.score else score
        job = studio.put(request, wishes.models, wishes.choosing, beside=beside, parent=ref)
        if beside is not None:
            self._keep_origin(record, take, source)
            self.tree.entered(ref, source, beside)
        return job

    # --- replaying

    def replay(self, number: int) -> None:
        """Run the recorded batches of a request again and say whether the same notes come; the stored ones stand."""
        record = self._record(number)
        if self._replay is not None:
            raise RefusedRequest("A request is being replayed already: wait for it, or stop it.")
        if self._studio.takes.running:
            raise RefusedRequest("The models are writing: wait until they have finished, or stop them, then replay.")
        unlike = earlier_answers(self.tree.requests, record)
        self._replay = Replay(self._studio.engine, record, unlike, self.tree.machine(), self._replay_done)
        self._studio.say(f"Replaying: {self.title(record)}.")

    def stop_replay(self) -> None:
        """Let no more be written for a replay."""
        if self._replay is not None:
            self._replay.stop()
            self._replay = None

    def receive(self, message: EngineMessage) -> bool:
        """Take in what the engine tells; whether it belonged to a replay."""
        return self._replay is not None and self._replay.receive(message)

    def _replay_done(self, found: Replayed) -> None:
        self._replay = None
        self.replayed[found.request] = found
        self._studio.say(found.sentence)
        for told in tuple(self.on_replayed):
            told(found)

    # --- inside

    def _record(self, number: int) -> RequestRecord:
        record = self.tree.request(number)
        if record is None:
            raise RefusedRequest(NOT_KEPT)
        return record

    def _found(self, ref: TakeRef) -> tuple[RequestRecord, TakeRecord]:
        found = self.tree.find(ref)
        if found is None:
            raise RefusedRequest(NOT_KEPT)
        return found

    def _refuse_without_prompt(self, record: RequestRecord) -> None:
        if not record.has_prompt:
            raise RefusedRequest(NO_PROMPT)

    def _with_take(self, record: RequestRecord, take: TakeRecord, source: int) -> Score:
        """The song as it was with the take in it."""
        self._refuse_without_prompt(record)
        return score_with_take(record.request.score, take_of(record, take), source)

    def _source(self, take: TakeRecord) -> int:
        """The number of the take's notes in the song: that of before, or a new one."""
        return take.accepted[-1].source if take.accepted else self._studio.piece.next_source

    def _keep_origin(self, record: RequestRecord, take: TakeRecord, source: int) -> None:
        if not take.accepted:
            self._studio.piece.keep_origin(take_of(record, take), source)

    def _commit(self, label: str, score: Score) -> None:
        studio = self._studio
        if score == studio.document.score:
            raise RefusedRequest("The song is just as it was then: there is nothing to bring back.")
        studio.reject()
        studio.document.apply(label, Edited(score, None))
        studio.say(f"{label}.")

    def _answers(self, record: RequestRecord) -> tuple[ModelAnswer, ...]:
        """The takes of a request as the board shows them, by model; a mixture is none of them."""
        cards = {card.id: card for card in self._studio.shelf.models()}
        names = dict(record.models) | {take.model: take.model_name for take in record.takes}
        answers = []
        for model, name in names.items():
            takes = [take for take in record.takes if take.model == model and not take.origins]
            slots = tuple(self._slot(record, take) for take in takes)
            if slots:
                answers.append(ModelAnswer(cards.get(model) or _missing_card(model, name), slots, AnswerState.DONE))
        return tuple(answers)

    def _mixture(self, record: RequestRecord) -> TakeSlot | None:
        """What the user had put together from the takes that show."""
        take = next((take for take in record.takes if take.origins), None)
        mixture = None if take is None else remixed(take, record.request, self._studio.takes.slots)
        if take is not None and mixture is not None:
            mixture.mark = mark_of(take)
        return mixture

    def _slot(self, record: RequestRecord, take: TakeRecord) -> TakeSlot:
        slot = TakeSlot(take.model, take.model_name, take.index, record.request)
        slot.take, slot.notes, slot.place = take_of(record, take), take.notes, take.place
        slot.mark, slot.written = mark_of(take), take.written
        slot.source = take.accepted[-1].source if take.accepted else None
        return slot


def _song_of(record: RequestRecord) -> Score:
    """The song as it was when the models were asked, without the tracks that an accompaniment would have brought."""
    score = record.request.score
    return score.with_tracks(score.tracks[: len(score.tracks) - record.new_tracks])


def _missing_card(model: str, name: str) -> ModelCard:
    """Stands for a model that is gone: its takes can be heard and accepted, it cannot be asked."""
    return ModelCard(model, Path(), name, "", "", 0, "", (), "", {}, {}, cannot=NOT_INSTALLED)
