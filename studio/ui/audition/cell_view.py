"""What the comparison view shows, as plain values: cells of takes, rows of models, and the bars they share."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from ml.requests import TakeNote
from studio.session.takes import TakeSlot

Ticks = tuple[int, int]


@dataclass(frozen=True)
class RollFrame:
    """What all thumbnails of one request share, so that they can be compared by eye.

    `ticks` is the asked region [start, end), `bar_ticks` its bar lines from the first on, `pitches` the lowest and
    highest to show. `given` are notes that stay among the written ones, `tracks` the asked tracks, of which `drums`
    have a strip of their own. `first_bar` is the bar of the song, from 0, in which the region begins.
    """

    ticks: Ticks
    bar_ticks: tuple[int, ...]
    pitches: tuple[int, int]
    given: tuple[TakeNote, ...] = ()
    tracks: tuple[int, ...] = ()
    drums: frozenset[int] = frozenset()
    first_bar: int = 0

    @property
    def bars(self) -> int:
        return len(self.starts)

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each bar begins inside the region."""
        inside = tuple(tick for tick in self.bar_ticks if self.ticks[0] < tick < self.ticks[1])
        return (self.ticks[0], *inside)

    def bar_at(self, tick: int) -> int:
        """The bar of the region, from 0, in which a tick lies; the first or last one for ticks outside."""
        return min(max(bisect_right(self.starts, tick) - 1, 0), self.bars - 1)

    def bars_text(self, first: int, last: int) -> str:
        """ "bar 9", "bars 9–10": bars of the region, both counted from 0 and included, as the song counts them."""
        first, last = (self.first_bar + bar + 1 for bar in (first, last))
        return f"bar {first}" if first == last else f"bars {first}–{last}"

    def bars_ticks(self, first: int, last: int) -> Ticks:
        """The ticks [start, end) of these bars, both counted from 0 and included."""
        starts = (*self.starts, self.ticks[1])
        return starts[min(first, last)], starts[max(first, last) + 1]


@dataclass(frozen=True)
class Figure:
    """One small figure below a thumbnail; `says` names it in a tooltip, `warns` gives it the warning colour.

    `short` is what a narrow cell shows of it, if not the whole `text`. One that `opens` says at a click, in a window
    that stays, what the tooltip says.
    """

    text: str
    says: str
    warns: bool = False
    short: str = ""
    opens: bool = False


@dataclass(frozen=True)
class CellView:
    """One take. `number` counts over all takes of the board and picks the colour, `digit` is its key, if any.

    `status` stands in place of the figures while the take is written. `remarks` are what the model could not honour.
    `copied` is where the first and the last note of a marked copy begin.
    """

    number: int
    slot: TakeSlot = field(repr=False)
    name: str
    notes: tuple[TakeNote, ...] = field(repr=False, compare=False)
    frame: RollFrame = field(repr=False, compare=False)
    digit: int | None = None
    done: bool = False
    heard: bool = False
    starred: bool = False
    discarded: bool = False
    label: str = ""
    note: str = ""
    status: str = ""
    figures: tuple[Figure, ...] = ()
    remarks: tuple[str, ...] = ()
    copied: Ticks | None = None

    def looks_like(self, other: CellView) -> bool:
        """Whether painting it would give the same picture: cheap, for it is asked of every cell many times a second."""
        return self.notes is other.notes and (self.frame is other.frame or self.frame == other.frame) and self == other


@dataclass(frozen=True)
class RowView:
    """One model: how far it is (`state`), how fast (`speed`), why it gave up (`trouble`), and its takes.

    `chosen` says how its takes were chosen from more.
    """

    model: str
    name: str
    state: str
    speed: str
    running: bool
    cells: tuple[CellView, ...]
    trouble: str = ""
    remarks: tuple[str, ...] = ()
    chosen: str = ""


@dataclass(frozen=True)
class ComparisonView:
    """Everything that is compared. `columns` is the largest number of takes of one model."""

    rows: tuple[RowView, ...] = ()
    frame: RollFrame | None = None
    hidden: int = 0
    """How many takes the filter leaves out."""

    @property
    def cells(self) -> tuple[CellView, ...]:
        """In the order in which `[` and `]` walk."""
        return tuple(cell for row in self.rows for cell in row.cells)

    @property
    def columns(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)
