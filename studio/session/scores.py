"""Scores: Bradley-Terry strengths of entrants, with intervals, where the votes can carry them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from studio.project.ballot import Entrant
from studio.session.summary import counted
from studio.session.tally import Counts

CONFIDENCE = 0.95
FEWEST_TESTS = 6
"""n tests have C(2n - 1, n) different resamples: 6 have 462, 5 no more than 126, and one odd test would rule them."""
FEWEST_COMPARISONS = 10
"""Of one entrant with others."""
RESAMPLES = 600
"""The standard error of so many is itself known to 3 %."""
NO_SCORES = f"A score needs {FEWEST_COMPARISONS} comparisons of a model, over {FEWEST_TESTS} tests."
SEED = 1
"""Of the resampling: the same votes always give the same interval."""
PRIOR_WINS = 0.5
"""Added both ways between entrants that were compared (Jeffreys' prior for one proportion): keeps resamples finite."""
PRECISION, RESAMPLE_PRECISION, MOST_STEPS = 1e-8, 1e-4, 2000


@dataclass(frozen=True, slots=True)
class Score:
    """An entrant's strength: the logarithm of its odds against an average one, and the interval around it."""

    entrant: Entrant
    strength: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """The chance, 0 to 1, of being preferred to an average entrant; a tie counts half."""
        return as_share(self.strength)


@dataclass(frozen=True)
class Scores:
    """`scores` best first; `unscored` says in a sentence each why an entrant has none; `basis` what all rests on."""

    scores: tuple[Score, ...]
    unscored: tuple[tuple[Entrant, str], ...]
    basis: str

    def of(self, entrant: Entrant) -> Score | None:
        return next((score for score in self.scores if score.entrant == entrant), None)

    def why_not(self, entrant: Entrant) -> str:
        return next((why for found, why in self.unscored if found == entrant), "")


def as_share(strength: float) -> float:
    """The logistic function: 0 becomes a half."""
    return float(1 / (1 + np.exp(-strength)))


def scores_of(counts: Counts, confidence: float = CONFIDENCE, resamples: int = RESAMPLES) -> Scores:
    """Strengths by the Bradley-Terry model (choix, iterative Luce spectral ranking) and intervals at `confidence`.

    A tie is half a win for each, so the fit is a quasi-likelihood: its own standard error would take each tie for a
    coin toss and be too wide. Takes of one test are heard by one listener in one mood, several times over, and the
    pairs of a ranking follow from each other: a standard error from single comparisons would be too narrow. Both are
    met by resampling whole tests (scipy.stats.bootstrap), which sees how results vary and not how they should. The
    interval is strength +- t x standard error x sqrt(n / (n - 1)), t being Student's for n - 1 degrees of freedom and
    n the number of tests: resampling few tests understates by about that much (Hesterberg 2015, "What teachers should
    know about the bootstrap", section 4). It says how the strengths could come out with as many other tests like these,
    and is never narrower than if all comparisons were independent (`_least_error`): tests that happen to agree, as
    when all are ties, leave something open all the same. In simulations of 6 to 12 tests with 2 to 4 entrants, those
    of 95 % held the truth in 95 to 99 %: they err on the careful side.
    """
    unscored: dict[int, str] = {}
    kept = _scorable(counts, unscored)
    if kept:
        tests = counts.wins[:, kept][:, :, kept]
        tests = tests[tests.any(axis=(1, 2))]
        if len(tests) < FEWEST_TESTS:
            sentence = f"needs {FEWEST_TESTS} tests, there {_are(len(tests))} yet"
            unscored |= dict.fromkeys(kept, f"Too few votes: an interval {sentence}.")
            kept = []
    scores: list[Score] = []
    if kept:
        ties = counts.tied[np.ix_(kept, kept)].sum() / 2
        decided = 1 - float(ties / (tests.sum() + 2))  # as if there had been two more that were no ties
        strength, error = _fitted(tests, confidence, resamples, decided)
        scores = [
            Score(counts.entrants[row], float(s), float(s - e), float(s + e))
            for row, s, e in zip(kept, strength, error, strict=True)
        ]
    scores.sort(key=lambda score: (-score.strength, score.entrant))
    return Scores(
        tuple(scores),
        tuple((counts.entrants[row], why) for row, why in sorted(unscored.items())),
        f"{_basis(counts)} {_said_of_intervals(tests, confidence) if scores else NO_SCORES}",
    )


def _scorable(counts: Counts, unscored: dict[int, str]) -> list[int]:
    """The entrants that have strengths on one scale; `unscored` gets a sentence for each other one.

    Strengths are finite and unique only within a group in which everybody has beaten (or tied with) everybody else by
    way of others (Ford 1957; Hunter 2004, assumption 1). Of several such groups the one with most comparisons is kept.
    """
    from scipy.sparse.csgraph import connected_components

    wins = counts.wins.sum(axis=0) if len(counts.tests) else np.zeros((0, 0))
    total = wins + wins.T
    for row, record in enumerate(counts.records):
        if (made := record.comparisons) < FEWEST_COMPARISONS:
            unscored[row] = f"Too few votes: {counted(made, 'comparison')}, {FEWEST_COMPARISONS} are needed."
    left = [row for row in range(len(counts.entrants)) if row not in unscored]
    while True:
        if len(left) < 2:
            for row in left:
                unscored[row] = "Nobody to compare with: no other has enough votes against it."
            return []
        inner = wins[np.ix_(left, left)]
        _, group = connected_components(inner > 0, directed=True, connection="strong")
        sizes = [float(total[np.ix_(left, left)][group == g][:, group == g].sum()) for g in range(int(group.max()) + 1)]
        best = int(np.argmax(sizes))
        kept = [row for row, g in zip(left, group, strict=True) if g == best]
        for row in set(left) - set(kept):
            unscored[row] = _why_outside(wins, row, kept)
        if len(kept) < 2:
            left = kept
            continue
        weak = [row for row in kept if total[row, kept].sum() < FEWEST_COMPARISONS]
        if not weak:
            return kept
        for row in weak:
            unscored[row] = "Too few votes against the others here."
        left = [row for row in kept if row not in weak]


def _why_outside(wins: NDArray[np.float64], row: int, kept: list[int]) -> str:
    won, lost = float(wins[row, kept].sum()), float(wins[kept, row].sum())
    if not won and not lost:
        return "Never compared with the others here, so there is no common scale."
    if not lost:
        return "Has won every vote against the others here: better, but the votes cannot say by how much."
    if not won:
        return "Has lost every vote against the others here: weaker, but the votes cannot say by how much."
    return "Cannot be put on the scale of the others yet: its wins, or its losses, are all against others still."


def _fitted(
    tests: NDArray[np.float64], confidence: float, resamples: int, decided: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Strengths and half the width of their intervals, each of shape (entrants,); `tests` (tests, entrants, entrants).

    `decided` is the share of comparisons that were no ties.

    Imported here: the window is up before scipy is.
    """
    import choix
    from scipy import stats

    compared = (tests + tests.transpose(0, 2, 1)).sum(axis=0) > 0
    prior = PRIOR_WINS * compared
    fit = partial(choix.ilsr_pairwise_dense, max_iter=MOST_STEPS)
    strength = np.asarray(fit(tests.sum(axis=0) + prior, tol=PRECISION))

    def of_tests(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        wins = tests[rows].sum(axis=0) + prior
        return np.asarray(fit(wins, initial_params=strength, tol=RESAMPLE_PRECISION))

    found = stats.bootstrap(
        (np.arange(len(tests)),), of_tests, n_resamples=resamples, vectorized=False, method="percentile",
        rng=np.random.default_rng(SEED),
    )  # fmt: skip
    count = len(tests)
    widened = stats.t.ppf((1 + confidence) / 2, count - 1) * np.sqrt(count / (count - 1))
    least = stats.norm.ppf((1 + confidence) / 2) * _least_error(tests.sum(axis=0) + prior, strength, decided)
    return strength - strength.mean(), np.maximum(widened * np.asarray(found.standard_error), least)


def _least_error(wins: NDArray[np.float64], strength: NDArray[np.float64], decided: float) -> NDArray[np.float64]:
    """The standard error if all comparisons were independent, shape (entrants,).

    From the information of the Bradley-Terry model, sum of n p (1 - p) over pairs. A comparison that ends in a tie with
    chance t has variance p (1 - p) - t / 4 and not p (1 - p), which at p = 1/2 is 1 - t times as much.
    """
    chance = 1 / (1 + np.exp(strength[None, :] - strength[:, None]))
    weight = (wins + wins.T) * chance * (1 - chance)
    information = np.diag(weight.sum(axis=1)) - weight
    found: NDArray[np.float64] = np.sqrt(np.maximum(np.diag(np.linalg.pinv(information)), 0) * decided)
    return found


def _basis(counts: Counts) -> str:
    """What the numbers rest on, in words."""
    if not counts.comparisons:
        return "No votes yet. A blind test makes some: its takes have no names until the end."
    votes = f"{counted(counts.ballots, 'vote')} in {counted(len(counts.tests), 'test')}"
    if counts.comparisons != counts.ballots:
        votes += f" ({counted(counts.comparisons, 'comparison')}; those of one ranking hang together)"
    ties = (
        f"{counted(counts.ties, 'tie')} among them, each counted as half a win" if counts.ties else "no tie among them"
    )
    text = f"Rests on {votes}, {ties}."
    if counts.of_chosen:
        text += f" {counted(counts.of_chosen, 'vote')} compared the best of more takes, as picked by the program."
    if counts.decided_pairs:
        text += (
            f" Whoever was heard first won {counts.won_by_first} of {counted(counts.decided_pairs, 'decided pair')}."
        )
    return text


def _said_of_intervals(tests: NDArray[np.float64], confidence: float) -> str:
    """Only comparisons between the entrants that have a score count there: `tests` (tests, entrants, entrants)."""
    made = counted(round(tests.sum()), "comparison")
    return (
        f"Intervals ({confidence:.0%}) rest on {made} in {len(tests)} tests between those with a score; tests are"
        " resampled whole, as the votes of one hang together."
    )


def _are(number: int) -> str:
    return f"is {number}" if number == 1 else f"are {number}"
