"""Requests chosen from pieces at random, augmented: what a model learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.tensors import vocabulary as v
from ml.tensors.piece import PieceEvents
from ml.tensors.sequence import EventRow, Window, event_row

MAX_BARS = 96
ASKED_BARS = (2, 4, 8, 16)


@dataclass(frozen=True)
class Augmentation:
    """`transpose` semitones down and up; `louder` MIDI velocity either way; `hide` the chance that a row does not
    say its style, key or tempo (each on its own)."""

    transpose: tuple[int, int] = (-5, 6)
    louder: int = 12
    hide: float = 0.3


def last_bar_that_fits(piece: PieceEvents, first_bar: int, events: int) -> int:
    """The largest bar such that [first_bar, bar) holds at most `events` notes; first_bar if one bar is too many."""
    start = int(np.searchsorted(piece.onset, piece.bar_starts[first_bar], "left"))
    bars = len(piece.bar_starts) - 1
    if len(piece) - start <= events:
        return min(bars, first_bar + MAX_BARS)
    return min(int(np.searchsorted(piece.bar_starts, piece.onset[start + events], "right")) - 1, first_bar + MAX_BARS)


def random_window(piece: PieceEvents, max_events: int, rng: np.random.Generator) -> Window | None:
    """A random request of at most `max_events` events; None where the music is too dense for one bar."""
    parts = len(piece.instruments)
    room = max_events - len(v.CONTROLS) - parts - 2
    note = int(rng.integers(len(piece)))
    first = int(np.searchsorted(piece.bar_starts, piece.onset[note], "right")) - 1
    if rng.random() < 0.3 or len(piece) <= room:
        first = 0 if rng.random() < 0.8 else first // 4 * 4
    elif rng.random() < 0.7:
        first = first // 4 * 4
    end = last_bar_that_fits(piece, first, room)
    if end <= first:
        return None
    if parts == 1 or rng.random() < 0.6:
        asked = tuple(range(parts))
    elif rng.random() < 0.8:
        asked = (int(rng.integers(parts)),)
    else:
        asked = tuple(int(part) for part in np.flatnonzero(rng.random(parts) < 0.5)) or (0,)
    region = first if rng.random() < 0.3 else int(rng.integers(first, end))
    if rng.random() < 0.4:
        end = min(end, region + int(rng.choice(ASKED_BARS)))
    return Window(first, region, end, region if rng.random() < 0.5 else end, asked)


def random_row(
    piece: PieceEvents, max_events: int, augmentation: Augmentation | None, rng: np.random.Generator
) -> EventRow | None:
    """A random window of the piece as a row, augmented; None where no window was found."""
    window = random_window(piece, max_events, rng)
    if window is None:
        return None
    if augmentation is None:
        return event_row(piece, window)
    shown = rng.random(3) >= augmentation.hide
    window = Window(
        window.first_bar, window.region_bar, window.end_bar, window.given_end_bar, window.asked_parts,
        *(bool(show) for show in shown),
    )  # fmt: skip
    melodic = piece.pitch[piece.instruments[piece.part] != v.DRUMS]
    lowest, highest = (int(melodic.min()), int(melodic.max())) if len(melodic) else (60, 60)
    low, high = augmentation.transpose
    shift = int(rng.integers(max(low, -lowest), min(high, v.PITCHES - 1 - highest) + 1))
    louder = int(rng.integers(-augmentation.louder, augmentation.louder + 1))
    return event_row(piece, window, transpose=shift, louder=louder)
