"""Tallies: ballots chosen by task, style and time, counted as wins, ties and losses between entrants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from studio.project.ballot import Ballot, Entrant

SHORT_HASH = 6


@dataclass(frozen=True, slots=True)
class Filters:
    """Which ballots count; None for all. `style` "" means those where none was asked for.

    Of a ballot that ranks several, only the comparisons between `entrants` count.
    """

    verb: str | None = None
    style: str | None = None
    since_s: float | None = None
    """Seconds since 1970; votes from then on."""
    entrants: frozenset[Entrant] | None = None

    def holds(self, ballot: Ballot) -> bool:
        return (
            (self.verb is None or ballot.verb == self.verb)
            and (self.style is None or ballot.style == self.style)
            and (self.since_s is None or ballot.at_s >= self.since_s)
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two entrants as a ballot says: `won` 1 when `first` is better, 0 when `second` is, a half for a tie."""

    first: Entrant
    second: Entrant
    won: float
    test: str


@dataclass(frozen=True, slots=True)
class Record:
    """How an entrant fared over all comparisons that count."""

    entrant: Entrant
    wins: int
    ties: int
    losses: int

    @property
    def comparisons(self) -> int:
        return self.wins + self.ties + self.losses


@dataclass(frozen=True, eq=False)
class Counts:
    """The comparisons of some ballots. `wins[t, i, j]`: how often entrant i beat j in test t, a tie counting half for
    each; shape (tests, entrants, entrants). `tied[i, j]`: how often they tied, shape (entrants, entrants). Entrants and
    tests are sorted: the order of the votes does not matter."""

    entrants: tuple[Entrant, ...]
    tests: tuple[str, ...]
    wins: NDArray[np.float64]
    tied: NDArray[np.int64]
    records: tuple[Record, ...]
    ballots: int
    of_chosen: int
    """Ballots on takes that were picked from more."""
    comparisons: int
    ties: int
    decided_pairs: int
    """Votes on two takes that were no ties."""
    won_by_first: int
    """How many of them went to the take that was presented first: about half, if the order does not matter."""


def comparisons_of(ballot: Ballot) -> list[Comparison]:
    """All pairs of a ballot but those of takes by the same entrant: a ranking of k takes makes k (k - 1) / 2."""
    return [
        Comparison(a.entrant, b.entrant, 0.5 if a.place == b.place else float(a.place < b.place), ballot.test)
        for a, b in combinations(ballot.heard, 2)
        if a.entrant != b.entrant
    ]


def count(ballots: Iterable[Ballot], filters: Filters = Filters()) -> Counts:
    """Count the ballots that the filters let through."""
    found: list[Comparison] = []
    used = of_chosen = 0
    decided = by_first = 0
    for ballot in filter(filters.holds, ballots):
        kept = [c for c in comparisons_of(ballot) if _among(c, filters.entrants)]
        used += bool(kept)
        of_chosen += bool(kept) and ballot.chosen
        found += kept
        if not ballot.ranking:
            for comparison in kept:
                decided += comparison.won != 0.5
                by_first += comparison.won == 1.0
    entrants = tuple(sorted({e for c in found for e in (c.first, c.second)}))
    tests = tuple(sorted({c.test for c in found}))
    rows, layers = {e: i for i, e in enumerate(entrants)}, {t: i for i, t in enumerate(tests)}
    wins = np.zeros((len(tests), len(entrants), len(entrants)))
    ties = np.zeros((len(entrants), len(entrants)), np.int64)
    won: Counter[Entrant] = Counter()
    tied: Counter[Entrant] = Counter()
    lost: Counter[Entrant] = Counter()
    for c in found:
        layer, first, second = layers[c.test], rows[c.first], rows[c.second]
        wins[layer, first, second] += c.won
        wins[layer, second, first] += 1 - c.won
        ties[[first, second], [second, first]] += c.won == 0.5
        for entrant, share in ((c.first, c.won), (c.second, 1 - c.won)):
            (tied if share == 0.5 else won if share == 1 else lost)[entrant] += 1
    return Counts(
        entrants=entrants,
        tests=tests,
        wins=wins,
        tied=ties,
        records=tuple(Record(e, won[e], tied[e], lost[e]) for e in entrants),
        ballots=used,
        of_chosen=of_chosen,
        comparisons=len(found),
        ties=int(ties.sum()) // 2,
        decided_pairs=decided,
        won_by_first=by_first,
    )


def _among(comparison: Comparison, entrants: frozenset[Entrant] | None) -> bool:
    return entrants is None or (comparison.first in entrants and comparison.second in entrants)


def titles(entrants: Sequence[Entrant]) -> dict[Entrant, str]:
    """Names for people: where two checkpoints share a name, the start of the hash tells them apart."""
    shared = Counter(entrant.name for entrant in entrants)
    return {
        entrant: entrant.name
        if shared[entrant.name] == 1 or entrant.is_song
        else f"{entrant.name} ({entrant.checkpoint[:SHORT_HASH]})"
        for entrant in entrants
    }
