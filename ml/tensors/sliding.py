"""A whole piece as windows that slide over it, so that each of its notes is asked exactly once."""

from __future__ import annotations

import numpy as np

from ml.tensors.piece import PieceEvents
from ml.tensors.vocabulary import FRAME_EVENTS
from ml.tensors.window import Window

MAX_BARS = 192


def last_bar_that_fits(piece: PieceEvents, first_bar: int, events: int) -> int:
    """The largest bar such that [first_bar, bar) holds at most `events` notes; first_bar if one bar is too many."""
    start = int(np.searchsorted(piece.onset, piece.bar_starts[first_bar], "left"))
    bars = len(piece.bar_starts) - 1
    if len(piece) - start <= events:
        return min(bars, first_bar + MAX_BARS)
    return min(int(np.searchsorted(piece.bar_starts, piece.onset[start + events], "right")) - 1, first_bar + MAX_BARS)


def sliding_windows(piece: PieceEvents, last_bar: int, max_events: int) -> list[Window]:
    """Windows over the bars [0, last_bar) in which all parts are asked.

    The first one starts from nothing; a later one is given the second half of the bars before it as its past. A row
    holds at most `max_events` events, unless a single bar is more.
    """
    room = max_events - FRAME_EVENTS - len(piece.instruments) - 1
    asked = tuple(range(len(piece.instruments)))
    windows: list[Window] = []
    first = region = 0
    while region < last_bar:
        end = min(last_bar_that_fits(piece, first, room), last_bar)
        if end <= region:
            if first < region:
                first = region
                continue
            end = region + 1
        windows.append(Window(first, region, end, end, asked))
        first, region = end - max(1, (end - region) // 2) if end - region > 1 else end, end
    return windows
