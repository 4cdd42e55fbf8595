"""One request as a row of events: controls, parts, given notes, own past, ASK, asked notes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.tensors import vocabulary as v
from ml.tensors.piece import PieceEvents

Array = NDArray[np.int64]

COLUMN = {name: index for index, name in enumerate(v.COLUMNS)}
NONE = np.array([0 if name in ("kind", "bar_length") else size - 1 for name, size in v.COLUMNS.items()], np.int64)
"""The row of an event that says nothing."""

TARGETS = (
    "onset", "part", "pitch", "length", "velocity",
    "position", "cursor_position", "cursor_bar", "previous_pitch", "last_part", "last_pitch", "end_allowed",
)  # fmt: skip
"""What the head is asked at each event. `onset` -1: nothing. `velocity` -1: not to be learned. `position`: of the
next note. `cursor_*`: place in the bar, and bar length in steps, that the onset counts from. `previous_pitch`: in
the next note's part, -1 none. `last_*`: the note before in the row, for the order rule; -1 none."""
TARGET = {name: index for index, name in enumerate(TARGETS)}

MIDDLE_PITCH = 60


@dataclass(frozen=True)
class EventRow:
    """One row. `features` (events, columns) and `targets` (events, TARGETS); `places` (events, 3) holds
    quarters and bars since the window's start and the pitch, for attention; `asked` (16,) marks asked parts;
    `instruments` (16,); `tonic` 0 to 11 or -1, `minor`."""

    features: Array
    targets: Array
    places: NDArray[np.float32]
    asked: NDArray[np.bool_]
    instruments: Array
    tonic: int
    minor: bool

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True)
class Window:
    """Which bars of a piece a row covers: own past from `first_bar`, asked [region_bar, end_bar).

    `given_end_bar`: other parts' notes are given up to there. `controls` False leaves style, tempo and key unknown.
    """

    first_bar: int
    region_bar: int
    end_bar: int
    given_end_bar: int
    asked_parts: tuple[int, ...]
    style: bool = True
    key: bool = True
    tempo: bool = True


class BarGrid:
    """Bar, place and bar length of onsets, in steps; counts on in the last bar's length past the end."""

    def __init__(self, bar_starts: Array) -> None:
        self.starts = bar_starts
        self._start_list: list[int] = bar_starts.tolist()
        self.last_length = int(bar_starts[-1] - bar_starts[-2]) if len(bar_starts) > 1 else 4 * v.STEPS_PER_QUARTER
        self.lengths = np.append(np.diff(bar_starts), self.last_length)

    def start(self, bar: int) -> int:
        last = len(self.starts) - 1
        return int(self.starts[bar]) if bar <= last else int(self.starts[-1]) + (bar - last) * self.last_length

    def place(self, onset: int) -> tuple[int, int, int]:
        """`locate` for a single onset, without the cost of arrays."""
        bar = max(bisect_right(self._start_list, onset) - 1, 0)
        last = len(self._start_list) - 1
        if bar < last:
            start = self._start_list[bar]
            return bar, onset - start, self._start_list[bar + 1] - start
        more, position = divmod(onset - self._start_list[last], self.last_length)
        return last + more, position, self.last_length

    def locate(self, onsets: Array) -> tuple[Array, Array, Array]:
        """Bar number, steps into the bar, and the bar's length in steps; each of the shape of `onsets`."""
        bar = np.maximum(np.searchsorted(self.starts, onsets, "right") - 1, 0)
        past = np.maximum(onsets - self.starts[-1], 0) // self.last_length
        bar = bar + past
        known = np.minimum(bar, len(self.starts) - 1)
        start = self.starts[known] + np.maximum(bar - (len(self.starts) - 1), 0) * self.last_length
        return bar, onsets - start, np.where(bar < len(self.starts), self.lengths[known], self.last_length)


def note_rows(
    kind: int | Array, notes: Array, grid: BarGrid, window: Window, instruments: Array,
    delta: Array, interval_from: Array, tonic: int, minor: bool, flat: bool,
) -> tuple[Array, NDArray[np.float32]]:  # fmt: skip
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


def previous_in_part(part: Array, pitch: Array) -> Array:
    """Pitch of the note before in the same part, -1 for the first; shape (n,)."""
    previous = np.full(len(part), -1, np.int64)
    for value in np.unique(part):
        rows = np.flatnonzero(part == value)
        previous[rows[1:]] = pitch[rows[:-1]]
    return previous


def onset_class(distance: Array, bar_length: Array) -> Array:
    """Distance in steps as an onset class; beyond the largest, whole bars are left out."""
    over = np.maximum(distance - (v.DELTAS - 1), 0)
    bars = -(-over // np.maximum(bar_length, 1))
    # A later note must never seem simultaneous: the order rule would forbid it.
    return np.clip(distance - bars * bar_length, np.minimum(distance, 1), v.DELTAS - 1)


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


def event_row(piece: PieceEvents, window: Window, *, transpose: int = 0, louder: int = 0, ask: bool = True) -> EventRow:
    """Lay the window of the piece out as one row.

    With `ask` the asked notes and END follow the ASK event (training and evaluation); without, the row ends
    with the ASK event (a prompt). `transpose` in semitones, `louder` in MIDI velocity.
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
    own = np.isin(notes[1], window.asked_parts)
    given = notes[:, ~own & (notes[0] < given_end)]
    line = notes[:, own & (notes[0] < (end if ask else region))]
    tonic = (piece.tonic + transpose) % 12 if piece.tonic >= 0 and window.key else -1
    minor = piece.minor and tonic >= 0
    shared = (grid, window, piece.instruments)

    controls = control_rows(piece, window, tonic, minor, piece.flat)
    given_rows, given_places = note_rows(
        v.GIVEN, given, *shared, np.full(given.shape[1], -1), previous_in_part(given[1], given[2]),
        tonic, minor, piece.flat,
    )  # fmt: skip

    # Cursor of each line note: the note before, the window's start, or the region's start for the first asked.
    past_count = int(np.searchsorted(line[0], region, "left"))
    cursor = np.concatenate([[first], line[0][:-1]]) if line.shape[1] else np.zeros(0, np.int64)
    if past_count < line.shape[1]:
        cursor[past_count] = region
    _, cursor_position, cursor_bar = grid.locate(cursor)
    delta = onset_class(line[0] - cursor, cursor_bar)
    previous = previous_in_part(line[1], line[2])
    kind = np.where(np.arange(line.shape[1]) < past_count, v.PAST, v.ASKED)
    line_rows, line_places = note_rows(kind, line, *shared, delta, previous, tonic, minor, piece.flat)
    ask_row, ask_place = ask_event(grid, window)

    features = np.concatenate([controls, given_rows, line_rows[:past_count], ask_row, line_rows[past_count:]])
    nowhere = np.array([[0, 0, MIDDLE_PITCH]], np.float32)
    places = np.concatenate(
        [
            np.tile(nowhere, (len(controls), 1)),
            given_places,
            line_places[:past_count],
            ask_place,
            line_places[past_count:],
        ]
    )
    targets = np.full((len(features), len(TARGETS)), -1, np.int64)
    if ask:
        before = len(controls) + len(given_rows)
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
        targets[before - 1 : before - 1 + past_count] = columns[:past_count]
        targets[before + past_count : len(features) - 1] = columns[past_count:]
        targets[-1] = end_target(grid, line, past_count, region)
    instruments = np.zeros(v.PARTS, np.int64)
    instruments[: len(piece.instruments)] = piece.instruments
    return EventRow(
        features, targets, places, np.isin(np.arange(v.PARTS), window.asked_parts), instruments, tonic, minor
    )


def ask_event(grid: BarGrid, window: Window) -> tuple[Array, NDArray[np.float32]]:
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
