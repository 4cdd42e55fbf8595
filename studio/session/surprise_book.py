"""SurpriseBook: bits of the song's notes, stretch by stretch, kept by what the model heard: undo finds them again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ml.music import MUTED, NoteTable, Score
from ml.requests import Surprise

STRETCH_BARS = 8
"""Answers are kept by so many bars: those in sight are enough."""
KEPT = 2048
"""Stretches that are remembered."""

Bits = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """Notes of one track as they are shown, by id: `ids` ascending and `bits` (n,), `place` (n, 3)."""

    ids: NDArray[np.int32]
    place: NDArray[np.int64]
    bits: Bits

    @staticmethod
    def of(table: NoteTable, rows: slice, bits: Bits) -> Line:
        order = np.argsort(table.id[rows], kind="stable")
        return Line(table.id[rows][order], places(table, rows)[order], bits[order])

    def at(self, ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For each id its place among the notes here, and whether it is here at all."""
        if not len(self.ids):
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), bool)
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return place, self.ids[place] == ids


class SurpriseBook:
    """Answers are kept by model and by what the model heard; `bits` tells those of the stretches that are shown."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[tuple[str, bytes, int], tuple[Bits, ...]] = OrderedDict()
        self._lines: dict[int, Line] = {}
        self._digest: tuple[Score | None, bytes] = (None, b"")

    def forget(self) -> None:
        """Remember nothing: the models' files have changed."""
        self._answers.clear()
        self.blank()

    def blank(self) -> None:
        """Show nothing of what was shown: another piece, or another model is asked."""
        self._lines = {}

    # --- what there is

    def bits(self, track: int, ids: NDArray[np.int32]) -> Bits:
        """Bits of these notes of a track as last shown, not a number for the others; shape of `ids`. Only looks up."""
        line = self._lines.get(track)
        if line is None or not len(line.ids):
            return np.full(len(ids), np.nan)
        place, here = line.at(ids)
        return np.where(here, line.bits[place], np.nan)

    def knows(self, model: str) -> bool:
        """Whether the model has ever answered."""
        return any(key[0] == model for key in self._answers)

    def missing(self, model: str, score: Score, start_tick: int, end_tick: int) -> list[int]:
        """Numbers of the stretches in [start, end) that the model has not judged as they are now, in order."""
        heard = self._heard(score)
        return [n for n in stretches(score, start_tick, end_tick) if (model, heard, n) not in self._answers]

    # --- taking answers over

    def show(self, model: str, score: Score, start_tick: int, end_tick: int) -> None:
        """Let `bits` tell what is known of the stretches in [start, end).

        In those that are not known as they are now, notes keep their figure while they are what they were.
        """
        numbers = stretches(score, start_tick, end_tick)
        answers = [self._answer(model, score, number) for number in numbers]
        ticks = [ticks_of(score, number)[0] for number in range(numbers.start, numbers.stop + 1)]
        lines = {}
        for index, track in enumerate(score.tracks):
            table = track.notes
            edges = np.searchsorted(table.start, ticks).tolist()
            rows = slice(edges[0], edges[-1])
            bits = self._carried(index, table, rows)
            for answer, (first, end) in zip(answers, pairwise(edges), strict=True):
                if answer is not None:
                    bits[first - rows.start : end - rows.start] = answer[index]
            lines[index] = Line.of(table, rows, bits)
        self._lines = lines

    def write(self, model: str, score: Score, number: int, surprise: Surprise) -> None:
        """Keep the answer about a stretch of a score."""
        ticks = ticks_of(score, number)
        self._answers[model, self._heard(score), number] = tuple(
            surprise.of(index, track.notes.id[track.notes.starting(*ticks)]) for index, track in enumerate(score.tracks)
        )
        while len(self._answers) > self._kept:
            self._answers.popitem(last=False)

    def _answer(self, model: str, score: Score, number: int) -> tuple[Bits, ...] | None:
        key = model, self._heard(score), number
        if key in self._answers:
            self._answers.move_to_end(key)
        return self._answers.get(key)

    def _carried(self, track: int, table: NoteTable, rows: slice) -> Bits:
        """What is shown of these notes so far."""
        ids = table.id[rows]
        line = self._lines.get(track)
        if line is None or not len(line.ids):
            return np.full(len(ids), np.nan)
        place, here = line.at(ids)
        same = here & (line.place[place] == places(table, rows)).all(axis=1)
        return np.where(same, line.bits[place], np.nan)

    def _heard(self, score: Score) -> bytes:
        """Tells what a model hears of a score; worked out once for each."""
        if self._digest[0] is not score:
            self._digest = score, digest(score)
        return self._digest[1]


def stretches(score: Score, start_tick: int, end_tick: int) -> range:
    """Numbers of the stretches that [start, end) touches and in which the song may have notes."""
    time_map = score.time_map
    end_tick = min(end_tick, score.end_tick + 1)
    if end_tick <= start_tick:
        return range(0)
    first, last = (time_map.bar_at(max(tick, 0)) // STRETCH_BARS for tick in (start_tick, end_tick - 1))
    return range(first, last + 1)


def ticks_of(score: Score, number: int) -> tuple[int, int]:
    """The ticks [start, end) of a stretch."""
    bar_start = score.time_map.bar_start
    return bar_start(number * STRETCH_BARS), bar_start((number + 1) * STRETCH_BARS)


def places(table: NoteTable, rows: slice) -> NDArray[np.int64]:
    """Start, length and pitch of notes, (n, 3): what their bits are those of, loudness aside."""
    return np.stack([column[rows].astype(np.int64) for column in (table.start, table.length, table.pitch)], axis=1)


def digest(score: Score) -> bytes:
    """A hash of what a model hears of a score: notes, instruments, tempo and metre.

    Of the whole score: its key and loudness are detected from all notes, and how its bars are read in rows depends on
    how full they are, so that an edit anywhere may change every figure.
    """
    time_map = score.time_map
    found = hashlib.blake2b(digest_size=16)
    found.update(repr((time_map.ticks_per_quarter, time_map.tempos, time_map.metres)).encode())
    for track in score.tracks:
        found.update(repr((track.program, track.drums, len(track.notes))).encode())
        notes = track.notes
        for column in (notes.start, notes.length, notes.pitch, notes.velocity, notes.flags & MUTED):
            found.update(column.tobytes())
    return found.digest()
