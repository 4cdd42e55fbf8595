"""The notes of one track as read-only numpy columns, sorted by start, then pitch, then id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

MUTED = 1
"""Flag: the note is kept and drawn dimmed, but not played."""
LOCKED = 2
"""Flag: no model may change the note."""

LAST_ID = np.iinfo(np.int32).max
BLOCK = 256
"""Notes per block of the range index: one maximum end is kept for each block."""

COLUMNS: dict[str, Any] = {
    "start": np.int64,
    "length": np.int64,
    "pitch": np.uint8,
    "velocity": np.uint8,
    "release": np.uint8,
    "flags": np.uint8,
    "id": np.int32,
    "source": np.int32,
}
"""Column names and types. `start` and `length` are ticks; `release` is the note-off velocity; `id` is
unique within the table; `source` is 0 for notes by hand or from a file, else the number of a take."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note as a friendly value, for the edges of the program. Times in ticks."""

    start: int
    length: int
    pitch: int
    velocity: int = 80
    release: int = 64
    flags: int = 0
    id: int = -1
    source: int = 0

    @property
    def end(self) -> int:
        return self.start + self.length


def _frozen(values: Any, dtype: Any) -> NDArray[Any]:
    """The values as a column that nobody can write to; one that is so already is shared, not copied."""
    if isinstance(values, np.ndarray) and values.dtype == dtype and values.base is None and not values.flags.writeable:
        return values
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


def _is_sorted(start: NDArray[Any], pitch: NDArray[Any], ids: NDArray[Any]) -> bool:
    """Whether rows are in a table's order already, as they are after most edits."""
    tied = start[1:] == start[:-1]
    tied_pitch = tied & (pitch[1:] == pitch[:-1])
    wrong = (start[1:] < start[:-1]) | (tied & (pitch[1:] < pitch[:-1])) | (tied_pitch & (ids[1:] < ids[:-1]))
    return not bool(wrong.any())


@dataclass(frozen=True, eq=False)
class NoteTable:
    """Columns of equal length, see `COLUMNS`. Build one with `of`, `from_columns` or an editing method.

    Invariants: sorted by (start, pitch, id), ids unique, arrays not writeable; starts and lengths >= 0 and
    pitches <= 127, else ValueError.
    """

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    pitch: NDArray[np.uint8]
    velocity: NDArray[np.uint8]
    release: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    id: NDArray[np.int32]
    source: NDArray[np.int32]

    def __post_init__(self) -> None:
        if any(len(column) != len(self.start) for column in self.columns().values()):
            raise ValueError("the columns of a note table have equal lengths")
        if int(self.start.min(initial=0)) < 0 or int(self.length.min(initial=0)) < 0:
            raise ValueError("a note may not start before the song nor end before it starts")
        if int(self.pitch.max(initial=0)) > 127:
            raise ValueError("pitches lie between 0 and 127")

    # --- making one

    @staticmethod
    def from_columns(**columns: Any) -> NoteTable:
        """Build a table from columns in any order of rows.

        `start`, `length` and `pitch` are required. Missing: velocity 80, release 64, flags 0, source 0,
        ids counted from 0 in sorted order. A negative id asks for a fresh one.
        """
        n = len(columns["start"])
        given = {name: np.asarray(columns[name], dtype=dtype) for name, dtype in COLUMNS.items() if name in columns}
        for name, value in (("velocity", 80), ("release", 64), ("flags", 0), ("source", 0), ("id", -1)):
            given.setdefault(name, np.full(n, value, COLUMNS[name]))
        # Fresh ids will lie above all others, so their rows come last of those that tie.
        ids = np.where(given["id"] < 0, LAST_ID, given["id"])
        if not _is_sorted(given["start"], given["pitch"], ids):
            order = np.lexsort((ids, given["pitch"], given["start"]))
            given = {name: column[order] for name, column in given.items()}
            for column in given.values():
                column.setflags(write=False)
        ids = given["id"]
        fresh = ids < 0
        if fresh.any():
            ids = ids.copy()
            first = int(ids.max(initial=-1)) + 1
            ids[fresh] = np.arange(first, first + int(fresh.sum()), dtype=np.int32)
            given["id"] = ids
        return NoteTable(**{name: _frozen(given[name], dtype) for name, dtype in COLUMNS.items()})

    @staticmethod
    def of(notes: Iterable[Note]) -> NoteTable:
        """Build a table from note values."""
        rows = list(notes)
        return NoteTable.from_columns(**{name: [getattr(row, name) for row in rows] for name in COLUMNS})

    @staticmethod
    def empty() -> NoteTable:
        return _EMPTY

    # --- reading it

    def __len__(self) -> int:
        return len(self.start)

    def __iter__(self) -> Iterator[Note]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Note:
        return Note(*(int(getattr(self, name)[index]) for name in COLUMNS))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NoteTable):
            return NotImplemented
        return self is other or all(np.array_equal(getattr(self, name), getattr(other, name)) for name in COLUMNS)

    __hash__ = None  # type: ignore[assignment]

    def columns(self) -> dict[str, NDArray[Any]]:
        """All columns by name, in the order of `COLUMNS`."""
        return {name: getattr(self, name) for name in COLUMNS}

    @cached_property
    def end(self) -> NDArray[np.int64]:
        """Tick at which each note ends, shape (notes,)."""
        return _frozen(self.start + self.length, np.int64)

    @cached_property
    def end_tick(self) -> int:
        """The latest end of any note, 0 when empty."""
        return int(self.end.max(initial=0))

    @cached_property
    def _block_ends(self) -> NDArray[np.int64]:
        """Maximum end of each block of `BLOCK` notes, shape (blocks,)."""
        if not len(self):
            return np.zeros(0, np.int64)
        return np.maximum.reduceat(self.end, np.arange(0, len(self), BLOCK))

    def sounding(self, start_tick: int, end_tick: int) -> NDArray[np.int64]:
        """Indices of notes that overlap [start_tick, end_tick), ascending; shape (found,).

        A note of length 0 counts as overlapping its own tick. Cost: a binary search, the blocks that
        hold something long enough, and the notes that start inside.
        """
        last = int(np.searchsorted(self.start, end_tick, "left"))
        first = int(np.searchsorted(self.start, start_tick, "left"))
        blocks = np.flatnonzero(self._block_ends[: (first + BLOCK - 1) // BLOCK] > start_tick)
        earlier = [
            low + np.flatnonzero(self.end[low:high] > start_tick)
            for low, high in ((int(b) * BLOCK, min(int(b) * BLOCK + BLOCK, first)) for b in blocks)
        ]
        return np.concatenate([*earlier, np.arange(first, max(first, last))]).astype(np.int64)

    def starting(self, start_tick: int, end_tick: int) -> slice:
        """Slice of the notes that start in [start_tick, end_tick)."""
        low, high = np.searchsorted(self.start, (start_tick, end_tick), "left")
        return slice(int(low), int(high))

    def rows_of(self, ids: Iterable[int]) -> NDArray[np.int64]:
        """Row indices of the notes with these ids, ascending; unknown ids are left out."""
        wanted = np.fromiter(ids, np.int64)
        return np.flatnonzero(np.isin(self.id, wanted))

    # --- changing it (each returns a new table)

    def take(self, rows: Any) -> NoteTable:
        """The table of these rows only (indices or mask); ids are kept."""
        return NoteTable.from_columns(**{name: column[rows] for name, column in self.columns().items()})

    def without(self, rows: Any) -> NoteTable:
        """The table without these rows (indices or mask)."""
        keep = np.ones(len(self), bool)
        keep[rows] = False
        return self.take(keep)

    def replaced(self, rows: Any, **columns: Any) -> NoteTable:
        """The table with new values in some columns of these rows; re-sorted only when needed."""
        new = dict(self.columns())
        for name, values in columns.items():
            column = new[name].copy()
            column[rows] = values
            new[name] = column
        if "start" in columns or "pitch" in columns:
            return NoteTable.from_columns(**new)
        return NoteTable(**{name: _frozen(column, COLUMNS[name]) for name, column in new.items()})

    def added(self, other: NoteTable) -> NoteTable:
        """The notes of both; those of `other` get fresh ids, in their order, above all ids here."""
        if not len(other):
            return self
        first = self.next_id
        columns = {name: np.concatenate([column, getattr(other, name)]) for name, column in self.columns().items()}
        columns["id"] = np.concatenate([self.id, np.arange(first, first + len(other), dtype=np.int32)])
        return NoteTable.from_columns(**columns)

    @cached_property
    def next_id(self) -> int:
        """The first id above all in the table."""
        return int(self.id.max(initial=-1)) + 1

    def without_overlaps(self) -> NoteTable:
        """Same-pitch notes clipped where the next one starts; of those at the same start the longest stays."""
        if len(self) < 2:
            return self
        order = np.lexsort((-self.length, self.start, self.pitch))
        start, pitch = self.start[order], self.pitch[order]
        same = pitch[1:] == pitch[:-1]
        keep = np.concatenate([[True], ~(same & (start[1:] == start[:-1]))])
        order = order[keep]
        start, pitch, length = self.start[order], self.pitch[order], self.length[order].copy()
        same = pitch[1:] == pitch[:-1]
        length[:-1] = np.where(same, np.minimum(length[:-1], start[1:] - start[:-1]), length[:-1])
        if len(order) == len(self) and np.array_equal(length, self.length[order]):
            return self
        columns = {name: column[order] for name, column in self.columns().items()}
        return NoteTable.from_columns(**{**columns, "length": length})


_EMPTY = NoteTable.from_columns(start=[], length=[], pitch=[])
