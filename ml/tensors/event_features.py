"""Input columns of each kind of event: controls, parts, chords, kept rhythm, notes, ASK."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.piece import PieceEvents
from ml.tensors.window import Hints, Window

Array = NDArray[np.int64]
Places = NDArray[np.float32]

COLUMN = {name: index for index, name in enumerate(v.COLUMNS)}
NONE = np.array([0 if name in ("kind", "bar_length") else size - 1 for name, size in v.COLUMNS.items()], np.int64)
"""The row of an event that says nothing."""

MIDDLE_PITCH = 60


def note_rows(
    kind: int | Array, notes: Array, grid: BarGrid, window: Window, instruments: Array,
    delta: Array, interval_from: Array, tonic: int, minor: bool, flat: bool,
) -> tuple[Array, Places]:  # fmt: skip
    """Features (n, columns) and places (n, 3) of notes.

    `notes` (5, n): onset, part, pitch, length in steps, velocity. `delta` (n,) is the onset class or -1;
    `interval_from` (n,) the pitch before in the same part, -1 for none.
    """
    onset, part, pitch, length, velocity = notes
    rows = np.tile(NONE, (len(onset), 1))
    bar, position, bar_length = grid.locate(onset)
    drums = instruments[part] == v.DRUMS
    rows[:, COLUMN["kind"]] = kind
    rows[:, COLUMN["part"]] = part
    rows[:, COLUMN["instrument"]] = instruments[part]
    rows[:, COLUMN["pitch"]] = pitch + np.where(drums, v.PITCHES, 0)
    rows[:, COLUMN["pitch_class"]] = np.where(drums, 12, pitch % 12)
    rows[:, COLUMN["octave"]] = np.where(drums, 11, pitch // 12)
    if tonic >= 0:
        rows[:, COLUMN["degree"]] = np.where(drums, 24, (pitch - tonic) % 12 + (12 if minor else 0))
    rows[:, COLUMN["length"]] = v.length_class(length)
    if not flat:
        rows[:, COLUMN["velocity"]] = v.velocity_class(velocity)
    rows[:, COLUMN["position"]] = position % v.POSITIONS
    rows[:, COLUMN["bar_length"]] = bar_length_class(bar_length)
    rows[:, COLUMN["bar"]] = (bar - window.first_bar) % v.BAR_CYCLE
    line = (np.asarray(kind) == v.PAST) | (np.asarray(kind) == v.ASKED)
    rows[:, COLUMN["left"]] = np.where(line, np.clip(window.end_bar - bar, 0, v.BARS_LEFT - 1), v.BARS_LEFT)
    rows[:, COLUMN["delta"]] = np.where(delta >= 0, delta, v.DELTAS)
    interval = pitch - interval_from + v.INTERVALS // 2
    known = (interval_from >= 0) & ~drums & (interval >= 0) & (interval < v.INTERVALS)
    rows[:, COLUMN["interval"]] = np.where(known, interval, v.INTERVALS)
    places = np.stack([
        (onset - grid.start(window.first_bar)) / v.STEPS_PER_QUARTER,
        bar - window.first_bar + position / np.maximum(bar_length, 1),
        np.where(drums, MIDDLE_PITCH, pitch),
    ], axis=1).astype(np.float32)  # fmt: skip
    return rows, places


def bar_length_class(steps: Array) -> Array:
    """Eighth notes in a bar of `steps`, 1 to 32."""
    return np.clip((steps + 6) // 12, 1, v.BAR_LENGTHS - 1)


def previous_in_part(onset: Array, part: Array, pitch: Array, locked: NDArray[np.bool_] | None = None) -> Array:
    """Pitch of the note before in the same part, -1 for the first; each of shape (n,).

    Notes of one onset follow each other by pitch, `locked` ones before the others.
    """
    free = np.zeros(len(onset), np.int64) if locked is None else (~locked).astype(np.int64)
    order = np.lexsort((pitch, free, onset, part))
    previous = np.full(len(part), -1, np.int64)
    same = part[order[1:]] == part[order[:-1]]
    previous[order[1:]] = np.where(same, pitch[order[:-1]], -1)
    return previous


def control_rows(piece: PieceEvents, window: Window, tonic: int, minor: bool, flat: bool) -> Array:
    """Control events, then a declaration for each part of the piece; shape (controls + parts, columns)."""
    values = {
        "style": piece.style if window.style else 0,
        "metre": piece.metre,
        "tempo": piece.tempo if window.tempo else 0,
        "key": v.KEYS - 1 if tonic < 0 else tonic + (12 if minor else 0),
        "flat": int(flat),
    }
    rows = np.tile(NONE, (len(values) + len(piece.instruments), 1))
    rows[:, COLUMN["kind"]] = v.CONTROL
    rows[: len(values), COLUMN["control"]] = [v.control_value(name, value) for name, value in values.items()]
    parts = rows[len(values) :]
    numbers = np.arange(len(piece.instruments))
    parts[:, COLUMN["kind"]] = np.where(np.isin(numbers, window.asked_parts), v.ASKED_PART, v.GIVEN_PART)
    parts[:, COLUMN["part"]] = numbers
    parts[:, COLUMN["instrument"]] = piece.instruments
    return rows


def region_rows(hints: Hints) -> Array:
    """Control events on the region, (REGION_CONTROLS, columns)."""
    rows = np.tile(NONE, (len(v.REGION_CONTROLS), 1))
    rows[:, COLUMN["kind"]] = v.CONTROL
    rows[:, COLUMN["control"]] = [v.control_value("density", hints.density), v.control_value("leaps", hints.leaps)]
    return rows


def chord_rows(chords: Array, grid: BarGrid, window: Window, tonic: int, minor: bool) -> tuple[Array, Places]:
    """Features (n, columns) and places (n, 3) of chord events; `chords` as in `Hints`."""
    onset, root, quality = chords
    rows, places = time_rows(v.CHORD, onset, grid, window)
    rows[:, COLUMN["control"]] = v.control_value("chord", 0) + quality
    rows[:, COLUMN["pitch_class"]] = root
    if tonic >= 0:
        rows[:, COLUMN["degree"]] = (root - tonic) % 12 + (12 if minor else 0)
    return rows, places


def kept_rows(kept: Array, grid: BarGrid, window: Window, instruments: Array) -> tuple[Array, Places]:
    """Features (n, columns) and places (n, 3) of notes whose rhythm is told; `kept` as in `Hints`."""
    onset, part, length, contour = kept
    rows, places = time_rows(v.KEPT, onset, grid, window)
    rows[:, COLUMN["part"]] = part
    rows[:, COLUMN["instrument"]] = instruments[part]
    rows[:, COLUMN["length"]] = v.length_class(length)
    known = contour >= 0
    rows[known, COLUMN["control"]] = v.control_value("contour", 0) + contour[known]
    return rows, places


def time_rows(kind: int, onset: Array, grid: BarGrid, window: Window) -> tuple[Array, Places]:
    """Events that say their kind and where they are."""
    bar, position, bar_length = grid.locate(onset)
    rows = np.tile(NONE, (len(onset), 1))
    rows[:, COLUMN["kind"]] = kind
    rows[:, COLUMN["position"]] = position % v.POSITIONS
    rows[:, COLUMN["bar_length"]] = bar_length_class(bar_length)
    rows[:, COLUMN["bar"]] = (bar - window.first_bar) % v.BAR_CYCLE
    places = np.stack([
        (onset - grid.start(window.first_bar)) / v.STEPS_PER_QUARTER,
        bar - window.first_bar + position / np.maximum(bar_length, 1),
        np.full(len(onset), MIDDLE_PITCH),
    ], axis=1).astype(np.float32)  # fmt: skip
    return rows, places


def ask_event(grid: BarGrid, window: Window) -> tuple[Array, Places]:
    """The ASK event: features (1, columns) and place (1, 3)."""
    onset = np.array([grid.start(window.region_bar)])
    _, _, bar_length = grid.locate(onset)
    row = NONE[None].copy()
    row[0, COLUMN["kind"]] = v.ASK
    row[0, COLUMN["position"]] = 0
    row[0, COLUMN["bar_length"]] = bar_length_class(bar_length)[0]
    row[0, COLUMN["bar"]] = (window.region_bar - window.first_bar) % v.BAR_CYCLE
    row[0, COLUMN["left"]] = min(window.end_bar - window.region_bar, v.BARS_LEFT - 1)
    quarters = (onset[0] - grid.start(window.first_bar)) / v.STEPS_PER_QUARTER
    return row, np.array([[quarters, window.region_bar - window.first_bar, MIDDLE_PITCH]], np.float32)
