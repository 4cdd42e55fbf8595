"""Bits per note of held-out pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch

from ml.models.event_model import EventModel
from ml.tensors.piece import PieceEvents
from ml.tensors.sequence import TARGET, EventRow, event_row
from ml.tensors.sliding import sliding_windows
from ml.tensors.vocabulary import END, FIELDS
from ml.training.batches import batches_of
from ml.training.cache import CachedCorpus

MAX_EVENTS = 1536
PIECES = 120
NOTES = 1024


@dataclass
class Bits:
    """Bits summed by field over `notes` notes; END is counted in the onset, and not as a note."""

    notes: int = 0
    fields: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0.0))

    @property
    def per_note(self) -> float:
        """Bits per note without velocity."""
        return sum(value for name, value in self.fields.items() if name != "velocity") / max(self.notes, 1)

    @property
    def per_note_with_velocity(self) -> float:
        return sum(self.fields.values()) / max(self.notes, 1)

    def field_per_note(self) -> dict[str, float]:
        return {name: value / max(self.notes, 1) for name, value in self.fields.items()}


def evaluation_rows(piece: PieceEvents, notes: int = NOTES, max_events: int = MAX_EVENTS) -> list[EventRow]:
    """The first `notes` notes of a piece as rows of all parts asked; each note is asked exactly once.

    Rows are those of `ml.tensors.sliding`.
    """
    limit = int(piece.onset[min(notes, len(piece)) - 1]) + 1
    last_bar = int(np.searchsorted(piece.bar_starts, limit, "left"))
    return [event_row(piece, window) for window in sliding_windows(piece, last_bar, max_events)]


def validation_rows(
    corpus: CachedCorpus, split: str = "valid", pieces: int = PIECES, notes: int = NOTES
) -> list[EventRow]:
    """Rows of the pieces that `spread_pieces` chooses."""
    numbers = spread_pieces(corpus, split, pieces)
    return [row for number in numbers for row in evaluation_rows(corpus.piece(number), notes)]


def spread_pieces(corpus: CachedCorpus, split: str, pieces: int = PIECES) -> list[int]:
    """Numbers of up to `pieces` pieces of the split, spread evenly over it: its order goes by book and name."""
    numbers = corpus.splits[split]
    chosen = np.unique(np.linspace(0, len(numbers) - 1, min(pieces, len(numbers))).round().astype(np.int64))
    return [int(number) for number in numbers[chosen]]


@torch.inference_mode()
def model_bits(model: EventModel, rows: list[EventRow], device: torch.device | None = None) -> Bits:
    """Bits of the asked notes and ENDs of `rows` under the model; own past in a row is not counted."""
    bits = Bits()
    device = device or torch.device("cpu")
    for batch in batches_of(rows, 8192):
        losses, where = model.losses(*batch.inputs(device))
        targets = batch.targets[where[:, 0].cpu(), where[:, 1].cpu()]
        counted = targets[:, TARGET["end_allowed"]] > 0
        for name, nats in losses.items():
            bits.fields[name] += float(nats.float().cpu()[counted].sum()) / math.log(2)
        bits.notes += int((counted & (targets[:, 0] != END)).sum())
    return bits
