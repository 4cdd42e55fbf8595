"""What speaks for a take beside its surprise: it goes as the song goes, ends its phrase, has a form like it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import numpy as np

from ml.generation.tidying import own_notes
from ml.measures.alikeness import Sketch
from ml.measures.self_likeness import self_likeness
from ml.music import MUTED
from ml.music.keys import Key, detect_key
from ml.requests import GenerationRequest, Placed, TakeNote, Verb
from ml.tensors import vocabulary as v

NAN = float("nan")
GRID = 12
"""Onsets are compared in twelfths of a quarter."""
FORM_BARS = 16
"""The song's own form is that of so many of its last bars."""
ENDING_VERBS = (Verb.CONTINUE, Verb.GENERATE, Verb.ACCOMPANY)
"""Verbs whose answer should end its phrase; others lead on into what follows."""
TONIC, TRIAD = 1.0, 0.5
"""What a last note on the tonic, and on another note of its triad, is worth."""
STEPPED = 2
"""An interval of more semitones is a leap."""


@dataclass(frozen=True)
class Manner:
    """How a line goes: notes and onsets a bar (log2 of one more), mean pitch and its deviation in octaves, mean
    interval in thirds, share of leaps, mean log2 of lengths in quarters, and shares of pitch classes (of keys of a
    drum kit), (128,)."""

    density: float
    onsets: float
    height: float
    spread: float
    interval: float
    leaps: float
    length: float
    classes: np.ndarray


class Criteria:
    """Judges takes of one request; those of its other rounds differ from it in their seed alone.

    Every judgement is a number that is better when it is higher, NaN where the song gives nothing to judge by.
    """

    def __init__(self, request: GenerationRequest) -> None:
        self.request = request
        self._quarter = request.score.ticks_per_quarter
        score, region = request.score, request.region
        self._drums = {index: score.tracks[index].drums for index in region.tracks}
        self._first_bar = score.time_map.bar_at(region.start_tick)
        self._own = {index: own_notes(request, index) for index in region.tracks}
        self._manners = {index: self._song_manner(index) for index in region.tracks}
        self._key = request.limits.key or score.key_at(region.start_tick) or self._heard_key()
        self._bars = self._song_bars()
        self._form = self_likeness(self._bars, max(len(self._bars) - FORM_BARS, len(self._bars) // 2))
        self._others = self._sounding_beside()

    # --- as dense, leaping, high and long as asked, or as the song

    def leaning(self, notes: Sequence[TakeNote]) -> float:
        """Minus the mean distance from how the song's own lines go, and from the density and leaps that were asked
        for; what sounds in other tracks in the same bars counts as a line would. The scales are ours."""
        found: list[float] = []
        for index, known in self._manners.items():
            mine = [note for note in notes if note.track == index]
            if mine and (
                manner := self._manner([(n.start, n.length, n.pitch) for n in mine], self.request.bars, index)
            ):
                found += self._distances(manner, known)
        if self._others:
            found.append(self._strangeness(notes))
        return -fmean(found) if found else NAN

    def _distances(self, manner: Manner, known: Manner | None) -> list[float]:
        leanings, found = self.request.leanings, []
        if known is not None:
            names = ["height", "spread"]
            # What the user asked for counts in place of what the song does.
            names += [] if leanings.density else ["density", "onsets", "length"]
            names += [] if leanings.leaps else ["interval", "leaps"]
            found = [abs(getattr(manner, name) - getattr(known, name)) for name in names]
            found.append(float(np.abs(manner.classes - known.classes).sum()) / 2)
        if leanings.density:
            quarters = self._quarters() / max(self.request.bars, 1)
            found.append(abs(v.density_level((2**manner.onsets - 1) / quarters) - leanings.density))
        if leanings.leaps:
            found.append(abs(v.leap_level(manner.leaps) - leanings.leaps))
        return found

    def _quarters(self) -> float:
        region = self.request.region
        return (region.end_tick - region.start_tick) / self._quarter

    def _song_manner(self, index: int) -> Manner | None:
        """Of the bars next to the region, twice as many as are asked, eight at least."""
        table, region, time_map = self._own[index], self.request.region, self.request.score.time_map
        bars = max(2 * self.request.bars, 8)
        low = time_map.bar_start(max(self._first_bar - bars, 0))
        high = region.start_tick if self.request.verb is Verb.CONTINUE else region.end_tick + region.start_tick - low
        rows = table.starting(low, max(high, region.start_tick))
        notes = list(
            zip(table.start[rows].tolist(), table.length[rows].tolist(), table.pitch[rows].tolist(), strict=True)
        )
        if not notes or self.request.verb is Verb.GENERATE:
            return None
        heard = [time_map.bar_at(start) for start, _, _ in notes]
        bars = max(heard) - min(heard) + 1
        if self.request.verb is not Verb.VARY and min(heard) < self._first_bar < max(heard):
            bars -= self.request.bars
        return self._manner(notes, bars, index)

    def _manner(self, notes: list[tuple[int, int, int]], bars: int, index: int) -> Manner:
        """Of notes (start, length, pitch) over so many bars."""
        top: dict[int, int] = {}
        for start, _, pitch in notes:
            top[start] = max(pitch, top.get(start, 0))
        moves = [abs(two - one) for (_, one), (_, two) in pairwise(sorted(top.items()))]
        pitches = np.array([pitch for _, _, pitch in notes])
        drums = self._drums[index]
        classes = np.bincount(pitches if drums else pitches % 12, minlength=128) / len(notes)
        return Manner(
            density=float(np.log2(1 + len(notes) / max(bars, 1))),
            onsets=float(np.log2(1 + len(top) / max(bars, 1))),
            height=0.0 if drums else float(pitches.mean()) / 12,
            spread=0.0 if drums else float(pitches.std()) / 12,
            interval=0.0 if drums or not moves else fmean(moves) / 4,
            leaps=0.0 if drums or not moves else fmean(move > STEPPED for move in moves),
            length=0.0 if drums else fmean(float(np.log2(max(length, 1) / self._quarter)) for _, length, _ in notes),
            classes=classes,
        )

    def _sounding_beside(self) -> dict[int, np.ndarray]:
        """By bar of the region, the shares of pitch classes (12,) of what other tracks play there."""
        score, region, found = self.request.score, self.request.region, {}
        classes: dict[int, np.ndarray] = defaultdict(lambda: np.zeros(12))
        if self.request.verb is not Verb.GENERATE:
            for index, track in enumerate(score.tracks):
                if index in region.tracks or track.drums:
                    continue
                rows = track.notes.starting(region.start_tick, region.end_tick)
                heard = (track.notes.flags[rows] & MUTED) == 0
                pairs = zip(
                    track.notes.start[rows][heard].tolist(), track.notes.pitch[rows][heard].tolist(), strict=True
                )
                for tick, pitch in pairs:
                    classes[score.time_map.bar_at(tick)][pitch % 12] += 1
            found = {bar: count / count.sum() for bar, count in classes.items()}
        return found

    def _strangeness(self, notes: Sequence[TakeNote]) -> float:
        """Share of pitched notes that no other track plays in their bar, of those in bars where others play."""
        bar_at = self.request.score.time_map.bar_at
        placed = [(bar_at(note.start), note.pitch % 12) for note in notes if not self._drums[note.track]]
        known = [self._others[bar][pitch] == 0 for bar, pitch in placed if bar in self._others]
        return fmean(known) if known else 0.0

    # --- ends its phrase

    def ending(self, notes: Sequence[TakeNote]) -> float:
        """How much the last note of each melodic track sounds like an end: longer than the line's others (log2, at
        most two), in the last bar, on the tonic or its triad. NaN where the music goes on after the region."""
        request = self.request
        if request.verb not in ENDING_VERBS:
            return NAN
        time_map, end = request.score.time_map, request.region.end_tick
        last_bar = time_map.bar_start(time_map.bar_at(end - 1))
        found: list[float] = []
        for index in request.region.tracks:
            mine = sorted((n for n in notes if n.track == index), key=lambda n: (n.start, n.pitch))
            if self._drums[index] or not mine:
                continue
            own = self._own[index].length.tolist()
            usual = median(own or [n.length for n in mine])
            last = mine[-1]
            longer = float(np.clip(np.log2(max(last.length, 1) / max(usual, 1)), -1, 2))
            found.append(longer + self._rest_on(last.pitch) + (last.start + last.length > last_bar) - 1)
        return fmean(found) if found else NAN

    def _rest_on(self, pitch: int) -> float:
        if self._key is None:
            return 0.0
        degree = (pitch - self._key.tonic) % 12
        return TONIC if degree == 0 else TRIAD if degree in (3 if self._key.is_minor else 4, 7) else 0.0

    def _heard_key(self) -> Key | None:
        score, start = self.request.score, self.request.region.start_tick
        tables = [track.notes for track in score.tracks if not track.drums]
        found = detect_key(tables, 0, start) or detect_key(tables)
        return None if found is None else found.key

    # --- form

    def form(self, notes: Sequence[TakeNote]) -> float:
        """Minus the difference between how much the take repeats itself and the song, and how much the song does."""
        if np.isnan(self._form):
            return NAN
        bars = self._bars + self._sketches(placed_of(notes), self._first_bar, self.request.bars)
        found = self_likeness(bars, len(self._bars))
        return NAN if np.isnan(found) else -abs(found - self._form)

    def _song_bars(self) -> list[Sketch]:
        """The bars of the asked tracks up to the region."""
        if self.request.verb is Verb.GENERATE:
            return []
        first = max(self._first_bar - 2 * FORM_BARS, 0)
        low = self.request.score.time_map.bar_start(first)
        placed: list[Placed] = []
        for index, table in self._own.items():
            rows = table.starting(low, self.request.region.start_tick)
            placed += [
                (index, start, pitch)
                for start, pitch in zip(table.start[rows].tolist(), table.pitch[rows].tolist(), strict=True)
            ]
        return self._sketches(placed, first, self._first_bar - first)

    def _sketches(self, placed: Sequence[Placed], first: int, count: int) -> list[Sketch]:
        """So many bars from number `first` on, onsets counted from their bar lines on the grid."""
        time_map = self.request.score.time_map
        bars: list[list[Placed]] = [[] for _ in range(count)]
        for track, start, pitch in placed:
            bar = time_map.bar_at(start)
            step = round((start - time_map.bar_start(bar)) * GRID / self._quarter)
            if 0 <= bar - first < count:
                bars[bar - first].append((track, step, pitch))
        return [Sketch(tuple(notes)) for notes in bars]


def placed_of(notes: Iterable[TakeNote]) -> list[Placed]:
    return [(note.track, note.start, note.pitch) for note in notes]


def sketch_of(request: GenerationRequest, placed: Iterable[Placed]) -> Sketch:
    """A whole take for comparing it with others of the same bars."""
    quarter = request.score.ticks_per_quarter
    return Sketch(tuple((track, round(start * GRID / quarter), pitch) for track, start, pitch in placed))
