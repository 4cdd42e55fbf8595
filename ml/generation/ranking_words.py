"""What was done to the candidates of a model, and what speaks for a take, in plain words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from ml.requests import GenerationRequest, Verb

NOTABLE = 0.5
"""From so many standard deviations above the others on, a judgement is named as a reason."""


def reasons(
    standings: Mapping[str, float], bits: float, judge_name: str, request: GenerationRequest
) -> tuple[str, ...]:
    """What speaks for a take, the strongest first: `standings` by setting, in deviations above the others."""
    words = {
        "by_surprise": f"likely to {judge_name} ({bits:.1f} bits a note)",
        "by_leanings": leaning_words(request),
        "by_ending": "ends its phrase",
        "by_form": "repeats as much as the song does",
    }
    strongest = sorted(standings, key=lambda name: -standings[name])
    found = [words[name] for name in strongest if standings[name] >= NOTABLE]
    if math.isfinite(bits) and words["by_surprise"] not in found:
        found.append(f"{bits:.1f} bits a note to {judge_name}")
    return tuple(found)


def leaning_words(request: GenerationRequest) -> str:
    leanings = request.leanings
    if leanings.density or leanings.leaps:
        return "close to the density and leaps that you asked for" if leanings.density and leanings.leaps else (
            "about as dense as you asked" if leanings.density else "leaps about as much as you asked"
        )  # fmt: skip
    if request.verb in (Verb.ACCOMPANY, Verb.FILL):
        return "fits what is around it"
    return "goes on in the manner of the song"


RANKED_BY = {
    "by_surprise": "how likely {judge} finds them",
    "by_leanings": "how well they fit the song",
    "by_ending": "how they end",
    "by_form": "how much they repeat",
}


def what_was_done(
    count: int, left_out: Counter[str], changes: Counter[str], ranked_by: tuple[str, ...], judge_name: str, shown: int
) -> str:
    """One line or two: how many were written, left out and why, in which order they are, and what was put right."""
    sentences: list[str] = []
    if left_out:
        why = ", ".join(f"{number} {reason}" for reason, number in left_out.items())
        sentences.append(f"{left_out.total()} of {count} {_were(left_out.total())} left out: {why}.")
    remaining = count - left_out.total()
    if ranked_by:
        order = listed([RANKED_BY[name].format(judge=judge_name) for name in ranked_by])
        best = f"The best {shown} of {remaining}" if shown < remaining else f"All {shown}" if shown > 1 else "The one"
        sentences.append(f"{best} {_were(shown, 'is', 'are')} shown, in order of {order}.")
    elif shown < remaining:
        sentences.append(f"{shown} of {remaining} {_were(shown, 'is', 'are')} shown.")
    if changes:
        what = ", ".join(f"{number} {reason}" for reason, number in changes.items())
        sentences.append(f"Notes put right: {what}.")
    return " ".join(sentences)


def listed(words: list[str]) -> str:
    """ "a, b and c"."""
    return " and ".join([*([", ".join(words[:-1])] if words[:-1] else []), *words[-1:]])


def _were(count: int, one: str = "was", more: str = "were") -> str:
    return one if count == 1 else more
