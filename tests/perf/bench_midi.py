"""Reading and writing MIDI files of 10,000 and 150,000 notes, beside mido."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import mido
import numpy as np

from ml.music import NoteTable, Score, Track
from ml.music.midi import read_midi, write_midi
from tests.perf.rows import Row


def piece(note_count: int) -> Score:
    """Random notes on ten tracks, always the same ones."""
    draw = np.random.default_rng(1)
    rows = note_count // 10
    return Score(
        tuple(
            Track(
                f"Part {number}",
                NoteTable.from_columns(
                    start=draw.integers(0, 4_000_000, rows),
                    length=draw.integers(1, 4000, rows),
                    pitch=draw.integers(20, 110, rows),
                    velocity=draw.integers(1, 127, rows),
                ),
                channel=number if number < 9 else 10,
            )
            for number in range(10)
        )
    )


def best_s(call: Callable[[], object], repeats: int) -> float:
    """The shortest of some runs: what the machine can do when nobody disturbs it."""
    runs = []
    for _ in range(repeats):
        start_s = time.perf_counter()
        call()
        runs.append(time.perf_counter() - start_s)
    return min(runs)


def benchmark(smoke: bool) -> list[Row]:
    rows: list[Row] = []
    for count in (500,) if smoke else (10_000, 150_000):
        score = piece(count)
        data = write_midi(score)
        repeats = 1 if smoke else 3
        hold = "<= 3000" if count == 150_000 else ""
        timed: tuple[tuple[str, Callable[[], object], str], ...] = (
            ("read", lambda data=data: read_midi(data), hold),  # type: ignore[misc]
            ("write", lambda score=score: write_midi(score), ""),  # type: ignore[misc]
            ("read by mido", lambda data=data: mido.MidiFile(file=io.BytesIO(data)), ""),  # type: ignore[misc]
        )
        for what, call, limit in timed:
            value = 1e3 * best_s(call, repeats)
            rows.append(
                {"name": f"MIDI {what}, {count:,} notes", "value": value, "unit": "ms", "hold": limit, "note": ""}
            )
    return rows
