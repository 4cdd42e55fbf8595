"""One request as a row of events: controls, parts, given notes, own past, region controls, ASK, asked notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.tensors import vocabulary as v
from ml.tensors.bar_grid import BarGrid
from ml.tensors.event_features import (
    MIDDLE_PITCH,
    Array,
    Places,
    ask_event,
    chord_rows,
    control_rows,
    kept_rows,
    note_rows,
    previous_in_part,
    region_rows,
)
from ml.tensors.piece import PieceEvents
from ml.tensors.window import NO_HINTS, Hints, Window

TARGETS = (
    "onset", "part", "pitch", "length", "velocity",
    "position", "cursor_position", "cursor_bar", "previous_pitch", "last_part", "last_pitch", "end_allowed",
)  # fmt: skip
"""What the head is asked at each event. `onset` -1: nothing. `velocity` -1: not to be learned. `position`: of the
next note. `cursor_*`: place in the bar, and bar length in steps, that the onset counts from. `previous_pitch`: in
the next note's part, -1 none. `last_*`: the note before in the row, for the order rule; -1 none."""
TARGET = {name: index for index, name in enumerate(TARGETS)}


@dataclass(frozen=True)
class EventRow:
    """One row. `features` (events, columns) and `targets` (events, TARGETS); `places` (events, 3) holds
    quarters and bars since the window's start and the pitch, for attention; `asked` (16,) marks asked parts;
    `instruments` (16,); `tonic` 0 to 11 or -1, `minor`."""

    features: Array
    targets: Array
    places: Places
    asked: NDArray[np.bool_]
    instruments: Array
    tonic: int
    minor: bool

    def __len__(self) -> int:
        return len(self.features)


def onset_class(distance: Array, bar_length: Array) -> Array:
    """Distance in steps as an onset class; beyond the largest, whole bars are left out."""
    over = np.maximum(distance - (v.DELTAS - 1), 0)
    bars = -(-over // np.maximum(bar_length, 1))
    # A later note must never seem simultaneous: the order rule would forbid it.
    return np.clip(distance - bars * bar_length, np.minimum(distance, 1), v.DELTAS - 1)


def event_row(
    piece: PieceEvents, window: Window, *, transpose: int = 0, louder: int = 0, ask: bool = True,
    hints: Hints = NO_HINTS, learn_past: bool = True,
) -> EventRow:  # fmt: skip
    """Lay the window of the piece out as one row.

    With `ask` the asked notes and END follow the ASK event (training and evaluation); without, the row ends
    with the ASK event (a prompt). `transpose` in semitones, `louder` in MIDI velocity; both move what `hints`
    says along. `learn_past` False asks nothing at the notes of the own past.
    """
    grid = BarGrid(piece.bar_starts)
    first, region, end = (grid.start(bar) for bar in (window.first_bar, window.region_bar, window.end_bar))
    given_end = grid.start(window.given_end_bar)
    low, high = np.searchsorted(piece.onset, (first, max(end, given_end)), "left")
    drums = piece.instruments[piece.part[low:high]] == v.DRUMS
    notes = np.stack([
        piece.onset[low:high], piece.part[low:high], piece.pitch[low:high] + np.where(drums, 0, transpose),
        piece.length[low:high], np.clip(piece.velocity[low:high] + louder, 1, 127),
    ])  # fmt: skip
    locked = np.zeros(high - low, bool) if hints.locked is None else hints.locked[low:high]
    own = np.isin(notes[1], window.asked_parts)
    given = (~own & (notes[0] < given_end)) | (own & (locked | (notes[0] >= end)))
    written = own & ~locked & (notes[0] < (end if ask else region))
    # Locked notes are heard by the notes after them, so all own notes count for who comes before whom.
    before = np.full(high - low, -1, np.int64)
    before[own] = previous_in_part(notes[0, own], notes[1, own], notes[2, own], locked[own])
    line, previous = notes[:, written], before[written]
    tonic = (piece.tonic + transpose) % 12 if piece.tonic >= 0 and window.key else -1
    minor = piece.minor and tonic >= 0
    shared = (grid, window, piece.instruments)

    controls = control_rows(piece, window, tonic, minor, piece.flat)
    given_rows, given_places = given_events(piece, notes[:, given], hints, grid, window, transpose, tonic, minor)

    # Cursor of each line note: the note before, the window's start, or the region's start for the first asked.
    past_count = int(np.searchsorted(line[0], region, "left"))
    cursor = np.concatenate([[first], line[0][:-1]]) if line.shape[1] else np.zeros(0, np.int64)
    if past_count < line.shape[1]:
        cursor[past_count] = region
    _, cursor_position, cursor_bar = grid.locate(cursor)
    delta = onset_class(line[0] - cursor, cursor_bar)
    kind = np.where(np.arange(line.shape[1]) < past_count, v.PAST, v.ASKED)
    line_rows, line_places = note_rows(kind, line, *shared, delta, previous, tonic, minor, piece.flat)
    ask_row, ask_place = ask_event(grid, window)
    region_controls = region_rows(hints)

    features = np.concatenate(
        [controls, given_rows, line_rows[:past_count], region_controls, ask_row, line_rows[past_count:]]
    )
    nowhere = np.array([[0, 0, MIDDLE_PITCH]], np.float32)
    places = np.concatenate([
        np.tile(nowhere, (len(controls), 1)), given_places, line_places[:past_count],
        np.tile(ask_place, (len(region_controls) + 1, 1)), line_places[past_count:],
    ])  # fmt: skip
    targets = np.full((len(features), len(TARGETS)), -1, np.int64)
    if ask:
        last = np.concatenate([np.full((2, 1), -1), line[1:3, :-1]], axis=1) if line.shape[1] else line[1:3]
        if past_count < line.shape[1]:
            last[:, past_count] = -1
        _, position, _ = grid.locate(line[0])
        columns = np.stack([
            delta, line[1], line[2], v.length_class(line[3]),
            np.full(line.shape[1], -1) if piece.flat else v.velocity_class(line[4]),
            position % v.POSITIONS, cursor_position % v.POSITIONS, cursor_bar, previous, last[0], last[1],
            (kind == v.ASKED).astype(np.int64),
        ], axis=1)  # fmt: skip
        past_at = len(controls) + len(given_rows) - 1
        if learn_past:
            targets[past_at : past_at + past_count] = columns[:past_count]
        asked_at = past_at + past_count + len(region_controls) + 1
        targets[asked_at : len(features) - 1] = columns[past_count:]
        targets[-1] = end_target(grid, line, past_count, region)
    instruments = np.zeros(v.PARTS, np.int64)
    instruments[: len(piece.instruments)] = piece.instruments
    return EventRow(
        features, targets, places, np.isin(np.arange(v.PARTS), window.asked_parts), instruments, tonic, minor
    )


def given_events(
    piece: PieceEvents, given: Array, hints: Hints, grid: BarGrid, window: Window, transpose: int, tonic: int,
    minor: bool,
) -> tuple[Array, Places]:  # fmt: skip
    """Chords, kept rhythm and given notes (5, notes) in the order of their onsets: features and places."""
    chords = hints.chords.copy()
    chords[1] = (chords[1] + transpose) % 12
    previous = previous_in_part(given[0], given[1], given[2])
    groups = [
        chord_rows(chords, grid, window, tonic, minor),
        kept_rows(hints.kept, grid, window, piece.instruments),
        note_rows(
            v.GIVEN, given, grid, window, piece.instruments, np.full(given.shape[1], -1), previous,
            tonic, minor, piece.flat,
        ),
    ]  # fmt: skip
    if not chords.shape[1] and not hints.kept.shape[1]:
        return groups[2]
    order = np.argsort(np.concatenate([chords[0], hints.kept[0], given[0]]), kind="stable")
    features = np.concatenate([rows for rows, _ in groups])[order]
    return features, np.concatenate([places for _, places in groups])[order]


def end_target(grid: BarGrid, line: Array, past_count: int, region: int) -> Array:
    """Targets of the last event: END."""
    at = np.array([line[0, -1] if line.shape[1] > past_count else region])
    _, position, bar_length = grid.locate(at)
    target = np.full(len(TARGETS), -1, np.int64)
    target[TARGET["onset"]] = v.END
    target[TARGET["cursor_position"]] = position[0] % v.POSITIONS
    target[TARGET["cursor_bar"]] = bar_length[0]
    target[TARGET["end_allowed"]] = 1
    return target
