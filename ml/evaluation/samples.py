"""Samples: what models and floors write after held-out beginnings, beside what the composers wrote."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ml.evaluation.bench import Bench
from ml.evaluation.excerpts import Excerpt, excerpts
from ml.evaluation.ngram_writer import ngram_notes
from ml.generation import TakeItem, generate
from ml.measures.passage import Passage
from ml.models.checkpoint import LoadedModel
from ml.requests import GenerationRequest, Region, Sampling, TakeNote
from ml.training.cache import CachedCorpus

FLOOR = "bigram"
SAMPLED = (
    "Samples: the first {given} bars of up to {prompts} pieces of the split, spread evenly over it, are given and the "
    "next {asked} asked of all parts at once, one take each at temperature {temperature} and top-p {top_p}, no limits; "
    "pieces in one known metre with 4 to 400 notes in either part."
)


@dataclass(frozen=True)
class Samples:
    """Excerpts of one corpus, and by name what was written in their asked bars; empty passages where nothing was."""

    excerpts: list[Excerpt]
    written: dict[str, list[Passage]]


@dataclass
class Sampler:
    """Draws samples once for all sections that look at them."""

    bench: Bench
    _samples: dict[str, Samples] = field(default_factory=dict)

    def definition(self) -> str:
        scale, sampling = self.bench.scale, Sampling()
        return SAMPLED.format(
            given=scale.given_bars, asked=scale.asked_bars, prompts=scale.prompts,
            temperature=sampling.temperature, top_p=sampling.top_p,
        )  # fmt: skip

    def prompts(self, corpus: CachedCorpus) -> list[Excerpt]:
        scale = self.bench.scale
        return excerpts(corpus, self.bench.split, scale.prompts, scale.given_bars, scale.asked_bars)

    def samples(self, corpus: CachedCorpus) -> Samples:
        """Continuations by the floor and by every model."""
        if corpus.name not in self._samples:
            bench, chosen = self.bench, self.prompts(corpus)
            ngram, alpha = bench.floors(corpus)[FLOOR]
            random = np.random.default_rng(bench.seed)
            written = {FLOOR: [excerpt.passage(ngram_notes(ngram, alpha, excerpt, random)) for excerpt in chosen]}
            for model in bench.models:
                written[model.id] = [
                    excerpt.passage(continued(model, excerpt, bench.seed + number))
                    for number, excerpt in enumerate(chosen)
                ]
                bench.report(f"{corpus.name}: {len(chosen)} samples of {model.id}")
            self._samples[corpus.name] = Samples(chosen, written)
        return self._samples[corpus.name]


def continued(model: LoadedModel, excerpt: Excerpt, seed: int) -> tuple[TakeNote, ...]:
    """What a model writes in the asked bars; nothing if it gives no take."""
    region = Region(excerpt.start_tick, excerpt.end_tick, tuple(range(len(excerpt.score.tracks))))
    return answer(model, GenerationRequest(excerpt.prompt, region, takes=1, seed=seed)) or ()


def answer(model: LoadedModel, request: GenerationRequest) -> tuple[TakeNote, ...] | None:
    """The notes of the first take; None without one. Raises RefusedRequest."""
    takes = (item.value for item in generate(model, request, lambda: False) if isinstance(item, TakeItem))
    take = next(takes, None)
    return take.notes if take else None
