"""What a model says of notes when asked aside: how surprising they are, what else was possible, what it looked at.

Everything is plain data that any thread may read; `ml.generation` works it out, `studio.engine.studies` asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml.requests.take import TakeNote

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOTE_FIELDS = ("onset", "part", "pitch", "length", "velocity")
"""What a model decides of a note, in this order; each is seen by those after it. A part is a track."""


@dataclass(frozen=True)
class Unexplained:
    """There is no answer; `sentence` says why in plain words."""

    sentence: str


# --- how surprising


@dataclass(frozen=True)
class Surprise:
    """Bits of notes of a song, -log2 of the probability that the model gives them, all before them known.

    `track` and `note_id` (n,) say which notes; `fields` (5, n) are the bits of each of `NOTE_FIELDS`. Their sum is the
    note's surprise. In a song of one loudness the velocity costs nothing. Muted notes are not in it, nor are those of
    bars too dense for a model; doubled ones share their figure.
    """

    track: Ints
    note_id: Ints
    fields: Floats

    @cached_property
    def total(self) -> Floats:
        """Bits of each note, (n,)."""
        return np.asarray(self.fields.sum(axis=0), np.float64)

    @property
    def per_note(self) -> float:
        """Mean bits of a note, velocity included; not a number where there is none."""
        return float(self.total.mean()) if len(self.track) else float("nan")

    def of(self, track: int, note_ids: NDArray[np.integer]) -> Floats:
        """Bits of these notes of a track, of the shape of `note_ids`; not a number for notes that are not in it."""
        ids, bits = self._lines.get(track, (np.zeros(0, np.int64), np.zeros(0)))
        if not len(ids):
            return np.full(len(note_ids), np.nan)
        at = np.minimum(np.searchsorted(ids, note_ids), len(ids) - 1)
        return np.where(ids[at] == note_ids, bits[at], np.nan)

    @cached_property
    def _lines(self) -> dict[int, tuple[Ints, Floats]]:
        """Note ids of each track, ascending, and their bits."""
        found: dict[int, tuple[Ints, Floats]] = {}
        for track in np.unique(self.track).tolist():
            rows = np.flatnonzero(self.track == track)
            rows = rows[np.argsort(self.note_id[rows])]
            found[track] = (self.note_id[rows], self.total[rows])
        return found


@dataclass(frozen=True)
class TakeSurprise:
    """Bits of a take's notes under a model that need not have written it, before any limit.

    `fields` (5, n) in the order of the take's notes, as in `Surprise`; not a number for a note outside the request.
    `end`: bits of ending where the take ends.
    """

    fields: Floats
    end: float

    @cached_property
    def total(self) -> Floats:
        """Bits of each note, (n,)."""
        return np.asarray(self.fields.sum(axis=0), np.float64)

    @property
    def per_note(self) -> float:
        """Bits per note with that of ending, as `Provenance.bits_per_note` counts them."""
        known = self.total[~np.isnan(self.total)]
        return float(known.sum() + self.end) / max(len(known), 1)


# --- what else


@dataclass(frozen=True)
class Option:
    """One way to write a note: `note` differs in one thing from the note asked about, or is the same (`chosen`).

    `probability`: of that one thing, before any limit. `permitted`: its share of what the limits leave open, 0 for what
    they forbid. `note.bits` are those of the whole note. `swapped`: all notes of the take with it in place, tidied as
    every take is; empty for notes of the song and for what the take cannot have within the limits.
    """

    note: TakeNote
    probability: float
    permitted: float
    chosen: bool
    swapped: tuple[TakeNote, ...] = ()

    @property
    def obeys(self) -> bool:
        """Whether it may be taken: the limits leave it open, and the rest of the take goes with it."""
        return self.permitted > 0


@dataclass(frozen=True)
class Alternatives:
    """What a model had in mind for one note; each list has the likeliest first, and always the note itself.

    `pitches` are given the note's onset and track, `lengths` its pitch too, `onsets` given nothing of the note. Lengths
    that come to the same because the asked bars end are one.
    `fields` (5,): bits of the note. `end`: the probability that nothing would have followed here at all.
    """

    note: TakeNote
    fields: Floats
    pitches: tuple[Option, ...]
    onsets: tuple[Option, ...]
    lengths: tuple[Option, ...]
    end: float


# --- what it looked at


@dataclass(frozen=True)
class Attention:
    """How strongly attention looked at each earlier note just before one note was written; shares of 1.

    Of the n notes that the model saw: `track` (n,), `note_id` (n,) in the song or -1, `take_note` (n,) index into the
    take or -1. `layers` (layers, n): mean of the heads of each layer, as the last event before the note looked.
    `rollout` (n,): attention rollout (Abnar and Zuidema, 2020): layers multiplied through, each half attention and half
    passing on what an event was itself. `rest` (layers + 1,): what went to events that are no notes (style, metre,
    tracks, chords), of each layer, then of the rollout; with it each row sums to 1.
    """

    track: Ints
    note_id: Ints
    take_note: Ints
    layers: Floats
    rollout: Floats
    rest: Floats


# --- what may come


@dataclass(frozen=True)
class NextPitches:
    """`probability` (128,): of each MIDI pitch for a note that starts at `tick` on `track`; sums to 1.

    Where several notes start together the first one, which is the lowest, is meant.
    """

    track: int
    tick: int
    probability: Floats
