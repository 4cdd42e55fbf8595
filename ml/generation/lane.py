"""Lane: takes that share the length of their rows and step through the network as one batch."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.generation.drawing import Floats, draw, log_softmax
from ml.generation.prompt import MAX_EVENTS
from ml.generation.writer import Writer
from ml.models.event_model import EventModel
from ml.models.note_head import BLOCKED, Situation
from ml.requests import Sampling, TakeNote
from ml.tensors import vocabulary as v
from ml.tensors.event_features import note_rows
from ml.tensors.window import Window

FORBIDDEN = -np.inf


class NotFinite(ArithmeticError):
    """The network gave numbers that are not finite."""


class Lane:
    """Reads the prompt once for all its takes, which must stand at the same row; then one note a step for each."""

    def __init__(self, model: EventModel, writers: list[Writer], max_events: int = MAX_EVENTS) -> None:
        self.model, self.writers, self.max_events = model, writers, max_events
        prompt = writers[0].prompt
        written = writers[0].written
        row, self.window = prompt.row(written, max_events)
        self.events = len(row)
        self.tonic, self.minor = row.tonic, row.minor
        self.sampling: Sampling = prompt.request.sampling
        rows = len(writers)
        vectors = model.embedding(torch.from_numpy(row.features)[None])
        output, state = model.stepper.prefill(vectors, torch.from_numpy(row.places)[None], max(max_events, len(row)))
        self.state = model.stepper.repeat(state, rows)
        self.output = output.expand(rows, -1)
        self.asked = torch.from_numpy(row.asked).expand(rows, -1)
        self.instruments = torch.from_numpy(row.instruments).expand(rows, -1)

    @property
    def done(self) -> bool:
        return all(writer.done for writer in self.writers)

    @property
    def full(self) -> bool:
        """Whether the row has no room for another event."""
        return self.events >= self.max_events

    def split(self) -> Iterator[Lane]:
        """A lane for each unfinished take, its row filled again with what it wrote last."""
        for writer in self.writers:
            if not writer.done:
                yield Lane(self.model, [writer], self.max_events)

    def step(self) -> Iterator[tuple[Writer, TakeNote | None]]:
        """Write one more note of every unfinished take; None for a take that ended here."""
        columns = self._choose()
        written: list[tuple[Writer, TakeNote | None]] = []
        for writer, chosen in zip(self.writers, columns, strict=True):
            if writer.done:
                continue
            onset, part, pitch, length, velocity, bits = chosen
            if onset == v.END:
                writer.finish(bits)
                written.append((writer, None))
            else:
                note = writer.write(int(onset), int(part), int(pitch), int(length), int(velocity), bits)
                written.append((writer, note))
        if not self.done:
            self._read()
        yield from written

    # --- one step of the network

    def _choose(self) -> list[tuple[int, int, int, int, int, float]]:
        """Draw every field of the next note of each take; finished takes draw along and are not used."""
        head, writers = self.model.head, self.writers
        state = self.model.norm(self.output)
        places = [writer.place() for writer in writers]

        def column(values: list[int]) -> Tensor:
            return torch.tensor(values)

        at = Situation(
            column([place for place, _ in places]), column([length for _, length in places]),
            column([writer.last_part for writer in writers]), column([writer.last_pitch for writer in writers]),
            torch.ones(len(writers), dtype=torch.bool), column([self.tonic] * len(writers)),
            torch.full((len(writers),), self.minor), self.asked, self.instruments,
        )  # fmt: skip
        bits = np.zeros(len(writers))
        uniform = np.array([writer.random.random(5) for writer in writers])

        def choose(field: int, logits: Tensor, masks: list[NDArray[np.bool_]] | None) -> NDArray[np.int64]:
            raw: Floats = logits.double().numpy()
            if not np.isfinite(raw).all():
                raise NotFinite("The model gave numbers that are not finite: install it again.")
            limited = raw if masks is None else np.where(np.stack(masks), raw, FORBIDDEN)
            if masks is not None:
                # Where the order rule and a limit leave nothing between them, the limit decides.
                dead = (limited <= BLOCKED / 2).all(axis=1, keepdims=True)
                limited = np.where(dead & np.stack(masks), 0.0, limited)
            chosen = draw(limited, uniform[:, field], self.sampling.temperature, self.sampling.top_p)
            bits[:] -= np.take_along_axis(log_softmax(raw), chosen[:, None], 1)[:, 0] / math.log(2)
            return chosen

        onset = choose(0, head.onset_logits(state, at), [writer.onset_mask() for writer in writers])
        end_bits = bits.copy()
        # END has no further fields; any onset stands in for it so that the batch keeps its shape.
        delta = np.where(onset == v.END, 1, onset)
        deltas = torch.from_numpy(delta)
        position = column([writer.position_of(int(d)) for writer, d in zip(writers, delta, strict=True)])
        state = head.after_onset(state, deltas, position)
        part = choose(
            1, head.part_logits(state, deltas, at),
            [writer.part_mask(int(d)) for writer, d in zip(writers, delta, strict=True)],
        )  # fmt: skip
        parts = torch.from_numpy(part)
        previous = column([writer.previous.get(int(p), -1) for writer, p in zip(writers, part, strict=True)])
        state = head.after_part(state, parts, position, at)
        pitch = choose(
            2, head.pitch_logits(state, deltas, parts, previous, at),
            [writer.pitch_mask(int(d), int(p)) for writer, d, p in zip(writers, delta, part, strict=True)],
        )  # fmt: skip
        pitches = torch.from_numpy(pitch)
        state = head.after_pitch(state, parts, pitches, previous, at)
        length = choose(3, head.length_logits(state), None)
        velocity = choose(4, head.velocity_logits(head.after_length(state, torch.from_numpy(length))), None)
        return [
            (int(o), int(part[i]), int(pitch[i]), int(length[i]), int(velocity[i]),
             float(end_bits[i] if o == v.END else bits[i]))
            for i, o in enumerate(onset)
        ]  # fmt: skip

    def _read(self) -> None:
        """Feed every take's last note to the trunk; a finished take's last note is read again and not used."""
        features, places = last_note_rows(self.writers, self.window, self.tonic, self.minor)
        vectors = self.model.embedding(torch.from_numpy(features))
        self.output = self.model.stepper.step(vectors, torch.from_numpy(places), self.state)
        self.events += 1


def last_note_rows(
    writers: list[Writer], window: Window, tonic: int, minor: bool
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Features (takes, columns) and places (takes, 3) of the last note that each take wrote.

    A take that ended before its first note reads some note: nothing is drawn from what follows it.
    """
    prompt = writers[0].prompt
    notes = np.array([w.notes[-1] if w.notes else (w.cursor, prompt.asked[0], 60, 1, 64) for w in writers], np.int64)
    return note_rows(
        v.ASKED, notes.T, prompt.grid, window, prompt.piece.instruments, np.array([w.delta for w in writers]),
        np.array([w.interval_from for w in writers]), tonic, minor, False,
    )  # fmt: skip
