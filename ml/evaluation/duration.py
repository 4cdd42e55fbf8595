"""How long a measurement will take, from a small part of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ml.evaluation.bench import Bench
from ml.evaluation.note_bits import model_note_bits
from ml.evaluation.samples import Sampler, continued
from ml.evaluation.tasks import ASKED_BARS, TASKS
from ml.training.validation import evaluation_rows, spread_pieces

FLOOR_S, SEARCH_S = 12.0, 8.0
"""Seconds, roughly, to count and tune the floors of a corpus, and to search a million training notes for copies."""
PROBE_PIECES = 2

Clock = Callable[[], float]


def expected_minutes(bench: Bench, sampler: Sampler, sections: Sequence[str], clock: Clock = time.monotonic) -> float:
    """Minutes that the sections will take on this machine as it is now."""
    bits = {"bits", "places"} & set(sections)
    samples = {"features", "copying"} & set(sections)
    seconds = FLOOR_S * len(bench.measured()) * bench.scale.floor_notes / 600_000 if bits or samples else 0.0
    if "copying" in sections:
        seconds += SEARCH_S * sum(corpus.notes("train") for corpus in bench.corpora) / 1e6
    for corpus in bench.measured():
        numbers = spread_pieces(corpus, bench.split, bench.scale.pieces)
        probe = numbers[:: max(len(numbers) // PROBE_PIECES, 1)][:PROBE_PIECES]
        rows = [row for number in probe for row in evaluation_rows(corpus.piece(number), bench.scale.notes)]
        prompts = sampler.prompts(corpus) if samples or "obedience" in sections else []
        for model in bench.models:
            if bits:
                started = clock()
                model_note_bits(model.network, rows)
                seconds += (clock() - started) * len(numbers) / len(probe)
            if prompts:
                started = clock()
                continued(model, prompts[0], bench.seed)
                one = clock() - started
                seconds += one * len(prompts) if samples else 0.0
                if "obedience" in sections:
                    share = ASKED_BARS / bench.scale.asked_bars / len(bench.measured())
                    seconds += one * len(TASKS) * bench.scale.requests * share
    return seconds / 60
