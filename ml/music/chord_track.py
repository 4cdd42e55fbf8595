"""ChordTrack: which chord holds when, and the line of text that musicians type for it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from ml.music.chords import NO_CHORD, Chord
from ml.music.time_map import TimeMap

REPEAT_BAR, REPEAT_CHORD = "%", "-"
MAX_CELLS = 16
"""Most chords that one bar of the text form holds."""
MAX_BARS = 10_000


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord that holds over the ticks [start_tick, end_tick)."""

    start_tick: int
    end_tick: int
    chord: Chord


@dataclass(frozen=True, slots=True)
class ChordTrack:
    """Chords over a song; between the spans there is none. Raises ValueError unless sorted and without overlap."""

    spans: tuple[ChordSpan, ...] = ()

    def __post_init__(self) -> None:
        if any(span.end_tick <= span.start_tick for span in self.spans):
            raise ValueError("a chord holds for at least one tick")
        if any(a.end_tick > b.start_tick for a, b in zip(self.spans, self.spans[1:], strict=False)):
            raise ValueError("the chords of a chord track are sorted and do not overlap")

    @staticmethod
    def of(spans: Iterable[ChordSpan]) -> ChordTrack:
        """From sorted spans; a chord that goes on becomes one span."""
        merged: list[ChordSpan] = []
        for span in spans:
            if merged and merged[-1].chord == span.chord and merged[-1].end_tick == span.start_tick:
                span = ChordSpan(merged.pop().start_tick, span.end_tick, span.chord)
            merged.append(span)
        return ChordTrack(tuple(merged))

    def span_at(self, tick: int) -> ChordSpan | None:
        """The span that holds `tick`."""
        index = bisect_right(self.spans, tick, key=lambda span: span.start_tick) - 1
        return self.spans[index] if index >= 0 and tick < self.spans[index].end_tick else None

    def at(self, tick: int) -> Chord | None:
        """The chord at `tick`, None where there is none."""
        span = self.span_at(tick)
        return span.chord if span else None

    def between(self, start_tick: int, end_tick: int) -> ChordTrack:
        """The chords of [start_tick, end_tick) only, cut at its borders."""
        return ChordTrack(
            tuple(
                ChordSpan(max(span.start_tick, start_tick), min(span.end_tick, end_tick), span.chord)
                for span in self.spans
                if span.start_tick < end_tick and span.end_tick > start_tick
            )
        )

    @staticmethod
    def parse(line: str, time_map: TimeMap, start_bar: int = 0, bars: int | None = None) -> ChordTrack:
        """Read "C | Am F | Dm7 G7 | %": bars from `start_bar` (from 0) on, each split equally among its chords.

        "-" goes on with the chord before; "%" alone in a bar, or an empty bar, repeats the bar before; "N.C." is no
        chord. With `bars` the line is repeated or cut to fill so many. Raises ValueError with a sentence.
        """
        cells = _cells(line)
        count = len(cells) if bars is None else bars
        if count > MAX_BARS:
            raise ValueError(f"The chords reach over {count} bars: write {MAX_BARS} or fewer.")
        spans = []
        for index in range(count):
            bar = cells[index % len(cells)]
            start = time_map.bar_start(start_bar + index)
            ticks = time_map.bar_start(start_bar + index + 1) - start
            for number, chord in enumerate(bar):
                span = (start + ticks * number // len(bar), start + ticks * (number + 1) // len(bar))
                if chord is not None and span[1] > span[0]:
                    spans.append(ChordSpan(*span, chord))
        return ChordTrack.of(spans)

    def text(self, time_map: TimeMap, start_bar: int = 0, bars: int | None = None) -> str:
        """The line that `parse` reads back, for `bars` bars from `start_bar` (default: up to the last chord).

        Each bar is split into the fewest equal cells that meet its changes; changes that 16 cells do not meet are
        moved to the nearest.
        """
        if bars is None:
            bars = time_map.bar_at(self.spans[-1].end_tick - 1) + 1 - start_bar if self.spans else 0
        return " | ".join(self._bar_text(time_map, start_bar + index) for index in range(max(bars, 0)))

    def _bar_text(self, time_map: TimeMap, bar: int) -> str:
        start, end = time_map.bar_start(bar), time_map.bar_start(bar + 1)
        borders = {tick for span in self.spans for tick in (span.start_tick, span.end_tick) if start < tick < end}

        def edges(cells: int) -> list[int]:
            return [start + (end - start) * number // cells for number in range(cells)]

        cells = next((n for n in range(1, MAX_CELLS + 1) if borders <= set(edges(n))), MAX_CELLS)
        # The chord in the middle of a cell is the one that fills most of it.
        width = (end - start) // (2 * cells) if not borders <= set(edges(cells)) else 0
        names = [str(self.at(tick + width) or NO_CHORD) for tick in edges(cells)]
        return " ".join(
            REPEAT_CHORD if index and name == names[index - 1] else name for index, name in enumerate(names)
        )


def _cells(line: str) -> list[list[Chord | None]]:
    """The chords of each bar of a typed line, repeats written out; at least one bar."""
    text = line.strip().strip("|").strip()
    if not text:
        raise ValueError("No chords are written: write bars like C | Am F | Dm7 G7 | C.")
    bars: list[list[Chord | None]] = []
    before: Chord | None = None
    for number, bar in enumerate(re.split(r"\|+", text), 1):
        names = bar.replace(",", " ").split()
        if names in ([], [REPEAT_BAR]) and bars:
            bars.append(bars[-1])
        elif names in ([], [REPEAT_BAR]) or (names[:1] == [REPEAT_CHORD] and not bars):
            raise ValueError("The first bar has nothing to repeat: write a chord or N.C. there.")
        elif len(names) > MAX_CELLS:
            raise ValueError(f"Bar {number} of the chords holds {len(names)}: write {MAX_CELLS} or fewer.")
        else:
            cells: list[Chord | None] = []
            for name in names:
                before = before if name in (REPEAT_CHORD, REPEAT_BAR) else Chord.parse(name)
                cells.append(before)
            bars.append(cells)
        before = bars[-1][-1]
    return bars
