"""BlindDesk: runs blind tests on the takes that show. Names stay hidden, votes are kept at once, then the reveal."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass

from ml.requests import GenerationRequest, RefusedRequest
from studio.project.ballot import THE_SONG, Ballot, model_entrant
from studio.project.troubles import Damaged
from studio.project.vote_store import VoteStore
from studio.session.blind import TOO_FEW, BlindTest, Candidate, Circumstances, Trial, letter
from studio.session.song_entrant import song_slot, take_hash
from studio.session.studio import Studio
from studio.session.takes import TakeSlot
from studio.session.tally import Counts, count
from studio.session.topic import Topic

SEED_LIMIT = 1 << 31
NO_TAKES = "No takes are showing: ask for some first, or let the test ask for a fresh set."


@dataclass(frozen=True, slots=True)
class Plan:
    """How to test: put takes in order, or compare pairs; whether the song's own bars take part where it has some."""

    ranking: bool = False
    with_song: bool = True


@dataclass(frozen=True, eq=False)
class Revealed:
    """A test that has ended: its votes, and what each take was."""

    test: BlindTest
    counts: Counts


class BlindDesk:
    """One test at a time. `on_change` is called after each step, `on_reveal` once at the end of a test with votes.

    While a test runs or waits for its takes, `studio.takes.blind` is set; every view respects that. `now_s` tells
    seconds since 1970; `randomness` draws the seeds of the shuffles.
    """

    def __init__(
        self, studio: Studio, store: VoteStore, now_s: Callable[[], float], randomness: random.Random | None = None
    ) -> None:
        self.store = store
        self.test: BlindTest | None = None
        self.heard: int | None = None
        """Which candidate of the trial is heard."""
        self.on_change: Callable[[], None] = lambda: None
        self.on_reveal: Callable[[Revealed], None] = lambda revealed: None
        self._studio = studio
        self._now_s = now_s
        self._random = randomness or random.SystemRandom()
        self._waiting: Plan | None = None
        self._asked: GenerationRequest | None = None
        """Whose takes are tested, or will be."""
        self._known: set[int] = set()
        self._unsubscribe = studio.subscribe(self._on_studio)

    # --- what is so

    @property
    def running(self) -> bool:
        return self.test is not None

    @property
    def waiting(self) -> bool:
        """Whether a test begins as soon as its takes are written."""
        return self._waiting is not None

    @property
    def trial(self) -> Trial | None:
        return None if self.test is None else self.test.trial

    @property
    def ballots(self) -> tuple[Ballot, ...]:
        """The votes of all tests but the one that runs: counted with names, its own would tell who is who."""
        running = None if self.test is None else self.test.circumstances.test
        return tuple(ballot for ballot in self.store.ballots() if ballot.test != running)

    @property
    def unheard(self) -> tuple[int, ...]:
        """The candidates of the trial that were not yet heard: nobody should vote on them."""
        trial = self.trial
        return () if trial is None else tuple(i for i in range(len(trial.candidates)) if i not in self._known)

    def can_begin(self) -> bool:
        """Whether takes show that a test could be made of."""
        board = self._studio.takes
        return board.showing and not board.blind and not board.running and bool(board.slots)

    def song_takes_part(self) -> bool:
        """Whether the song has notes of its own in the asked bars."""
        request = self._studio.takes.request
        return request is not None and song_slot(request) is not None

    # --- beginning and ending

    def begin(self, plan: Plan) -> None:
        """Test the takes that show. Raises RefusedRequest when there is nothing to compare; then nothing changed."""
        board = self._studio.takes
        if board.request is None or not board.slots:
            raise RefusedRequest(NO_TAKES)
        if board.running:
            raise RefusedRequest("The models are still writing: wait until they are done, then start the test.")
        if not board.tracks_found:
            raise RefusedRequest("The track that these takes were written for is gone: undo its deletion first.")
        song = song_slot(board.request) if plan.with_song else None
        candidates, seed = self._candidates(song), self._random.randrange(SEED_LIMIT)
        circumstances = Circumstances(
            test=f"{self._random.getrandbits(64):016x}",
            verb=board.request.verb.value,
            style=board.request.leanings.style or "",
            ranking=plan.ranking,
            loudness_matched=True,
            seed=seed,
            chosen=any(c.slot.place is not None for c in candidates),
        )
        self.test = BlindTest(candidates, circumstances, self._now_s)
        self._asked, self._waiting = board.request, None
        board.blind, board.original = True, song
        self._next_trial()

    def begin_when_written(self, plan: Plan) -> None:
        """Test the takes that are being written, as soon as all are complete; from now on nobody sees them.

        Raises RefusedRequest when it is clear already that there will be nothing to compare.
        """
        board = self._studio.takes
        if board.request is None:
            raise RefusedRequest(NO_TAKES)
        if len(board.answers) < 2 and not (plan.with_song and self.song_takes_part()):
            raise RefusedRequest(TOO_FEW)
        self._waiting, self._asked = plan, board.request
        board.blind = True
        self._studio.audition(None)
        self.on_change()
        self._on_studio(Topic.TAKES)

    def end(self) -> None:
        """Stop now and show what was what; the votes so far stand."""
        test, board = self.test, self._studio.takes
        was_waiting = self.waiting
        self.test = self._waiting = self.heard = None
        if board.showing and board.request is self._asked:
            board.blind = False
            heard_song = board.auditioned is board.original
            if heard_song:
                self._studio.audition(None)
            board.original = None
            self._studio.audition(board.auditioned)  # whoever looks at the board is told, and loudness is as set
        self._asked = None
        self.on_change()
        if test is not None and test.ballots:
            self.on_reveal(Revealed(test, count(test.ballots)))
        elif test is not None or was_waiting:
            self._studio.say("The blind test has ended without a vote.")

    def close(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def _candidates(self, song: TakeSlot | None) -> list[Candidate]:
        """The complete takes of models as they wrote them, and the song.

        Where takes were chosen from more, one that stays only because it was heard before is no choice of the model's.
        A take from elsewhere that does not say which weights wrote it is left out: its votes would be nobody's.
        """
        board = self._studio.takes
        assert board.request is not None
        found = []
        for answer in board.answers:
            for slot in answer.slots[: board.request.takes]:
                if slot.take is None or slot.mark.discarded or slot.edited:
                    continue
                with contextlib.suppress(Damaged):
                    entrant = model_entrant(slot.model_name, slot.take.provenance.checkpoint)
                    found.append(Candidate(entrant, slot, take_hash(slot.take.notes)))
        if song is not None:
            found.append(Candidate(THE_SONG, song, take_hash(song.notes)))
        return found

    def _on_studio(self, topic: Topic) -> None:
        if topic is not Topic.TAKES or (self.test is None and self._waiting is None):
            return
        board = self._studio.takes
        if board.request is not self._asked or not board.tracks_found:
            self.end()
        elif self._waiting is not None and not board.running:
            plan, self._waiting = self._waiting, None
            try:
                self.begin(plan)
            except RefusedRequest as refusal:
                self.end()
                self._studio.say(str(refusal))

    # --- hearing and voting

    def hear(self, index: int) -> None:
        """Hear a candidate of the trial in the song."""
        trial = self.trial
        if trial is not None and 0 <= index < len(trial.candidates):
            self.heard = index
            self._known.add(index)
            self._studio.audition(trial.candidates[index].slot)
            self.on_change()

    def hear_next(self, step: int) -> None:
        """Hear the next candidate of the trial, round and round."""
        if self.trial is not None:
            count_of = len(self.trial.candidates)
            self.hear(((self.heard or 0) + step) % count_of if self.heard is not None else 0)

    def pick(self, index: int | None = None, *, level: bool = False) -> None:
        """This candidate (the one that is heard) is better; in a ranking the next in the order, or level with the last.

        Raises RefusedRequest while another one of the trial was not heard.
        """
        self._all_heard()
        chosen = self.heard if index is None else index
        if self.test is not None and chosen is not None:
            self._take_in(self.test.pick(chosen, level=level))

    def tie(self) -> None:
        """Both are equally good; in a ranking all that have no place yet. Raises RefusedRequest as `pick` does."""
        self._all_heard()
        if self.test is not None:
            self._take_in(self.test.tie())

    def skip(self) -> None:
        """No answer to this one."""
        if self.test is not None:
            self.test.skip()
            self._next_trial()

    def undo(self) -> None:
        """Take the last pick or vote back, and ask again."""
        if self.test is None or not self.test.can_undo:
            return
        before = self.test.trial
        taken_back = self.test.undo()
        if taken_back is not None:
            self.store.take_back(taken_back.id)
        if self.test.trial is before:
            self.on_change()
        else:
            self._next_trial()

    def _take_in(self, ballot: Ballot | None) -> None:
        if ballot is None:
            self.on_change()
            return
        self.store.add(ballot)
        self._next_trial()

    def _next_trial(self) -> None:
        """Hear the first candidate of the trial that is due, or end."""
        self._known.clear()
        self.heard = None
        if self.trial is None:
            self.end()
        else:
            self.hear(0)

    def _all_heard(self) -> None:
        if self.unheard:
            raise RefusedRequest(f"Hear {' and '.join(map(letter, self.unheard))} first, then say which is better.")
