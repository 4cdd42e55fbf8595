"""How surprising takes are to a model that need not have written them: bits per note, all notes before them known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ml.generation.prompt import Prompt, only, with_notes
from ml.models.checkpoint import LoadedModel
from ml.models.event_model import EventModel
from ml.requests import TakeNote
from ml.tensors import vocabulary as v
from ml.tensors.piece import Array, to_steps
from ml.tensors.sequence import TARGET, EventRow, event_row

BATCH_TAKES = 8
NOTHING: Array = np.zeros((5, 0), np.int64)


@torch.inference_mode()
def bits_per_note(
    model: LoadedModel, prompt: Prompt, takes: Sequence[Sequence[TakeNote]], cancelled: Callable[[], bool]
) -> list[float]:
    """Bits of each take by its notes, END counted and velocity not; NaN for a take without notes, or once cancelled.

    The prompt is read once, and of a region that is longer than a row only what the first row asks for is judged.
    """
    network = model.network
    found = [float("nan")] * len(takes)
    rows = {index: judged_row(prompt, in_steps(prompt, notes)) for index, notes in enumerate(takes) if notes}
    if not rows or cancelled():
        return found
    opening, _ = prompt.row(NOTHING)
    output, state = network.reader.prefill(
        network.embedding(torch.from_numpy(opening.features)[None]), torch.from_numpy(opening.places)[None]
    )
    order = sorted(rows, key=lambda index: len(rows[index]))
    for start in range(0, len(order), BATCH_TAKES):
        if cancelled():
            break
        batch = [rows[index] for index in order[start : start + BATCH_TAKES]]
        read = len(opening)
        features = pad_sequence([torch.from_numpy(row.features[read:]) for row in batch], batch_first=True)
        places = pad_sequence([torch.from_numpy(row.places[read:]) for row in batch], batch_first=True)
        after = network.reader.extend(network.embedding(features), places, state)
        states = network.norm(torch.cat([output[:, None].expand(len(batch), -1, -1), after], 1))
        for index, row, line in zip(order[start : start + BATCH_TAKES], batch, states, strict=True):
            found[index] = line_bits(network, row, line[: len(row) - read + 1], read)
    return found


def line_bits(network: EventModel, row: EventRow, states: Tensor, read: int) -> float:
    """Bits per note of the asked notes of a row, from the states (notes + 1, width) that follow its prompt."""
    targets = torch.from_numpy(row.targets[read - 1 :])
    count = len(targets)
    nats = network.note_losses(
        states, targets, torch.full((count,), row.tonic), torch.full((count,), row.minor),
        torch.from_numpy(row.asked).expand(count, -1), torch.from_numpy(row.instruments).expand(count, -1),
    )  # fmt: skip
    whole = sum(float(nats[field].sum()) for field in v.FIELDS if field != "velocity")
    notes = int((targets[:, TARGET["onset"]] != v.END).sum())
    return whole / math.log(2) / max(notes, 1)


def judged_row(prompt: Prompt, written: Array) -> EventRow:
    """The row of the prompt as it is before the first note, and after it these notes (5, notes) and END."""
    piece = prompt.piece
    layout = prompt.layout(piece.onset, piece.part, NOTHING)
    shown, locked = with_notes(only(piece, layout.rows), prompt.locked[layout.rows], written)
    window = prompt.window(layout)
    return event_row(shown, window, ask=True, hints=prompt.hints(window, locked))


def in_steps(prompt: Prompt, notes: Sequence[TakeNote]) -> Array:
    """The notes (5, notes) on the grid of the models: onset, part, pitch, length, velocity, doubled ones once."""
    part_of = {track: part for part, track in enumerate(prompt.piece.tracks)}
    columns = np.array([(n.start, part_of[n.track], n.pitch, n.length, n.velocity) for n in notes], np.int64).T
    ticks_per_quarter = prompt.request.score.ticks_per_quarter
    columns[0] = to_steps(columns[0], ticks_per_quarter)
    columns[3] = np.maximum(to_steps(columns[3], ticks_per_quarter), 1)
    _, first = np.unique(columns[:3], axis=1, return_index=True)
    return columns[:, first]
