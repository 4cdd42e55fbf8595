"""Bars on the event grid: where an onset lies in its bar."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from ml.tensors import vocabulary as v

Array = NDArray[np.int64]


class BarGrid:
    """Bar, place and bar length of onsets, in steps; counts on in the last bar's length past the end."""

    def __init__(self, bar_starts: Array) -> None:
        self.starts = bar_starts
        self._start_list: list[int] = bar_starts.tolist()
        # A bar cut short by a change of metre may be shorter than a step.
        self.last_length = max(int(np.diff(bar_starts[-2:])[0]), 1) if len(bar_starts) > 1 else 4 * v.STEPS_PER_QUARTER
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
