"""How long a musician waits for the engine: first ghost note, first bar, four takes, cancel; and its memory."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ml.music.midi import read_midi_file
from ml.requests import Choosing, GenerationRequest, continue_region
from ml.requests.choosing import AS_WRITTEN
from studio.engine import Engine, EngineMessage, Failed, Finished, NoteMade, Shelf, Started, Warmed
from studio.engine.machine import spare_threads
from studio.session.start import FIRST_SKETCH, SHIPPED_MODELS
from studio.session.takes import TakesBoard
from tests.perf.rows import Row

BARS, TAKES = 4, 4
DEADLINE_S = 300.0


def benchmark(smoke: bool) -> list[Row]:
    """Every shipped model that writes takes, alone and all together, on the bundled sketch, models loaded."""
    shelf = Shelf([SHIPPED_MODELS])
    models = [card.id for card in shelf.answering()]
    if not models:
        return [row("engine", 0, "", "", f"not measured: no models in {SHIPPED_MODELS.name}")]
    stopwatch = Stopwatch(Engine(shelf))
    try:
        rows = [row("models loaded, torch imported", stopwatch.warm_up(models), "s")]
        asked = [[model] for model in models] + ([models] if len(models) > 1 else [])
        for who in asked:
            rows += answer_rows(stopwatch, who, 1 if smoke else 7)
        rows += cancel_rows(stopwatch, models, 2 if smoke else 20)
    finally:
        stopwatch.engine.close()
    return [*rows, row(f"peak memory with {' and '.join(models)} loaded", peak_memory_mb(), "MB", "<= 1000")]


def answer_rows(stopwatch: Stopwatch, models: list[str], times: int) -> list[Row]:
    name = " + ".join(models)
    first = stopwatch.answer(models, seed=0)
    waits = [stopwatch.answer(models, seed) for seed in range(1, times + 1)]

    def middle(what: str, title: str, unit: str, scale: float, hold: str) -> Row:
        values = [getattr(wait, what) * scale for wait in waits]
        note = f"median of {times}, slowest {max(values):.3g}, first of all {getattr(first, what) * scale:.3g}"
        return row(f"{name}: {title}", statistics.median(values), unit, hold, note)

    together = len(models) > 1
    return [
        middle("note_s", "first ghost note", "ms", 1e3, "<= 300"),
        middle("bar_s", "first bar of the first take playable", "s", 1, "<= 1"),
        # The promise is for the takes of one model; together they share the one thread.
        middle("takes_s", f"{TAKES} takes of {BARS} bars", "s", 1, "" if together else "<= 3"),
        row(f"{name}: notes a second", statistics.median(w.notes / w.takes_s for w in waits), "/s", "",
            f"{TAKES} takes, {spare_threads()} thread{'s' * (spare_threads() > 1)}"),
    ]  # fmt: skip


def cancel_rows(stopwatch: Stopwatch, models: list[str], times: int) -> list[Row]:
    cancels = [stopwatch.cancel(models, seed) for seed in range(times)]
    shown, free = ([cancel[which] * 1e3 for cancel in cancels] for which in (0, 1))
    return [
        row("cancel visible", max(shown), "ms", "<= 200", f"slowest of {times}"),
        row("cancel to the next job at work", max(free), "ms", "", f"slowest of {times}"),
    ]


@dataclass(frozen=True)
class Wait:
    """Seconds from asking: to the first note, to the first whole bar of any take, to the last take; all notes that
    streamed; and by model the seconds to its first whole bar."""

    note_s: float
    bar_s: float
    takes_s: float
    notes: int
    bars_s: dict[str, float]


class Stopwatch:
    """An engine, and the time at which each of its messages could be read."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._woken = threading.Event()
        engine.on_message = self._woken.set
        score = read_midi_file(FIRST_SKETCH).score
        track = next(i for i, t in enumerate(score.tracks) if len(t.notes))
        self._request = GenerationRequest(score, continue_region(score, track, BARS), takes=TAKES)

    def warm_up(self, models: list[str]) -> float:
        asked_s = time.perf_counter()
        self.engine.warm_up(models)
        waiting = set(models)
        while waiting:
            for message in self._next():
                if isinstance(message, Warmed):
                    if message.sentence:
                        raise RuntimeError(message.sentence)
                    waiting.discard(message.model)
        return time.perf_counter() - asked_s

    def answer(self, models: list[str], seed: int, choosing: Choosing = AS_WRITTEN) -> Wait:
        board, request = TakesBoard(), self._with_seed(seed)
        bars_s: dict[str, float] = {}
        note_s = bar_s = 0.0
        notes = 0
        asked_s = time.perf_counter()
        job = self.engine.submit(request, models, choosing)
        board.open(job, request, [self.engine.shelf.find(model) for model in models], request.score)
        while board.running:
            for message in self._next():
                now_s = time.perf_counter() - asked_s
                if isinstance(message, Failed):
                    raise RuntimeError(message.sentence)
                board.receive(message)
                if isinstance(message, NoteMade):
                    notes += 1
                    note_s = note_s or now_s
                for slot in board.slots:
                    if slot.model not in bars_s and slot.playable_notes:
                        bars_s[slot.model] = now_s
                bar_s = min(bars_s.values(), default=0.0)
        return Wait(note_s, bar_s, time.perf_counter() - asked_s, notes, bars_s)

    def cancel(self, models: list[str], seed: int) -> tuple[float, float]:
        """Seconds from cancelling a job in full swing to its last message, and to the start of the next job."""
        job = self.engine.submit(self._with_seed(seed), models)
        written = 0
        while written < 8:
            written += sum(isinstance(message, NoteMade) for message in self._next())
        cancelled_s = time.perf_counter()
        self.engine.cancel(job)
        while not any(isinstance(m, Finished) and m.job == job for m in self._next()):
            pass
        shown_s = time.perf_counter() - cancelled_s
        after = self.engine.submit(self._with_seed(seed), models[:1])
        while not any(isinstance(m, Started) and m.job == after for m in self._next()):
            pass
        free_s = time.perf_counter() - cancelled_s
        self.engine.cancel(after)
        return shown_s, free_s

    def _with_seed(self, seed: int) -> GenerationRequest:
        request = self._request
        return GenerationRequest(request.score, request.region, takes=TAKES, seed=seed)

    def _next(self) -> list[EngineMessage]:
        if not self._woken.wait(DEADLINE_S):
            raise RuntimeError(f"the engine said nothing for {DEADLINE_S} s")
        self._woken.clear()
        return self.engine.poll()


def peak_memory_mb() -> float:
    """The most memory that this process had in use, in millions of bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss would count what the starting process had in use before this one was loaded.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def row(name: str, value: float, unit: str = "", hold: str = "", note: str = "") -> Row:
    return {"name": name, "value": value, "unit": unit, "hold": hold, "note": note}
