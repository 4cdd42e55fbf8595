"""Choosing: how the takes that are shown are chosen from more of them; RankedTake: one of these, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from ml.requests.request import GenerationRequest, RefusedRequest
from ml.requests.take import Take

MAX_POOL = 8
MAX_CANDIDATES = 64
"""A model writes at most so many candidates for one request, whatever the pool says, but always the takes asked."""
RANKINGS = ("by_surprise", "by_leanings", "by_ending", "by_form")
"""The settings that each bring one reason to prefer a take."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """What a model's takes go through before they are shown; each step can be switched off.

    `pool`: candidates written for each take that is shown, 1 to 8. `clean`: overlapping and hanging notes are ended,
    notes that the instrument or two hands cannot play are moved or left out. `drop_empty`: candidates that hold
    hardly anything or collapsed are left out. `drop_alike`: and so are those nearly the same as another, or as takes
    that were rejected before. What remains is put in order, best first, by the sum of what is switched on:
    `by_surprise` (bits per note under a second model), `by_leanings` (as dense, leaping, high and long as was asked
    for or as the song is), `by_ending` (it ends its phrase), `by_form` (it repeats itself and the song about as much
    as the song does). `diverse`: each take shown should also differ from those before it.

    `second_model` is the id of the model that judges; None takes the first other one on the shelf.
    """

    pool: int = 3
    clean: bool = True
    drop_empty: bool = True
    drop_alike: bool = True
    by_surprise: bool = True
    by_leanings: bool = True
    by_ending: bool = True
    by_form: bool = True
    diverse: bool = True
    second_model: str | None = None

    @property
    def ranks(self) -> bool:
        """Whether anything puts takes in an order other than that in which they were written."""
        return any(getattr(self, name) for name in RANKINGS)

    @property
    def for_replay(self) -> Choosing:
        """What makes a recorded take again: rerun its own `request` with this, and take number `provenance.take`."""
        return replace(AS_WRITTEN, clean=self.clean)

    @property
    def chooses(self) -> bool:
        """Whether anything can be left out or put in another order, so that there is something to choose."""
        return self.pool > 1 or self.drop_empty or self.drop_alike or self.ranks or self.diverse

    def check(self) -> None:
        """Raise RefusedRequest for a pool that cannot be."""
        if not 1 <= self.pool <= MAX_POOL:
            raise RefusedRequest(f"A pool of {self.pool} cannot be made: ask for 1 to {MAX_POOL} tries for each take.")

    def rounds(self, takes: int) -> int:
        """How often `takes` candidates are written."""
        return max(min(self.pool, MAX_CANDIDATES // max(takes, 1)), 1)

    def as_plain(self) -> dict[str, Any]:
        """As JSON: all of it, so that what was asked stays known when defaults change."""
        return asdict(self)

    @staticmethod
    def from_plain(plain: Mapping[str, Any]) -> Choosing:
        """From values that anybody may have written: what is unknown or of the wrong type has its default."""
        found: dict[str, Any] = {}
        for item in fields(Choosing):
            value = plain.get(item.name)
            if item.name == "pool":
                if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_POOL:
                    found["pool"] = value
            elif item.name == "second_model":
                if isinstance(value, str) and value:
                    found["second_model"] = value
            elif isinstance(value, bool):
                found[item.name] = value
        return Choosing(**found)


AS_WRITTEN = Choosing(1, False, False, False, False, False, False, False, False)
"""Nothing is done: as many takes as are asked for are shown as they were written."""


@dataclass(frozen=True, slots=True)
class RankedTake:
    """A take that was chosen. `number` counts all candidates of its model from 0: those below the request's `takes`
    streamed as the takes of that number. `reasons`: plain words on what speaks for it, the strongest first.

    `take.request` is the round in which it was written, with that round's seed: see `Choosing.for_replay`.
    """

    take: Take
    number: int
    reasons: tuple[str, ...] = ()


def round_request(request: GenerationRequest, number: int) -> GenerationRequest:
    """The request by which the candidates of a round are written: the first is the request, others have seeds of
    their own, so that each can be written again without the rounds before it."""
    if number == 0:
        return request
    seed = int(np.random.SeedSequence([request.seed & (1 << 64) - 1, number]).generate_state(1)[0]) >> 1
    return replace(request, seed=seed)
