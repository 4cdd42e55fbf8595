"""What a note costs by how much is given: the time of a single take, as a musician would wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch

from ml.evaluation.bench import Bench
from ml.evaluation.board import Section, Table, Value
from ml.generation import NoteItem, generate
from ml.models.checkpoint import LoadedModel
from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, continue_region

GIVEN_NOTES = (256, 1024, 4096)
QUARTER, NOTES_PER_BAR, ASKED_BARS = 480, 8, 8
DEFINITION = (
    "One take of one melody in eighth notes, continued by 8 bars, with so many notes before it: milliseconds from the "
    "request to the first note, and from one note to the next, mean of the take. Models read as much of what is given "
    "as their rows hold. The machine may have been busy with other work: see the benchmarks for speed on a quiet one."
)

Clock = Callable[[], float]


def cost_section(bench: Bench, clock: Clock = time.perf_counter) -> Section:
    """The section "cost"."""
    rows = {model.id: cost_row(model, bench.seed, clock) for model in bench.models}
    bench.report("cost of a note measured")
    columns = tuple(name for given in GIVEN_NOTES for name in (first_note(given), each_note(given)))
    facts = {
        "threads": torch.get_num_threads(),
        "seed": bench.seed,
        "parameters": {model.id: model.network.parameter_count for model in bench.models},
        "checkpoints": {model.id: model.checkpoint for model in bench.models},
    }
    return Section("cost", "What a note costs", DEFINITION, (Table("milliseconds", columns, rows),), facts)


def first_note(given: int) -> str:
    return f"first of {given:,}"


def each_note(given: int) -> str:
    return f"next of {given:,}"


def cost_row(model: LoadedModel, seed: int, clock: Clock) -> dict[str, Value]:
    """Milliseconds to the first and to each further note, by how many notes are given."""
    row: dict[str, Value] = {}
    note_times(model, GIVEN_NOTES[0], seed, clock)  # what only the first answer ever costs
    for given in GIVEN_NOTES:
        times = note_times(model, given, seed, clock)
        if len(times) > 2:
            row[first_note(given)] = 1000 * times[1]
            # The mean: notes may come in groups.
            row[each_note(given)] = 1000 * (times[-1] - times[1]) / (len(times) - 2)
    return row


def note_times(model: LoadedModel, given: int, seed: int, clock: Clock) -> list[float]:
    """Seconds since the request, which is first in the list, at which each note of one take came."""
    score = melody(given)
    request = GenerationRequest(score, continue_region(score, 0, ASKED_BARS), takes=1, seed=seed)
    started = clock()
    times = [0.0]
    for item in generate(model, request, lambda: False):
        if isinstance(item, NoteItem):
            times.append(clock() - started)
    return times


def melody(notes: int) -> Score:
    """Eighth notes that wander about a scale, the same every time."""
    random = np.random.default_rng(0)
    scale = np.array([pitch for pitch in range(57, 82) if pitch % 12 in (0, 2, 4, 5, 7, 9, 11)])
    place = np.clip(np.cumsum(random.integers(-2, 3, notes)) % (2 * len(scale)), 0, None)
    pitches = scale[np.where(place < len(scale), place, 2 * len(scale) - 1 - place)]
    line = [Note(i * QUARTER // 2, QUARTER // 2, int(pitch), 80) for i, pitch in enumerate(pitches)]
    return Score((Track("Melody", NoteTable.of(line)),), TimeMap(QUARTER))
