"""Columns of a corpus, written piece by piece: memory holds one piece at a time, however large the corpus is."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ml.tensors.piece import PieceEvents

NOTE_COLUMNS = {"onset": np.int32, "part": np.uint8, "pitch": np.uint8, "length": np.int32, "velocity": np.uint8}
FACTS = ("style", "metre", "tempo", "tonic", "minor", "flat")


class ColumnFile:
    """An .npy file that grows by its first axis; `close` writes the true length into its header."""

    def __init__(self, path: Path, dtype: type, width: int = 0) -> None:
        self.dtype, self.width, self.rows = np.dtype(dtype), width, 0
        self.file = path.open("wb")
        self._header()
        self.start = self.file.tell()

    def _header(self) -> None:
        shape = (self.rows, self.width) if self.width else (self.rows,)
        descr = np.lib.format.dtype_to_descr(self.dtype)
        header = {"descr": descr, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self.file, header)

    def append(self, values: NDArray[np.int64]) -> None:
        """Add rows at the end."""
        self.file.write(np.ascontiguousarray(values, self.dtype).tobytes())
        self.rows += len(values)

    def close(self) -> None:
        """Write the header again; numpy pads headers so that the number of rows may grow in its place."""
        if self.file.closed:
            return
        try:
            self.file.seek(0)
            self._header()
            if self.file.tell() != self.start:
                raise OSError("the header of a column grew into its values")
        finally:
            self.file.close()


class ColumnWriter:
    """Notes, bars, instruments and facts of pieces, one after the other, and where each piece starts in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = {name: ColumnFile(folder / f"{name}.npy", dtype) for name, dtype in NOTE_COLUMNS.items()}
        self.bars = ColumnFile(folder / "bars.npy", np.int32)
        self.instruments = ColumnFile(folder / "instruments.npy", np.uint8)
        self.facts = ColumnFile(folder / "facts.npy", np.int16, len(FACTS))
        self.lengths: dict[str, list[int]] = {"note_offsets": [], "bar_offsets": [], "part_offsets": []}

    def append(self, piece: PieceEvents) -> None:
        """Write one piece."""
        for name, column in self.notes.items():
            column.append(getattr(piece, name))
        self.bars.append(piece.bar_starts)
        self.instruments.append(piece.instruments)
        self.facts.append(np.array([[int(getattr(piece, fact)) for fact in FACTS]], np.int64))
        for name, count in zip(self.lengths, (len(piece), len(piece.bar_starts), len(piece.instruments)), strict=True):
            self.lengths[name].append(count)

    def close(self) -> None:
        """Finish all columns and write the offsets."""
        for column in (*self.notes.values(), self.bars, self.instruments, self.facts):
            column.close()
        for name, counts in self.lengths.items():
            np.save(self.folder / f"{name}.npy", np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))

    def __enter__(self) -> ColumnWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        for column in (*self.notes.values(), self.bars, self.instruments, self.facts):
            column.file.close()
