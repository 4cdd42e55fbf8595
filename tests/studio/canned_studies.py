"""Answers to questions about notes that a test can foresee; implements the session's `Studies` without a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ml.music import NoteTable, Score
from ml.requests import (
    Alternatives,
    Attention,
    Limits,
    NextPitches,
    Option,
    Surprise,
    Take,
    TakeNote,
    TakeSurprise,
    Unexplained,
)
from studio.engine import StudyWork


def fields_of(bits: np.ndarray, loudness: float) -> np.ndarray:
    """Bits (n,) of the pitch as those of the five fields, with these of the velocity."""
    none = np.zeros(len(bits))
    return np.stack([none, none, bits, none, none + loudness])


@dataclass
class CannedStudies:
    """Every note costs a tenth of its pitch; a third above is likeliest; attention lies on all earlier notes alike.

    `asked` lists what was asked, with the model that answered. `before` is called on the worker before each answer and
    may wait or raise. `no_attention`: models that say they have none.
    """

    asked: list[tuple[Any, ...]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    no_attention: frozenset[str] = frozenset()
    loudness_bits: float = 0.0

    def _work(self, name: str, answer: Callable[[str], object], *facts: Any) -> StudyWork:
        def work(model: Any, cancelled: Callable[[], bool]) -> object:
            self.before()
            self.asked.append((name, model, *facts))
            return answer(model)

        return work

    def count(self, name: str) -> int:
        return sum(asked[0] == name for asked in self.asked)

    def surprise(self, score: Score, start_tick: int, end_tick: int) -> StudyWork:
        def answer(_model: str) -> Surprise:
            found: list[tuple[int, int, float]] = []
            for index, track in enumerate(score.tracks):
                part = track.notes.take(track.notes.starting(start_tick, end_tick))
                found += [(index, note.id, note.pitch / 10) for note in part]
            tracks, ids, bits = (np.array([row[i] for row in found]) for i in range(3))
            return Surprise(
                tracks.astype(np.int64), ids.astype(np.int64), fields_of(bits.astype(np.float64), self.loudness_bits)
            )

        return self._work("surprise", answer, start_tick, end_tick)

    def take_surprise(self, take: Take) -> StudyWork:
        bits = np.array([note.pitch / 10 for note in take.notes])
        return self._work("take surprise", lambda _: TakeSurprise(fields_of(bits, self.loudness_bits), 0.0))

    def what_else(self, score: Score, track: int, note_id: int, limits: Limits) -> StudyWork:
        notes = score.tracks[track].notes
        note = notes[int(notes.rows_of([note_id])[0])]
        mask = limits.pitch_mask(score.tracks[track].drums)
        asked = TakeNote(track, note.start, note.length, note.pitch, note.velocity, 3.0)
        return self._work("what else", lambda _: alternatives(asked, lambda pitch: bool(mask[pitch])), note_id)

    def what_else_in_take(self, take: Take, index: int) -> StudyWork:
        def swapped(note: TakeNote) -> tuple[TakeNote, ...]:
            return (*take.notes[:index], note, *take.notes[index + 1 :])

        found = alternatives(take.notes[index], lambda pitch: pitch != 0, swapped)
        return self._work("what else in take", lambda _: found, index)

    def looked_at(self, score: Score, track: int, note_id: int) -> StudyWork:
        notes = score.tracks[track].notes
        row = int(notes.rows_of([note_id])[0])
        earlier = [(track, int(i), -1) for i in notes.id[:row]]
        return self._work("looked at", lambda model: self._attention(model, earlier), note_id)

    def looked_at_in_take(self, take: Take, index: int) -> StudyWork:
        earlier = [(note.track, -1, place) for place, note in enumerate(take.notes[:index])]
        return self._work("looked at in take", lambda model: self._attention(model, earlier), index)

    def _attention(self, model: str, earlier: list[tuple[int, int, int]]) -> Attention | Unexplained:
        if model in self.no_attention:
            return Unexplained("This model reads notes one after the other and looks at none in particular.")
        track, note_id, take_note = (np.array([row[i] for row in earlier], np.int64) for i in range(3))
        strength = np.arange(1, len(earlier) + 1, dtype=np.float64)
        rollout = 0.8 * strength / max(strength.sum(), 1)
        return Attention(track, note_id, take_note, rollout[None], rollout, np.array([0.2, 0.2]))

    def next_pitches(self, score: Score, track: int, tick: int) -> StudyWork:
        probability = np.zeros(128)
        probability[[72, 60]] = 0.23, 0.77
        return self._work("next", lambda _: NextPitches(track, tick, probability), track, tick)


def alternatives(
    note: TakeNote,
    permits: Callable[[int], bool],
    swapped: Callable[[TakeNote], tuple[TakeNote, ...]] = lambda note: (),
) -> Alternatives:
    """The note itself and what lies around it."""

    def option(other: TakeNote, probability: float) -> Option:
        open_to = permits(other.pitch)
        return Option(other, probability, probability if open_to else 0.0, other == note, swapped(other))

    pitches = [option(replace(note, pitch=note.pitch + step), p) for step, p in ((4, 0.5), (0, 0.3), (1, 0.2))]
    onsets = [option(note, 0.9), option(replace(note, start=note.start + 120), 0.1)]
    lengths = [option(replace(note, length=note.length * 2), 0.6), option(note, 0.4)]
    return Alternatives(
        note, np.array([0.1, 0.0, 1.7, 1.2, 0.0]), tuple(pitches), tuple(onsets), tuple(lengths), end=0.05
    )


def table_of(score: Score, track: int = 0) -> NoteTable:
    return score.tracks[track].notes
