"""Requests chosen from pieces at random, augmented: what a model learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.piece import PieceEvents
from ml.tensors.sequence import EventRow, event_row
from ml.tensors.sliding import last_bar_that_fits
from ml.tensors.window import NO_HINTS, Window
from ml.training.augmentation import Augmentation, doubled, halved, loosened, random_shift
from ml.training.hints import random_hints

ASKED_BARS = (1, 2, 4, 8, 16)
VERBS = {"continue": 0.5, "fill": 0.18, "vary": 0.1, "accompany": 0.16, "generate": 0.06}
"""How often each kind of request is chosen."""


def random_window(
    piece: PieceEvents, max_events: int, rng: np.random.Generator, verb: str = "continue"
) -> Window | None:
    """A random request of at most `max_events` events; None where the music is too dense for one bar."""
    parts = len(piece.instruments)
    room = max_events - v.FRAME_EVENTS - parts - 1
    if verb == "vary":
        room = room * 2 // 3
    if room < 1:
        return None
    note = int(rng.integers(len(piece)))
    first = int(np.searchsorted(piece.bar_starts, piece.onset[note], "right")) - 1
    if rng.random() < 0.3 or len(piece) <= room:
        first = 0 if rng.random() < 0.8 else first // 4 * 4
    elif rng.random() < 0.7:
        first = first // 4 * 4
    last = last_bar_that_fits(piece, first, room)
    if last <= first:
        return None
    asked = random_parts(parts, verb, rng)
    if verb == "generate":
        end = min(last, first + int(rng.choice((4, 8, 16, 32))))
        return Window(first, first, end, first, asked)
    if verb == "accompany":
        region = first if rng.random() < 0.6 else int(rng.integers(first, last))
        end = last if rng.random() < 0.5 else min(last, region + int(rng.choice(ASKED_BARS)))
        return Window(first, region, end, last if rng.random() < 0.5 else end, asked)
    if verb in ("fill", "vary"):
        region = int(rng.integers(first, last))
        end = min(last, region + int(rng.choice(ASKED_BARS)))
        return Window(first, region, end, last, asked)
    region = first if rng.random() < 0.2 else int(rng.integers(first, last))
    end = last if rng.random() < 0.6 else min(last, region + int(rng.choice(ASKED_BARS)))
    return Window(first, region, end, region if rng.random() < 0.5 else end, asked)


def random_parts(parts: int, verb: str, rng: np.random.Generator) -> tuple[int, ...]:
    """Which parts are asked: all, one or some; Accompany leaves at least one to go along with."""
    if parts == 1:
        return (0,)
    if verb == "accompany":
        count = 1 if rng.random() < 0.6 else int(rng.integers(1, parts))
        return tuple(sorted(int(part) for part in rng.choice(parts, count, replace=False)))
    if verb == "generate" or rng.random() < 0.6:
        return tuple(range(parts))
    if rng.random() < 0.8:
        return (int(rng.integers(parts)),)
    return tuple(int(part) for part in np.flatnonzero(rng.random(parts) < 0.5)) or (0,)


def random_row(
    piece: PieceEvents, max_events: int, augmentation: Augmentation | None, rng: np.random.Generator
) -> EventRow | None:
    """A random request of the piece as a row, augmented; None where no window was found."""
    verb = str(rng.choice(list(VERBS), p=list(VERBS.values())))
    if augmentation is not None and rng.random() < augmentation.stretch:
        piece = (doubled(piece) if rng.random() < 0.5 else halved(piece)) or piece
    window = random_window(piece, max_events, rng, verb)
    if window is None:
        return None
    if augmentation is None:
        return event_row(piece, window)
    hidden = rng.random(3) < augmentation.hide
    window = replace(window, style=not hidden[0], key=not hidden[1], tempo=not hidden[2])
    shift = random_shift(piece, augmentation.transpose, rng)
    louder = int(rng.integers(-augmentation.louder, augmentation.louder + 1))
    grid = BarGrid(piece.bar_starts)
    loose = window.region_bar > window.first_bar and rng.random() < augmentation.loose
    if loose:
        piece = loosened(piece, grid.start(window.first_bar), grid.start(window.region_bar), rng)
    hints = random_hints(piece, window, rng, vary=verb == "vary") if rng.random() < 0.9 else NO_HINTS
    return event_row(piece, window, transpose=shift, louder=louder, hints=hints, learn_past=not loose)
