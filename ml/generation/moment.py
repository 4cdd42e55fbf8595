"""The moment just before a note was written: what the model had read by then, and what it then held likely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ml.generation.field_bits import Floats, note_bits
from ml.generation.places import places_of
from ml.generation.prompt import MAX_EVENTS, Prompt
from ml.generation.replay import OffPlan, Written, as_written, free_writer, stretches
from ml.generation.song_rows import SongPiece, song_piece
from ml.generation.surprise import readings
from ml.generation.writer import Writer
from ml.models.event_model import EventModel, situation
from ml.music import MUTED, Score
from ml.requests import TakeNote, Unexplained
from ml.tensors import vocabulary as v
from ml.tensors.event_features import COLUMN
from ml.tensors.piece import Array, to_steps
from ml.tensors.sequence import TARGETS, EventRow
from ml.tensors.window import Window

GONE = "This note is not in the song any more: choose another one."
GONE_TRACK = "This track is not in the song any more: choose another one."
TOO_DENSE = "This bar holds more notes than models can read: nothing can be said of them."


@dataclass(frozen=True)
class Moment:
    """`row` ends with the event before the note; `target` (TARGETS,) is what the head is then asked.

    `first_step`: the step where the row's window begins.
    """

    row: EventRow
    first_step: int
    target: Array

    def places(self) -> Array:
        """Of each event that is a note its place (`places_of`), -1 for the others; shape (events,)."""
        kind, part, pitch = (self.row.features[:, COLUMN[name]] for name in ("kind", "part", "pitch"))
        onset = np.rint(self.row.places[:, 0].astype(np.float64) * v.STEPS_PER_QUARTER).astype(np.int64)
        notes = np.isin(kind, (v.GIVEN, v.PAST, v.ASKED))
        return np.where(notes, places_of(onset + self.first_step, part, pitch % v.PITCHES), -1)


def moment_in_song(score: Score, track: int, note_id: int) -> tuple[SongPiece, Moment] | Unexplained:
    """Before a note of a song, all before it known as `surprise_of` has it."""
    if not 0 <= track < len(score.tracks):
        return Unexplained(GONE)
    notes = score.tracks[track].notes
    at = notes.rows_of([note_id])
    if not len(at):
        return Unexplained(GONE)
    note = notes[int(at[0])]
    if note.flags & MUTED:
        return Unexplained("This note is muted, so that models do not hear it: unmute it first.")
    song = song_piece(score, readings(score, {track})[0][0])
    piece = song.piece
    step = int(to_steps(np.array([note.start]), score.ticks_per_quarter)[0])
    place = places_of(np.array([step]), np.array([piece.tracks.index(track)]), np.array([note.pitch]))
    number = int(np.searchsorted(places_of(piece.onset, piece.part, piece.pitch), place)[0])
    for row in song.rows(step, step + 1):
        event = int(row.events[number - row.first])
        return song, Moment(cut(row.row, event + 1), song.grid.start(row.window.first_bar), row.row.targets[event])
    return Unexplained(TOO_DENSE)


def moment_in_take(
    prompt: Prompt, notes: Sequence[TakeNote], index: int, max_events: int = MAX_EVENTS
) -> tuple[Writer, list[Written], list[int], Moment] | Unexplained:
    """Before a note of a take: the writer as it stood, and the take's notes as `as_written` has them."""
    written, numbers = as_written(prompt, notes)
    number = numbers[index]
    if number < 0:
        return Unexplained("This note lies outside what was asked for: choose another one.")
    writers: list[Callable[[], Writer]] = [lambda: free_writer(prompt)]
    if prompt.plan is not None:
        writers.insert(0, lambda: Writer(prompt, 0))
    for make in writers:
        writer = make()
        try:
            *_, last = stretches(writer, written, number, max_events)
        except OffPlan:
            continue
        row, tail = last.row, last.tail
        whole = replace(
            row,
            features=np.concatenate([row.features, tail.features]),
            places=np.concatenate([row.places, tail.places]),
            targets=np.full((len(row) + len(tail.features), len(TARGETS)), -1, np.int64),
        )
        return writer, written, numbers, Moment(whole, first_step(prompt, last.window), tail.targets[-1])
    raise AssertionError("a free writer writes everything")


def first_step(prompt: Prompt, window: Window) -> int:
    return prompt.grid.start(window.first_bar)


def cut(row: EventRow, events: int) -> EventRow:
    """The first events of a row."""
    return replace(row, features=row.features[:events], places=row.places[:events], targets=row.targets[:events])


class Forecast:
    """What a network holds likely at a moment, field by field; everything before any limit."""

    @torch.inference_mode()
    def __init__(self, network: EventModel, moment: Moment) -> None:
        row = moment.row
        states = network.states(torch.from_numpy(row.features)[None], torch.from_numpy(row.places)[None])
        self._network, self._row, self._state = network, row, states[0, -1:]
        self._target = moment.target

    @torch.inference_mode()
    def chances(self) -> tuple[Floats, Floats, Floats]:
        """Probabilities of onset classes (DELTAS + 1,), END last; of pitches (128,) given the note's onset and part;
        of length classes (46,) given its pitch too."""
        head, row = self._network.head, self._row
        chosen = {name: torch.from_numpy(self._target[i : i + 1]).long() for i, name in enumerate(TARGETS)}
        at = situation(
            chosen, torch.tensor([row.tonic]), torch.tensor([row.minor]), torch.from_numpy(row.asked)[None],
            torch.from_numpy(row.instruments)[None],
        )  # fmt: skip
        onset, part, pitch = chosen["onset"], chosen["part"], chosen["pitch"]
        onsets = head.onset_logits(self._state, at)
        state = head.after_onset(self._state, onset, chosen["position"])
        state = head.after_part(state, part, chosen["position"], at)
        pitches = head.pitch_logits(state, onset, part, chosen["previous_pitch"], at)
        lengths = head.length_logits(head.after_pitch(state, part, pitch, chosen["previous_pitch"], at))
        return probabilities(onsets), probabilities(pitches), probabilities(lengths)

    @torch.inference_mode()
    def bits(self, targets: NDArray[np.int64]) -> Floats:
        """Bits (5, n) of other notes here; targets (n, TARGETS)."""
        states = self._state.expand(len(targets), -1)
        return note_bits(self._network, states, torch.from_numpy(targets), self._row)


def probabilities(logits: torch.Tensor) -> Floats:
    """Of one row of logits (1, classes); sums to 1."""
    found: Floats = logits[0].double().softmax(-1).numpy()
    return found
