"""Excerpts: the first bars of held-out pieces as scores, with what the composer wrote next as the reference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ml.measures.passage import Passage, passage, passage_of
from ml.music import Metre, NoteTable, Score, TimeMap, Track
from ml.music.time_map import Tempo
from ml.requests import TakeNote
from ml.tensors import vocabulary as v
from ml.tensors.piece import PieceEvents
from ml.training.cache import CachedCorpus

LEAST_NOTES, MOST_NOTES = 4, 400
"""Notes in the given and in the asked bars each."""


@dataclass(frozen=True)
class Excerpt:
    """`score`: the given and the asked bars; its tracks are the parts of the piece, its ticks the event grid's steps.

    The region that models are asked to write is [`start_tick`, `end_tick`).
    """

    score: Score
    given_bars: int
    asked_bars: int

    @cached_property
    def bar(self) -> int:
        return self.score.time_map.bar_start(1)

    @property
    def start_tick(self) -> int:
        return self.given_bars * self.bar

    @property
    def end_tick(self) -> int:
        return (self.given_bars + self.asked_bars) * self.bar

    @cached_property
    def prompt(self) -> Score:
        """The given bars alone; all tracks are there, also those that are silent in them."""
        return self.score.with_tracks(
            tuple(
                track.with_notes(track.notes.take(np.flatnonzero(track.notes.start < self.start_tick)))
                for track in self.score.tracks
            )
        )

    @cached_property
    def continuation(self) -> Passage:
        """What the composer wrote in the asked bars."""
        return passage_of(self.score).bars(self.given_bars, self.given_bars + self.asked_bars)

    def passage(self, notes: tuple[TakeNote, ...]) -> Passage:
        """What a model wrote in the asked bars, from its first bar on."""
        columns = np.array([(n.start, n.length, n.pitch, n.track) for n in notes], np.int64).reshape(-1, 4).T
        drums = np.array([index for index, track in enumerate(self.score.tracks) if track.drums], np.int64)
        whole = passage(columns, drums, v.STEPS_PER_QUARTER, self.bar)
        return whole.bars(self.given_bars, self.given_bars + self.asked_bars)


def excerpts(
    corpus: CachedCorpus, split: str, count: int, given_bars: int, asked_bars: int, seed: int | None = None
) -> list[Excerpt]:
    """Excerpts of up to `count` pieces of a split: of pieces in one known metre, with 4 to 400 notes in the given bars
    and in the asked ones. Spread evenly over the split, or, with a seed, drawn at random."""
    numbers = corpus.splits[split]
    order = np.random.default_rng(seed).permutation(len(numbers)) if seed is not None else spread(len(numbers))
    found: list[tuple[int, Excerpt]] = []
    for index in order:
        if len(found) >= count:
            break
        piece = corpus.piece(int(numbers[index]))
        if fits(piece, given_bars, asked_bars):
            found.append((int(index), Excerpt(score_of(piece, given_bars + asked_bars), given_bars, asked_bars)))
    return [excerpt for _, excerpt in sorted(found, key=lambda pair: pair[0])]


def spread(count: int) -> list[int]:
    """All numbers below `count` in an order whose first n always lie evenly: the golden section's multiples."""
    return np.argsort(np.arange(count) * 0.6180339887498949 % 1, kind="stable").tolist() if count else []


def fits(piece: PieceEvents, given_bars: int, asked_bars: int) -> bool:
    """Whether the piece's first bars make an excerpt."""
    bars = given_bars + asked_bars
    if not piece.metre or len(piece.bar_starts) <= bars:
        return False
    bar = bar_steps(piece.metre)
    if not np.array_equal(piece.bar_starts[: bars + 1], bar * np.arange(bars + 1)):
        return False
    given, asked = np.histogram(piece.onset, [0, given_bars * bar, bars * bar])[0]
    return all(LEAST_NOTES <= notes <= MOST_NOTES for notes in (given, asked))


def bar_steps(metre: int) -> int:
    numerator, denominator = map(int, v.METRES[metre].split("/"))
    return 4 * v.STEPS_PER_QUARTER * numerator // denominator


def score_of(piece: PieceEvents, bars: int) -> Score:
    """The first bars of a cached piece as a score of 24 ticks to the quarter; instruments are those of its families."""
    numerator, denominator = map(int, v.METRES[piece.metre].split("/"))
    end = bars * bar_steps(piece.metre)
    # The middle of the tempo's class.
    qpm = 40 * 2 ** ((piece.tempo - 0.5) / 4) if piece.tempo else 120.0
    tracks = []
    for part, instrument in enumerate(piece.instruments.tolist()):
        mine = (piece.part == part) & (piece.onset < end)
        notes = NoteTable.from_columns(
            start=piece.onset[mine], length=np.minimum(piece.length[mine], end - piece.onset[mine]),
            pitch=piece.pitch[mine], velocity=np.clip(piece.velocity[mine], 1, 127),
        )  # fmt: skip
        drums = instrument == v.DRUMS
        tracks.append(
            Track(f"Part {part + 1}", notes, 0 if drums else 8 * instrument, channel=9 if drums else 0, drums=drums)
        )
    time_map = TimeMap(v.STEPS_PER_QUARTER, (Tempo.of_qpm(0, qpm),), (Metre(0, numerator, denominator),))
    return Score(tuple(tracks), time_map)
