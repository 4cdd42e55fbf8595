"""Asking models about notes: surprise of songs and takes, what else, attention, the next pitches at a cursor."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.perf.rows import Row

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"
NAMES = ("blend", "transformer", "lstm")
SONG_NOTES, CONTEXT_NOTES, TAKES = 5000, 512, 16


def benchmark(smoke: bool) -> list[Row]:
    """The shipped models that answer about notes, on one thread, as in the program."""
    # Before torch is imported: as the program itself runs it.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    from studio.engine.machine import spare_threads

    torch.set_num_threads(spare_threads())
    rounds = 1 if smoke else 7
    return [found for name in NAMES for found in model_rows(name, smoke, rounds)]


def model_rows(name: str, smoke: bool, rounds: int) -> list[Row]:
    """What one model takes for each kind of question."""
    from ml.evaluation.note_cost import melody
    from ml.generation import TakeItem, generate, load_model
    from ml.generation.alternatives import alternatives_at
    from ml.generation.attention_view import attention_of
    from ml.generation.next_pitches import PitchMemory, next_pitches
    from ml.generation.surprise import surprise_of, surprise_of_takes
    from ml.requests import GenerationRequest, continue_region

    model = load_model(MODELS / name)
    notes = 64 if smoke else SONG_NOTES
    song, context = melody(notes), melody(16 if smoke else CONTEXT_NOTES)
    request = GenerationRequest(context, continue_region(context, 0, 4), takes=2 if smoke else TAKES)
    takes = [item.value.notes for item in generate(model, request, never) if isinstance(item, TakeItem)]
    note, cursor = len(takes[0]) // 2, context.time_map.ceil_bar(context.end_tick) - 1
    memory = PitchMemory()
    next_pitches(model, context, 0, cursor, never, memory=memory)
    written, given = sum(map(len, takes)), len(context.tracks[0].notes)
    return [
        row(f"{name}: surprise of {notes:,} notes", lambda: surprise_of(model, song, never), min(rounds, 3), "<= 5000"),
        row(
            f"{name}: surprise of {len(takes)} takes, {written} notes",
            lambda: surprise_of_takes(model, request, takes, never), rounds, "", f"after {given}",
        ),
        row(f"{name}: what else", lambda: alternatives_at(model, request, takes[0], note, never), rounds, ""),
        row(f"{name}: attention", lambda: attention_of(model, request, takes[0], note, never), rounds, ""),
        row(
            f"{name}: next pitches, {given} notes to read",
            lambda: next_pitches(model, context, 0, cursor, never), rounds, "<= 50",
        ),
        row(
            f"{name}: next pitches, after an edit",
            lambda: next_pitches(model, context.with_track(0, context.tracks[0]), 0, cursor, never, memory=memory),
            rounds, "<= 50", "at most 16 bars to read again",
        ),
        row(
            f"{name}: next pitches, cursor moved",
            lambda: next_pitches(model, context, 0, cursor - 240, never, memory=memory), rounds, "<= 5",
        ),
    ]  # fmt: skip


def never() -> bool:
    return False


def row(name: str, work: Callable[[], object], rounds: int, hold: str, note: str = "") -> Row:
    """Milliseconds of the fastest round: what else the machine does hits the others."""
    times_ms: list[float] = []
    for _ in range(rounds):
        began_s = time.perf_counter()
        work()
        times_ms.append(1000 * (time.perf_counter() - began_s))
    told = f"best of {rounds}, median {statistics.median(times_ms):.3g}" + (f", {note}" if note else "")
    return {"name": name, "value": min(times_ms), "unit": "ms", "hold": hold, "note": told}
