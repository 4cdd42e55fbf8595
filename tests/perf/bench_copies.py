"""The copy check: reading the shipped index, and a take of 64 notes against it and against its prompt."""

from __future__ import annotations

import statistics
import tracemalloc

import numpy as np

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, Provenance, Region, Take, TakeNote, Verb
from studio.session.copy_book import read_book
from studio.session.copy_check import CopyCheck
from studio.session.start import SHIPPED_COPY_INDEX
from tests.perf.bench_project import measured_ms, row
from tests.perf.rows import Row

NOTES, PROMPT_NOTES = 64, 2000
STEP = 240


def benchmark(smoke: bool) -> list[Row]:
    reads_ms = [measured_ms(lambda: read_book(SHIPPED_COPY_INDEX)) for _ in range(2 if smoke else 10)]
    tracemalloc.start()
    book = read_book(SHIPPED_COPY_INDEX)
    held_mb = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    assert len(book.index.words)
    check = CopyCheck(SHIPPED_COPY_INDEX)
    check.report(scale_take(0))
    takes = [scale_take(seed) for seed in range(3 if smoke else 60)]
    checks_ms = [measured_ms(lambda take=take: check.report(take)) for take in takes]
    size_mb = sum(file.stat().st_size for file in SHIPPED_COPY_INDEX.iterdir()) / 1e6
    return [
        row("copy index: on disk", size_mb, "MB", "<= 6"),
        row("copy index: in memory", held_mb, "MB", "<= 40"),
        row("copy index: read on first use", statistics.median(reads_ms), note="on the thread that checks"),
        row(
            f"copy check of {NOTES} notes", statistics.median(checks_ms), hold="<= 50",
            note=f"and of {PROMPT_NOTES} notes of prompt",
        ),
        row(f"copy check of {NOTES} notes, worst", max(checks_ms)),
    ]  # fmt: skip


def scale_take(seed: int) -> Take:
    """A take that walks about a scale in eighths, as tunes do that share much with others, after a long prompt."""
    draw = np.random.default_rng(seed)
    scale = (0, 2, 4, 5, 7, 9, 11)
    walk = np.cumsum(draw.integers(-2, 3, PROMPT_NOTES + NOTES)) % 14
    pitches = [60 + 12 * (int(step) // 7) + scale[int(step) % 7] for step in walk]
    table = NoteTable.of(Note(i * STEP, STEP, pitch) for i, pitch in enumerate(pitches[:PROMPT_NOTES]))
    start = PROMPT_NOTES * STEP
    request = GenerationRequest(
        Score((Track("Tune", table),), TimeMap(480)), Region(start, start + NOTES * STEP, (0,)), Verb.CONTINUE
    )
    notes = tuple(TakeNote(0, start + i * STEP, STEP, pitch, 80, 1.0) for i, pitch in enumerate(pitches[PROMPT_NOTES:]))
    facts = {"model": "m", "checkpoint": "c", "take": 0, "bits_per_note": 1.0}
    return Take(request, notes, Provenance.of(request, prompt_start_tick=0, prompt_end_tick=start, **facts))
