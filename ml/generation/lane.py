"""Lane: takes that share the length of their rows and step through the network as one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.generation.drawing import Floats, draw_field, temperatures
from ml.generation.last_note import NoteReader
from ml.generation.prompt import MAX_EVENTS
from ml.generation.writer import Writer
from ml.models.decoding.decoder import Decoder, Reading
from ml.models.decoding.head import Standing
from ml.requests import TakeNote
from ml.tensors import vocabulary as v

ONSET, PART, PITCH, LENGTH, VELOCITY = range(len(v.FIELDS))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The classes of a take's next note and its bits; of END the onset says all."""

    onset: int
    part: int
    pitch: int
    length: int
    velocity: int
    bits: float


class Lane:
    """Reads the prompt once for all its takes, which must stand at the same row; then one note a step for each.

    The prompt is read at the first step, so that however many lanes a split makes, each step stays short.
    """

    def __init__(self, decoder: Decoder, writers: list[Writer], max_events: int = MAX_EVENTS) -> None:
        self.decoder, self.writers, self.max_events = decoder, writers, max_events
        self.prompt = writers[0].prompt
        self.temperatures = temperatures(self.prompt.request.sampling)
        self.top_p = self.prompt.request.sampling.top_p
        self.events = 0
        self._open: tuple[Reading, NoteReader] | None = None

    @property
    def done(self) -> bool:
        return all(writer.done for writer in self.writers)

    @property
    def full(self) -> bool:
        """Whether the row has no room for another event, or a take has written all that the row asks for."""
        return self.events >= self.max_events or any(writer.past_row for writer in self.writers if not writer.done)

    def split(self) -> Iterator[Lane]:
        """A lane for each unfinished take, its row filled again with what it wrote last."""
        for writer in self.writers:
            if not writer.done:
                yield Lane(self.decoder, [writer], self.max_events)

    # Numbers too large for float32 are found where they are drawn from.
    @np.errstate(over="ignore", invalid="ignore")
    def step(self) -> list[tuple[Writer, TakeNote | None]]:
        """Write one more note of every unfinished take; None for a take that ended here.

        Raises NotFinite where the network gives numbers that are no use.
        """
        if self._open is None:
            self._open = self._read_prompt()
        reading, read_note = self._open
        written: list[tuple[Writer, TakeNote | None]] = []
        for index, note in self._choose(reading).items():
            writer = self.writers[index]
            if note.onset == v.END:
                writer.finish(note.bits)
                written.append((writer, None))
            else:
                made = writer.write(note.onset, note.part, note.pitch, note.length, note.velocity, note.bits)
                written.append((writer, made))
        if not self.done:
            rows, places = last_notes(self.writers, read_note)
            reading.step(rows, places)
            self.events += 1
        return written

    def _read_prompt(self) -> tuple[Reading, NoteReader]:
        prompt = self.prompt
        row, window = prompt.row(self.writers[0].written, self.max_events)
        for writer in self.writers:
            writer.start_row(window)
        self.events = len(row)
        reading = self.decoder.read(row, len(self.writers), max(self.max_events, len(row) + 1))
        return reading, NoteReader(prompt.grid, window, prompt.piece.instruments, row.tonic, row.minor)

    def _choose(self, reading: Reading) -> dict[int, Chosen]:
        """Draw every field of the next note of each unfinished take, by its place in the batch.

        Finished takes stay in the batch, which so keeps its shape, but nothing is drawn for them.
        """
        writers, head, state = self.writers, reading.head, reading.state()
        live = [index for index, writer in enumerate(writers) if not writer.done]
        uniform = {index: writers[index].random.random(len(v.FIELDS)).tolist() for index in live}
        bits = dict.fromkeys(live, 0.0)
        every = range(len(writers))

        def choose(
            field: int, logits: Floats, permitted: Callable[[int], NDArray[np.bool_] | None], stand_in: int
        ) -> list[int]:
            chosen = [stand_in for _ in every]
            for i in live:
                chosen[i], more = draw_field(
                    logits[i], permitted(i), uniform[i][field], self.temperatures[field], self.top_p
                )  # fmt: skip
                bits[i] += more
            return chosen

        at = [Standing(*writer.place(), writer.last_part, writer.last_pitch) for writer in writers]
        onset = choose(ONSET, head.onset(state, at), lambda i: writers[i].onset_mask(), 1)
        ended = {i: Chosen(v.END, 0, 0, 0, 0, bits[i]) for i in live if onset[i] == v.END}
        live = [i for i in live if i not in ended]
        if not live:
            return ended
        onset = [1 if i in ended else onset[i] for i in every]
        position = [writers[i].position_of(onset[i]) for i in every]
        head.after_onset(state, onset, position)
        part = [self.prompt.asked[0] for _ in every]
        if len(self.prompt.asked) > 1:
            part = choose(PART, head.part(state, onset, at), lambda i: writers[i].part_mask(onset[i]), part[0])
        head.after_part(state, part, position)
        before = [writers[i].previous_pitch(onset[i], part[i]) for i in every]
        pitch = choose(
            PITCH, head.pitch(state, onset, part, before, at), lambda i: writers[i].pitch_mask(onset[i], part[i]), 60
        )
        head.after_pitch(state, part, pitch, before)
        length = choose(LENGTH, head.length(state), lambda i: writers[i].length_mask(onset[i], part[i], pitch[i]), 0)
        head.after_length(state, length)
        velocity = choose(VELOCITY, head.velocity(state), lambda i: None, 0)
        return ended | {i: Chosen(onset[i], part[i], pitch[i], length[i], velocity[i], bits[i]) for i in live}


def last_notes(writers: list[Writer], read_note: NoteReader) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Features (takes, columns) and places (takes, 3) of the last note that each take wrote.

    A take that ended before its first note reads some note: nothing is drawn from what follows it.
    """
    asked = writers[0].prompt.asked
    rows, places = zip(
        *(
            read_note(w.notes[-1] if w.notes else (w.cursor, asked[0], 60, 1, 64), w.delta, w.interval_from)
            for w in writers
        ),
        strict=True,
    )
    return np.array(rows, np.int64), np.array(places, np.float32)
