"""How many notes a second a model writes on this machine, measured on one short piece of work."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.music import Note, NoteTable, Score, TimeMap, Track
from ml.requests import GenerationRequest, continue_region

if TYPE_CHECKING:
    from ml.generation.items import GenerationItem

Generate = Callable[[GenerationRequest, Callable[[], bool]], "Iterator[GenerationItem]"]
ROUNDS, NOTES, ROUND_LIMIT_S = 3, 96, 1.5
"""Each round ends after so many notes or seconds; the speed is the median of the rounds."""
WARM_UP_NOTES = 8
QUIET_SHARE = 0.7
"""On a quiet machine the thread that writes has the processor for more of the time than this."""
BARS = 16


@dataclass(frozen=True, slots=True)
class Speed:
    """Notes a second of one take, its first note not counted; `checkpoint` is the SHA-256 of the weights.

    `quiet` is False when other programs took much of the processor meanwhile: the machine can do better.
    """

    checkpoint: str
    notes_per_s: float
    quiet: bool = True


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds that pass, and seconds that the calling thread gets of the processor."""

    wall_s: Callable[[], float] = time.perf_counter
    own_s: Callable[[], float] = time.thread_time


def notes_per_second(
    generate: Generate, stopped: Callable[[], bool], clocks: Clocks | None = None
) -> tuple[float, bool] | None:
    """Let a model continue the piece of `prompt`: notes a second, and whether the machine was quiet.

    None when it was stopped, or wrote fewer than two notes. Raises whatever the model raises.
    """
    clocks = clocks or Clocks()
    found: list[float] = []
    _round(generate, 0, WARM_UP_NOTES, stopped, clocks.wall_s)
    wall_s, own_s = clocks.wall_s(), clocks.own_s()
    for number in range(1, ROUNDS + 1):
        speed = _round(generate, number, NOTES, stopped, clocks.wall_s)
        if stopped():
            return None
        if speed is not None:
            found.append(speed)
    quiet = clocks.own_s() - own_s >= QUIET_SHARE * (clocks.wall_s() - wall_s)
    return (statistics.median(found), quiet) if found else None


def prompt() -> Score:
    """Sixteen bars of eighth notes that go up and down in C major."""
    degrees = (0, 1, 2, 4, 3, 2, 1, -1)
    scale = (60, 62, 64, 65, 67, 69, 71, 72)
    pitches = [scale[(degree + bar % 4) % 8] for bar in range(BARS) for degree in degrees]
    notes = NoteTable.of(Note(240 * index, 240, pitch) for index, pitch in enumerate(pitches))
    return Score((Track("Melody", notes),), TimeMap(480))


def _round(
    generate: Generate, seed: int, most: int, stopped: Callable[[], bool], clock: Callable[[], float]
) -> float | None:
    """Notes a second from the first note on, at most `most` of them; None for fewer than two."""
    from ml.generation.items import NoteItem

    score = prompt()
    request = GenerationRequest(score, continue_region(score, 0, BARS), takes=1, seed=seed)
    first_s = last_s = clock()
    count = 0
    items = generate(request, stopped)
    try:
        for item in items:
            if not isinstance(item, NoteItem):
                continue
            last_s = clock()
            count += 1
            if count == 1:
                first_s = last_s
            if count >= most or last_s - first_s > ROUND_LIMIT_S:
                break
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()
    return (count - 1) / (last_s - first_s) if count > 1 and last_s > first_s else None
