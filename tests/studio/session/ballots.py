"""Ballots made up for tests: simulated listeners whose taste is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.project.ballot import Ballot, Entrant, Heard


def model(name: str, checkpoint: str = "ab") -> Entrant:
    return Entrant(name, checkpoint)


def ballot(
    number: int, test: int, places: Sequence[int], entrants: Sequence[Entrant], *, verb: str = "fill", style: str = "",
    at_s: float = 1e9, take: str = "aa",
) -> Ballot:  # fmt: skip
    heard = tuple(Heard(entrant, take, place) for entrant, place in zip(entrants, places, strict=True))
    return Ballot(f"{test:x}-{number:x}", f"{test:x}", at_s, verb, style, len(places) > 2, heard, True, 5)


def pair(test: int, first: Entrant, second: Entrant, won: float, number: int = 0) -> Ballot:
    """`won`: 1 for the first, 0 for the second, a half for a tie."""
    places = {1.0: (0, 1), 0.0: (1, 0), 0.5: (0, 0)}[won]
    return ballot(number, test, places, (first, second))


def listened(
    strengths: Sequence[float], tests: int, draw: np.random.Generator, *, ranking: bool = False, tie: float = 0.3,
    occasion: float = 0.7,
) -> list[Ballot]:  # fmt: skip
    """Each test compares all entrants once. How well each does on an occasion varies with standard deviation `occasion`
    (in log odds), so the votes of one test hang together; a difference below `tie` is no difference."""
    entrants = [model(f"m{index}") for index in range(len(strengths))]
    found = []
    for test in range(tests):
        form = np.asarray(strengths) + draw.normal(0, occasion, len(strengths))
        heard = form + draw.gumbel(size=len(strengths))
        if ranking:
            order = np.argsort(-heard)
            steps = heard[order][:-1] - heard[order][1:] > tie
            places = np.zeros(len(strengths), int)
            places[order[1:]] = np.cumsum(steps)
            found.append(ballot(0, test, places.tolist(), entrants))
            continue
        pairs = [(i, j) for i in range(len(strengths)) for j in range(i)]
        for number, (i, j) in enumerate(pairs):
            gap = form[i] - form[j] + draw.logistic()
            found.append(pair(test, entrants[i], entrants[j], 0.5 if abs(gap) < tie else float(gap > 0), number))
    return found
