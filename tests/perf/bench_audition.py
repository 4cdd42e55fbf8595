"""How long a musician waits for many models side by side: first bar, all takes, each model's pace; and the memory."""

from __future__ import annotations

import statistics

from ml.requests import Choosing
from ml.requests.choosing import AS_WRITTEN
from studio.app import WRITING_REST
from studio.engine import Engine, Shelf
from studio.session.start import SHIPPED_MODELS
from tests.perf.bench_engine import BARS, TAKES, Stopwatch, Wait, peak_memory_mb, row
from tests.perf.rows import Row

MODELS = 4
RESTS = {"alone": 0.0, "beside a window": WRITING_REST}
"""Seconds that the engine rests after each that it writes: none in a script."""


def benchmark(smoke: bool) -> list[Row]:
    """The first four shipped models that write takes, loaded, on the bundled sketch."""
    shelf = Shelf([SHIPPED_MODELS])
    models = [card.id for card in shelf.answering()][:MODELS]
    if len(models) < MODELS:
        return [row("audition", 0, "", "", f"not measured: {len(models)} models in {SHIPPED_MODELS.name} write takes")]
    rows: list[Row] = []
    for where, rest in RESTS.items():
        stopwatch = Stopwatch(Engine(shelf, rest=rest))
        try:
            stopwatch.warm_up(models)
            for choosing in (AS_WRITTEN, Choosing()):
                stopwatch.answer(models, 0, choosing)
                waits = [stopwatch.answer(models, seed, choosing) for seed in range(1, 2 if smoke else 6)]
                rows += wait_rows(f"{where}, {tries(choosing)}", waits)
        finally:
            stopwatch.engine.close()
    memory = row(
        "peak memory with four models that have answered", peak_memory_mb(), "MB", "<= 1200", ", ".join(models)
    )
    return [*rows, memory]


def tries(choosing: Choosing) -> str:
    return f"chosen from {choosing.pool * TAKES} each" if choosing.chooses else f"{TAKES} takes each"


def wait_rows(name: str, waits: list[Wait]) -> list[Row]:
    def middle(title: str, values: list[float], hold: str) -> Row:
        note = f"median of {len(values)}, slowest {max(values):.3g}"
        return row(f"{name}: {title}", statistics.median(values), "s", hold, note)

    return [
        middle("first bar of a take playable", [wait.bar_s for wait in waits], "<= 1"),
        middle(f"{MODELS} models x {TAKES} takes of {BARS} bars", [wait.takes_s for wait in waits], "<= 15"),
        middle("last model's first bar playable", [max(wait.bars_s.values()) for wait in waits], ""),
    ]
