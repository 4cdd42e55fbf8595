"""The difference between two note tables, so that one moved note in a long song costs one note in the journal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable


@dataclass(frozen=True, eq=False)
class NoteDelta:
    """`gone`: ids that leave the base, because they are deleted or changed; `rows`: the notes that come in."""

    gone: NDArray[np.int32]
    rows: NoteTable

    def __len__(self) -> int:
        """Rows and ids in all: the size in notes."""
        return len(self.gone) + len(self.rows)


def difference(base: NoteTable, table: NoteTable) -> NoteDelta:
    """What `applied` needs to make `table` from `base`."""
    order = np.argsort(base.id)
    ids = base.id[order]
    place = np.minimum(np.searchsorted(ids, table.id), max(len(ids) - 1, 0))
    if len(ids):
        twin = order[place]  # the row of `base` with the same id, if there is one
        same = ids[place] == table.id
        for name, values in table.columns().items():
            same &= getattr(base, name)[twin] == values
    else:
        same = np.zeros(len(table), bool)
    kept = np.isin(base.id, table.id[same])
    return NoteDelta(base.id[~kept], table.take(~same))


def applied(base: NoteTable, delta: NoteDelta) -> NoteTable:
    """The table that `difference` was taken to; ids must be unique in the result, which the caller checks."""
    kept = ~np.isin(base.id, delta.gone)
    rows = delta.rows.columns()
    columns = {name: np.concatenate([values[kept], rows[name]]) for name, values in base.columns().items()}
    return NoteTable.from_columns(**columns)
