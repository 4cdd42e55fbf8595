"""Ranking: from all that a model wrote for a request, the different takes that are worth showing, best first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.generation.criteria import Criteria, placed_of, sketch_of
from ml.generation.guards import fault
from ml.generation.prompt import Prompt, make_prompt
from ml.generation.ranking_words import reasons, what_was_done
from ml.generation.surprise import surprise_of_takes
from ml.measures.alikeness import Sketch, most_alike, same_notes
from ml.models.checkpoint import LoadedModel
from ml.requests import NOTE_FIELDS, Choosing, GenerationRequest, RankedTake, Take, TakeNote

ALIKE_SHARE = 0.85
"""From this share of equal notes on two takes are nearly the same."""
WEIGHTS: Mapping[str, float] = {"by_surprise": 0.5, "by_leanings": 1.0, "by_ending": 0.2, "by_form": 0.25}
"""How much a deviation of each judgement within the pool counts; chosen on validation passages."""
DIVERSITY = 1.0
"""What full likeness to a take that is shown already costs, in the same measure."""

EMPTY, ALIKE, EARLIER = "nearly empty or stuck", "nearly the same as another", "nearly the same as an earlier one"


@dataclass(frozen=True)
class Candidate:
    """One of all that were written; `number` counts them from 0. `changes`: what tidying did to it."""

    number: int
    take: Take
    changes: Counter[str]


@dataclass(frozen=True)
class Choice:
    """At most as many takes as were asked for, best first, and what was done in plain words."""

    takes: tuple[RankedTake, ...]
    sentence: str


def choose(
    request: GenerationRequest,
    candidates: Sequence[Candidate],
    choosing: Choosing,
    judge: LoadedModel | None,
    judge_name: str,
    cancelled: Callable[[], bool],
) -> Choice:
    """Leave out what nobody wants to hear, put the rest in order, and pick different ones.

    `candidates` of `request` and its other rounds. `judge` is the second model, None where there is none. At least
    one candidate is shown. The same candidates give the same choice.
    """
    left_out: Counter[str] = Counter()
    kept = list(candidates)
    sketches = {candidate.number: sketch_of(request, placed_of(candidate.take.notes)) for candidate in candidates}
    if choosing.drop_alike:
        earlier = [sketch_of(request, placed) for placed in request.unlike]
        kept = _without(kept, lambda c: EARLIER if is_among(sketches[c.number], earlier) else None, left_out)
    if choosing.drop_empty:
        prompt = make_prompt(request)
        kept = _without(kept, lambda c: EMPTY if nothing_in_it(prompt, c.take) else None, left_out)
    bits = [math.nan] * len(kept)
    if judge is not None and choosing.by_surprise:
        bits = bits_under(judge, request, [candidate.take.notes for candidate in kept], cancelled)
    scores = scored(request, kept, choosing, bits)
    totals = {
        candidate.number: sum(WEIGHTS[name] * values[index] for name, values in scores.items())
        for index, candidate in enumerate(kept)
    }
    # The better one of two that are nearly the same is kept; without any order, the earlier one.
    in_order = sorted(kept, key=lambda c: (-totals[c.number], c.number))
    if choosing.drop_alike:
        known: list[Sketch] = []

        def twin(candidate: Candidate) -> str | None:
            mine = sketches[candidate.number]
            if is_among(mine, known):
                return ALIKE
            known.append(mine)
            return None

        in_order = _without(in_order, twin, left_out)
    if choosing.diverse:
        in_order = different_first(in_order, totals, sketches, request.takes)
    shown = in_order[: request.takes]
    rows = {candidate.number: row for row, candidate in enumerate(kept)}
    takes = tuple(
        RankedTake(
            candidate.take,
            candidate.number,
            reasons(
                {name: float(values[rows[candidate.number]]) for name, values in scores.items()},
                bits[rows[candidate.number]],
                judge_name,
                request,
            ),
        )
        for candidate in shown
    )
    changes = sum((candidate.changes for candidate in shown), Counter[str]())
    return Choice(takes, what_was_done(len(candidates), left_out, changes, tuple(scores), judge_name, len(takes)))


def nothing_in_it(prompt: Prompt, take: Take) -> bool:
    """Whether a take holds hardly anything, or got stuck: what the guards draw again, and could not draw better."""
    return fault(prompt, list(take.notes)) is not None


def is_among(sketch: Sketch, others: Sequence[Sketch]) -> bool:
    """Whether it is nearly the same as one of them."""
    return any(same_notes(sketch, other) >= ALIKE_SHARE for other in others)


def bits_under(
    model: LoadedModel, request: GenerationRequest, takes: Sequence[Sequence[TakeNote]], cancelled: Callable[[], bool]
) -> list[float]:
    """Bits per note of each take under a model, END counted and velocity not: corpora without loudness would count
    otherwise. NaN for all once `cancelled()`."""
    found = surprise_of_takes(model, request, takes, cancelled)
    if found is None:
        return [math.nan] * len(takes)
    velocity = NOTE_FIELDS.index("velocity")
    return [float(take.fields[:velocity].sum() + take.end) / max(len(take.total), 1) for take in found]


def scored(
    request: GenerationRequest, candidates: Sequence[Candidate], choosing: Choosing, bits: Sequence[float]
) -> dict[str, np.ndarray]:
    """By the name of each setting that brings an order: how far each candidate lies above the others, (candidates,) in
    standard deviations; 0 where it cannot be judged. What tells none of them apart is left out."""
    criteria = Criteria(request)
    judgements: dict[str, Callable[[Sequence[TakeNote]], float]] = {
        "by_leanings": criteria.leaning, "by_ending": criteria.ending, "by_form": criteria.form,
    }  # fmt: skip
    found = {"by_surprise": standing([-value for value in bits])} if choosing.by_surprise else {}
    found |= {
        name: standing([judge(candidate.take.notes) for candidate in candidates])
        for name, judge in judgements.items()
        if getattr(choosing, name)
    }
    return {name: values for name, values in found.items() if values.any()}


def standing(values: Sequence[float]) -> np.ndarray:
    """Each value's distance above the mean in standard deviations, 0 for what is no number."""
    numbers = np.array(values, np.float64)
    known = np.isfinite(numbers)
    found = np.zeros(len(numbers))
    if known.sum() > 1 and (deviation := numbers[known].std()) > 1e-9:
        found[known] = (numbers[known] - numbers[known].mean()) / deviation
    return found


def different_first(
    candidates: Sequence[Candidate], totals: Mapping[int, float], sketches: Mapping[int, Sketch], count: int
) -> list[Candidate]:
    """So many, one after the other: each the best by its total less what it shares with those before it.

    Greedy maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).
    """
    rest, found = list(candidates), list[Candidate]()
    while rest and len(found) < count:
        shown = [sketches[candidate.number] for candidate in found]
        best = max(
            rest,
            key=lambda c: (totals[c.number] - DIVERSITY * most_alike(sketches[c.number], shown), -c.number),
        )  # fmt: skip
        rest.remove(best)
        found.append(best)
    return found


def _without(
    candidates: Sequence[Candidate], why_not: Callable[[Candidate], str | None], left_out: Counter[str]
) -> list[Candidate]:
    """Those for which nothing speaks against them; the first one where nothing would remain."""
    found: list[Candidate] = []
    told: Counter[str] = Counter()
    for candidate in candidates:
        reason = why_not(candidate)
        if reason is None:
            found.append(candidate)
        else:
            told[reason] += 1
    if not found and candidates:
        found.append(candidates[0])
        told[next(iter(told))] -= 1
    left_out.update(+told)
    return found
