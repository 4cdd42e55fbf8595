"""What else a model considered in place of one note, and what the note would be then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ml.generation.field_bits import Floats
from ml.generation.moment import Forecast, Moment, moment_in_song, moment_in_take
from ml.generation.note_frames import Frame, SongFrame, TakeFrame
from ml.generation.prompt import MAX_EVENTS, make_prompt
from ml.models.checkpoint import LoadedModel
from ml.music import Score
from ml.requests import Alternatives, GenerationRequest, Limits, Option, TakeNote, Unexplained
from ml.tensors import vocabulary as v
from ml.tensors.piece import Array
from ml.tensors.sequence import TARGET

MOST = 8
"""So many of the likeliest are shown of each kind, and as many of those that the limits permit."""
FAINT = 1e-4
"""What is less likely than this is no alternative."""
IMPOSSIBLE = 1e6
"""Bits of what the order of notes cannot express."""


def alternatives_at(
    model: LoadedModel, request: GenerationRequest, notes: Sequence[TakeNote], index: int,
    cancelled: Callable[[], bool], *, max_events: int = MAX_EVENTS,
) -> Alternatives | Unexplained | None:  # fmt: skip
    """What else the model held likely for note `index` of a take, the notes before it written; None once cancelled.

    Temperature and nucleus are left out of account. Raises RefusedRequest as `generate` does.
    """
    if cancelled():
        return None
    with torch.inference_mode():
        prompt = make_prompt(request)
        found = moment_in_take(prompt, notes, index, max_events)
    if isinstance(found, Unexplained):
        return found
    writer, _, _, moment = found
    return alternatives(model, moment, TakeFrame(writer, notes, index, moment.target), cancelled)


def alternatives_in_song(
    model: LoadedModel, score: Score, track: int, note_id: int, cancelled: Callable[[], bool],
    limits: Limits | None = None,
) -> Alternatives | Unexplained | None:  # fmt: skip
    """The same for a note of a song, all before it known as `surprise_of` has it; what it may become keeps `limits`."""
    if cancelled():
        return None
    found = moment_in_song(score, track, note_id)
    if isinstance(found, Unexplained):
        return found
    song, moment = found
    notes = score.tracks[track].notes
    note = notes[int(notes.rows_of([note_id])[0])]
    frame = SongFrame(score, song, track, note, moment.target, limits or Limits())
    return alternatives(model, moment, frame, cancelled)


def alternatives(
    model: LoadedModel, moment: Moment, frame: Frame, cancelled: Callable[[], bool]
) -> Alternatives | None:
    """The likeliest pitches, onsets and lengths at a moment, with the notes that they make."""
    forecast = Forecast(model.network, moment)
    chances = dict(zip(("onset", "pitch", "length"), forecast.chances(), strict=True))
    open_to = dict(zip(chances, frame.open_to, strict=True))
    target = moment.target
    found: dict[str, tuple[Option, ...]] = {}
    for field, probability in chances.items():
        chosen = int(target[TARGET[field]])
        proposed: list[tuple[int, TakeNote, Array]] = []
        for value in likeliest(probability[: v.END], open_to[field], chosen):
            note = frame.note if value == chosen else changed(frame, field, value)
            if note is not None:
                proposed.append((value, note, target_with(frame, target, field, value)))
        if cancelled():
            return None
        bits = forecast.bits(np.array([row for _, _, row in proposed])).sum(axis=0)
        found[field] = tuple(options(frame, proposed, bits, probability, open_to[field], chosen))
    fields = forecast.bits(target[None])[:, 0]
    return Alternatives(
        replace(frame.note, bits=float(fields.sum())), fields, found["pitch"], found["onset"], found["length"],
        float(chances["onset"][v.END]),
    )  # fmt: skip


def likeliest(probability: Floats, permitted: NDArray[np.bool_], chosen: int) -> list[int]:
    """The likeliest classes, of all and of the permitted ones, and the chosen one; the likeliest first."""
    order = np.argsort(-probability, kind="stable")
    order = order[probability[order] >= FAINT]
    shown = {*order[:MOST].tolist(), *order[permitted[order]][:MOST].tolist(), chosen}
    return sorted(shown, key=lambda value: -float(probability[value]))


def changed(frame: Frame, field: str, value: int) -> TakeNote | None:
    match field:
        case "onset":
            return frame.with_onset(value)
        case "pitch":
            return frame.with_pitch(value)
        case _:
            return frame.with_length(value)


def target_with(frame: Frame, target: Array, field: str, value: int) -> Array:
    """What the head is asked for the note with another class in one field."""
    if field == "onset":
        return target if value == target[TARGET["onset"]] else frame.onset_target(target, value)
    target = target.copy()
    target[TARGET[field]] = value
    return target


def options(
    frame: Frame, proposed: list[tuple[int, TakeNote, Array]], bits: Floats, probability: Floats,
    open_to: NDArray[np.bool_], chosen: int,
) -> list[Option]:  # fmt: skip
    """Options of one kind, the likeliest first. What cannot be expressed is left out; classes that come to the same,
    as lengths past the region's end do, count together."""
    left = float(probability[open_to].sum())
    found: dict[tuple[int, int, int], Option] = {}
    for (value, note, _), total in zip(proposed, bits.tolist(), strict=True):
        if total > IMPOSSIBLE and value != chosen:
            continue
        share = float(probability[value])
        swapped = frame.permits(note) if open_to[value] else None
        permitted = share / left if swapped is not None and left > 0 else 0.0
        option = Option(replace(note, bits=total), share, permitted, value == chosen, swapped or ())
        place = (note.start, note.length, note.pitch)
        found[place] = together(found[place], option) if place in found else option
    return sorted(found.values(), key=lambda option: -option.probability)


def together(one: Option, other: Option) -> Option:
    """Two options that come to the same note."""
    bits = -float(np.logaddexp2(-one.note.bits, -other.note.bits))
    return Option(
        replace(one.note, bits=bits), one.probability + other.probability, one.permitted + other.permitted,
        one.chosen or other.chosen, one.swapped or other.swapped,
    )  # fmt: skip
