"""What a training row tells about its region: locked notes, chords, kept rhythm, density, leaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.music.harmony import likely_chords
from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.event_features import Array, previous_in_part
from ml.tensors.piece import PieceEvents
from ml.tensors.window import Hints, Window

Rng = np.random.Generator
Bools = NDArray[np.bool_]


def random_hints(piece: PieceEvents, window: Window, rng: Rng, vary: bool) -> Hints:
    """Hints that are true of the piece, each left out more often than not. `vary`: the region's rhythm is told."""
    grid = BarGrid(piece.bar_starts)
    region, end = grid.start(window.region_bar), grid.start(window.end_bar)
    asked = np.isin(piece.part, window.asked_parts) & (piece.onset >= region) & (piece.onset < end)
    locked = None
    if asked.any() and rng.random() < (0.5 if vary else 0.12):
        share = rng.uniform(0.05, 0.9 if vary else 0.5)
        locked = asked & (rng.random(len(asked)) < share)
        asked &= ~locked
    kept = kept_notes(piece, asked, contour=bool(rng.random() < 0.5)) if vary and asked.any() else None
    density, leaps = region_levels(piece, window, asked, end - region)
    told = rng.random(3)
    chords = chord_events(piece, grid, window.first_bar, window.end_bar) if told[0] < 0.12 else None
    return Hints(
        locked=locked,
        density=density if told[1] < 0.3 else 0,
        leaps=leaps if told[2] < 0.3 else 0,
        **({} if chords is None else {"chords": chords}),
        **({} if kept is None else {"kept": kept}),
    )


def kept_notes(piece: PieceEvents, asked: Bools, contour: bool) -> Array:
    """The asked notes' (onset, part, length, contour) as `Hints.kept`; contour -1 unless wanted and known."""
    onset, part, pitch = piece.onset[asked], piece.part[asked], piece.pitch[asked]
    previous = previous_in_part(onset, part, pitch)
    moves = np.where(previous < 0, -1, np.sign(pitch - previous) + 1)
    return np.stack([onset, part, piece.length[asked], moves if contour else np.full(len(onset), -1)])


def region_levels(piece: PieceEvents, window: Window, asked: Bools, steps: int) -> tuple[int, int]:
    """Density and leaps of the asked notes as levels; 0 where there is nothing to go by."""
    onset, part, pitch = piece.onset[asked], piece.part[asked], piece.pitch[asked]
    if not len(onset) or steps <= 0:
        return 0, 0
    onsets = len(np.unique(onset * v.PARTS + part))
    density = v.density_level(onsets / (steps / v.STEPS_PER_QUARTER) / max(len(np.unique(part)), 1))
    melodic = piece.instruments[part] != v.DRUMS
    order = np.lexsort((-pitch, onset, part))
    order = order[melodic[order]]
    # One note for each onset of a part, the highest: the line that is heard.
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(onset[order]) != 0) | (np.diff(part[order]) != 0)
    line = order[first]
    steps_between = np.abs(np.diff(pitch[line]))[np.diff(part[line]) == 0]
    return density, v.leap_level(float(np.mean(steps_between > 2))) if len(steps_between) >= 3 else 0


def chord_events(piece: PieceEvents, grid: BarGrid, first_bar: int, end_bar: int) -> Array:
    """Chords of each half bar where they change, as `Hints.chords`."""
    starts = np.array([grid.start(bar) for bar in range(first_bar, end_bar + 1)], np.int64)
    halves = np.unique(np.concatenate([starts[:-1], (starts[:-1] + starts[1:]) // 2]))
    borders = np.append(halves, starts[-1])
    melodic = piece.instruments[piece.part] != v.DRUMS
    low, high = np.searchsorted(piece.onset, (borders[0], borders[-1]), "left")
    rows = np.arange(low, high)[melodic[low:high]]
    weights = np.zeros((len(halves), 12))
    onset, end, classes = piece.onset[rows], piece.onset[rows] + piece.length[rows], piece.pitch[rows] % 12
    where = np.searchsorted(borders, onset, "right") - 1
    # A note counts in the span where it starts and in the one after, for as long as it sounds there.
    for later in (0, 1):
        span = where + later
        inside = span < len(halves)
        heard = np.minimum(end, borders[np.minimum(span + 1, len(halves))]) - np.maximum(
            onset, borders[np.minimum(span, len(halves))]
        )
        np.add.at(weights, (span[inside], classes[inside]), np.maximum(heard[inside], 0))
    root, quality = likely_chords(weights)
    sure = root >= 0
    changed = np.ones(len(halves), bool)
    changed[1:] = (root[1:] != root[:-1]) | (quality[1:] != quality[:-1])
    shown = sure & changed
    return np.stack([halves[shown], root[shown], quality[shown]])
