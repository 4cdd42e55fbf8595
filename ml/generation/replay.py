"""Replay: a take that is there already, read as the network would have read it while writing it, note by note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.generation.choices import FreeChoices, PlannedChoices
from ml.generation.field_bits import Tail
from ml.generation.last_note import NoteReader
from ml.generation.prompt import MAX_EVENTS, Prompt
from ml.generation.writer import Writer
from ml.requests import TakeNote
from ml.tensors import vocabulary as v
from ml.tensors.event_features import NONE
from ml.tensors.sequence import TARGETS, EventRow, onset_class
from ml.tensors.window import Window

Written = tuple[int, int, int, int, int]
"""Onset in steps, part, pitch, length in steps, velocity: as `Writer.notes`."""


class OffPlan(ValueError):
    """The notes are not those of the request's plan: the user has changed them since."""


@dataclass(frozen=True)
class Stretch:
    """What one row was asked to write: the notes from number `first` of the take on. `tail.targets` has END last where
    the take ends in it."""

    row: EventRow
    window: Window
    first: int
    tail: Tail


def as_written(prompt: Prompt, notes: Sequence[TakeNote]) -> tuple[list[Written], list[int]]:
    """Notes of a take in the order and terms of the network; and for each of `notes` its number in that order.

    Notes that the request did not ask for have the number -1; those that fall on one place share one.
    """
    tables, region = prompt.tables, prompt.request.region
    part_of = {track: part for part, track in tables.tracks.items()}
    found: dict[tuple[int, int, int], Written] = {}
    keys: list[tuple[int, int, int] | None] = []
    for note in notes:
        part = part_of.get(note.track)
        if part is None or not region.start_tick <= note.start < region.end_tick or not 0 <= note.pitch < v.PITCHES:
            keys.append(None)
            continue
        index = tables.index_of(note.start)
        end = int(np.searchsorted(tables.ticks, note.start + note.length))
        if 0 < end <= tables.steps and note.start + note.length - tables.ticks[end - 1] < (
            tables.ticks[end] - note.start - note.length
        ):
            end -= 1
        key = (tables.start + index, part, note.pitch)
        found.setdefault(key, (*key, max(min(end, tables.steps) - index, 1), min(max(note.velocity, 0), 127)))
        keys.append(key)
    order = {key: number for number, key in enumerate(sorted(found))}
    return [found[key] for key in order], [-1 if key is None else order[key] for key in keys]


def stretches(
    writer: Writer, written: Sequence[Written], until: int | None = None, max_events: int = MAX_EVENTS,
    first_row: tuple[EventRow, Window] | None = None,
) -> Iterator[Stretch]:  # fmt: skip
    """Write the notes again with a fresh `writer`; rows end where `Lane` fills them again.

    `until`: stop before this note, which is the last one asked; by default END is. `first_row` saves making it again
    for each take of a request. Raises OffPlan where a planned writer could not have written a note.
    """
    prompt, number, ended = writer.prompt, 0, False
    while not ended:
        row, window = first_row if first_row and not number else prompt.row(writer.written, max_events)
        writer.start_row(window)
        read = NoteReader(prompt.grid, window, prompt.piece.instruments, row.tonic, row.minor)
        first, events = number, len(row)
        rows, places, targets = [], [], []
        while True:
            if number == len(written):
                targets.append(end_target(writer))
                ended = True
                break
            targets.append(target_of(writer, written[number]))
            if number == until:
                check_plan(writer, targets[-1])
                ended = True
                break
            write(writer, written[number], targets[-1])
            features, place = read(writer.notes[-1], writer.delta, writer.interval_from)
            rows.append(features)
            places.append(place)
            number, events = number + 1, events + 1
            if events >= max_events or writer.past_row:
                break
        yield Stretch(row, window, first, Tail(
            np.array(rows, np.int64).reshape(-1, len(NONE)), np.array(places, np.float32).reshape(-1, 3),
            np.array(targets, np.int64).reshape(-1, len(TARGETS)),
        ))  # fmt: skip


def free_writer(prompt: Prompt) -> Writer:
    """A writer that writes whatever it is told, within the region."""
    writer = Writer(prompt, 0)
    writer.choices = FreeChoices(prompt.tables)
    return writer


def target_of(writer: Writer, note: Written) -> tuple[int, ...]:
    """What the head is asked (`TARGETS`) for this to be the writer's next note."""
    onset, part, pitch, length, velocity = note
    position, bar = writer.place()
    distance = onset - writer.cursor
    delta = int(onset_class(np.array([distance]), np.array([bar]))[0])
    writer.skipped = distance - delta
    return (
        delta, part, pitch, int(v.length_class(np.array([length]))[0]), velocity // (128 // v.VELOCITIES),
        writer.position_of(delta), position % v.POSITIONS, bar, writer.previous_pitch(delta, part), writer.last_part,
        writer.last_pitch, 1,
    )  # fmt: skip


def end_target(writer: Writer) -> tuple[int, ...]:
    """What the head is asked for the take to end here."""
    position, bar = writer.place()
    return (v.END, -1, -1, -1, -1, -1, position % v.POSITIONS, bar, -1, -1, -1, 1)


def write(writer: Writer, note: Written, target: tuple[int, ...]) -> None:
    """Write what `target_of` gave; its bits are not known here. Raises OffPlan."""
    check_plan(writer, target)
    delta, part, pitch, length, velocity = target[: len(v.FIELDS)]
    writer.write(delta, part, pitch, length, velocity, 0.0)


def check_plan(writer: Writer, target: tuple[int, ...]) -> None:
    """Raise OffPlan where a planned writer could not write this next."""
    if not isinstance(writer.choices, PlannedChoices):
        return
    delta, part, pitch = target[:3]
    skipped = writer.skipped
    if not (
        writer.onset_mask()[delta]
        and writer.skipped == skipped
        and writer.part_mask(delta)[part]
        and writer.pitch_mask(delta, part)[pitch]
    ):
        raise OffPlan("The notes are not those of the plan.")
