"""BlindTest: takes without names, compared two by two or put in order, with votes that can be taken back."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ml.requests import RefusedRequest
from studio.project.ballot import Ballot, Entrant, Heard
from studio.session.takes import TakeSlot

TOO_FEW = "A blind test needs takes of two models, or of one and the song's own bars: tick another."
MOST_RANKED = 9
"""Takes that one can put in order at once: as many as there are digits to hear them by."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A take in the test. `slot` is what is heard, `take` a hash of its notes."""

    entrant: Entrant
    slot: TakeSlot
    take: str


@dataclass(frozen=True, eq=False)
class Trial:
    """Candidates to compare at once, in the order of their letters A, B, C …; letters mean nothing beyond it."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Circumstances:
    """What every ballot of a test says of it."""

    test: str
    """Shared by its ballots and by no others, hexadecimal."""
    verb: str
    style: str
    ranking: bool
    loudness_matched: bool
    seed: int
    """Draws pairs and their order."""
    chosen: bool = False
    """Whether takes were picked from more that the models had written."""


def draw_trials(candidates: Sequence[Candidate], ranking: bool, draw: random.Random) -> tuple[Trial, ...]:
    """What is to be compared: each two entrants equally often, each take at least once against every other entrant.

    The trials come in rounds; a round has each pair of entrants once (or all of them in one ranking), with takes that
    were not in the round before while there are any. The order of pairs and the order within each is drawn anew, so
    who stops early has compared all pairs equally often but for one. Takes of one entrant are never compared: that
    says nothing about entrants. Raises RefusedRequest when there are fewer than two, or too many to rank.
    """
    groups: dict[Entrant, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.entrant, []).append(candidate)
    if len(groups) < 2:
        raise RefusedRequest(TOO_FEW)
    if ranking and len(groups) > MOST_RANKED:
        raise RefusedRequest(f"{len(groups)} cannot be put in order at once: compare them in pairs.")
    for group in groups.values():
        draw.shuffle(group)
    rounds = max(map(len, groups.values()))
    trials = []
    for number in range(rounds):
        sides = [tuple(groups)] if ranking else list(combinations(groups, 2))
        draw.shuffle(sides)
        for entrants in sides:
            chosen = [groups[entrant][number % len(groups[entrant])] for entrant in entrants]
            draw.shuffle(chosen)
            trials.append(Trial(tuple(chosen)))
    return tuple(trials)


@dataclass(eq=False)
class _Answer:
    """What became of a trial: a ballot, or None when it was skipped."""

    trial: Trial
    ballot: Ballot | None


class BlindTest:
    """One test over the takes of one request, from the first pair to the reveal. `now_s` is the time of day, in
    seconds since 1970. It neither plays nor stores anything."""

    def __init__(
        self, candidates: Sequence[Candidate], circumstances: Circumstances, now_s: Callable[[], float]
    ) -> None:
        """Draws all trials from the circumstances' seed. Raises RefusedRequest as `draw_trials` does."""
        self.candidates = tuple(candidates)
        self.circumstances = circumstances
        self.trials = draw_trials(candidates, circumstances.ranking, random.Random(circumstances.seed))  # noqa: S311
        self._now_s = now_s
        self._answers: list[_Answer] = []
        self._picked: list[tuple[int, ...]] = []
        self._cast = 0

    @property
    def trial(self) -> Trial | None:
        """What is to be compared now; None when all has been."""
        done = len(self._answers)
        return self.trials[done] if done < len(self.trials) else None

    @property
    def number(self) -> int:
        """How many trials were answered or skipped."""
        return len(self._answers)

    @property
    def ballots(self) -> tuple[Ballot, ...]:
        """The votes that stand."""
        return tuple(answer.ballot for answer in self._answers if answer.ballot is not None)

    @property
    def outcomes(self) -> tuple[tuple[Trial, Ballot], ...]:
        """The trials that were answered, each with its ballot."""
        return tuple((answer.trial, answer.ballot) for answer in self._answers if answer.ballot is not None)

    @property
    def skipped(self) -> int:
        return len(self._answers) - len(self.ballots)

    @property
    def picked(self) -> tuple[tuple[int, ...], ...]:
        """The order so far of a trial that is being put in order: groups of equally good ones, the best first."""
        return tuple(self._picked)

    @property
    def can_undo(self) -> bool:
        return bool(self._picked or self._answers)

    def pick(self, index: int, *, level: bool = False) -> Ballot | None:
        """This candidate of the trial is the best of those not yet picked, or `level` with the one picked last.

        Returns the ballot once the order is whole: in a pair at once. Raises RefusedRequest when it was picked, or
        when there is nothing to be level with.
        """
        trial = self.trial
        if trial is None or not 0 <= index < len(trial.candidates):
            return None
        if any(index in group for group in self._picked):
            raise RefusedRequest(f"{letter(index)} has its place: hear another one, or take the last step back.")
        if level and not self._picked:
            raise RefusedRequest("Say first which is best; then others can be as good as it.")
        if level:
            self._picked[-1] = (*self._picked[-1], index)
        else:
            self._picked.append((index,))
        count = sum(map(len, self._picked))
        return None if count < len(trial.candidates) and len(trial.candidates) > 2 else self.tie()

    def tie(self) -> Ballot | None:
        """All that were not yet picked share the place after those that were; in a pair, both are equally good."""
        trial = self.trial
        if trial is None:
            return None
        places = {i: place for place, group in enumerate(self._picked) for i in group}
        return self._vote(trial, tuple(places.get(i, len(self._picked)) for i in range(len(trial.candidates))))

    def skip(self) -> None:
        """No answer to this trial."""
        if self.trial is not None:
            self._answers.append(_Answer(self.trial, None))
            self._picked = []

    def undo(self) -> Ballot | None:
        """Take the last pick back, or else the last answer; returns the ballot that does not stand any more."""
        if self._picked:
            *rest, last = self._picked
            self._picked = [*rest, last[:-1]] if len(last) > 1 else rest
            return None
        return self._answers.pop().ballot if self._answers else None

    def _vote(self, trial: Trial, places: tuple[int, ...]) -> Ballot:
        facts = self.circumstances
        ballot = Ballot(
            id=f"{facts.test}-{self._cast:x}",
            test=facts.test,
            at_s=self._now_s(),
            verb=facts.verb,
            style=facts.style,
            ranking=facts.ranking,
            heard=tuple(Heard(c.entrant, c.take, p) for c, p in zip(trial.candidates, places, strict=True)),
            loudness_matched=facts.loudness_matched,
            seed=facts.seed,
            chosen=facts.chosen,
        )
        self._cast += 1
        self._answers.append(_Answer(trial, ballot))
        self._picked = []
        return ballot


def letter(index: int) -> str:
    """A, B, C … for the candidates of a trial."""
    return chr(ord("A") + index)
