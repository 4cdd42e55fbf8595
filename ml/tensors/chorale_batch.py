"""Pieces of a grid, padded and stacked as tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ml.tensors.chorale_grid import GridFormat
from ml.tensors.chorale_past import GridPiece
from ml.tensors.chorale_pitch import SHIFT_LIMIT, shift_of


@dataclass(frozen=True)
class VoicePlaces:
    """What stands before chosen frames, one row for each; columns as in `ml.tensors.chorale_past.Situation`.

    `position` is the frame's number in its piece, `shift` as from `shift_of`.
    """

    last: Tensor
    held: Tensor
    motion: Tensor
    tutti: Tensor
    tutti_length: Tensor
    solo: Tensor
    solo_length: Tensor
    position: Tensor
    shift: Tensor


@dataclass(frozen=True)
class ChoraleBatch:
    """Tensors of int64: (rows, frames, voices), (rows, frames) or (rows,).

    `held` and `motion` are as they stand *after* each frame, for the trunk that has read it. `before` holds the
    situation before each frame. `home` is 0 to 12, 12 for "not told". `first_frame`: the place of column 0.
    """

    tokens: Tensor
    held: Tensor
    motion: Tensor
    before: dict[str, Tensor]
    asked: Tensor
    shift: Tensor
    home: Tensor
    first_frame: int = 0

    def places(self, row: Tensor, frame: Tensor) -> VoicePlaces:
        """The situations before frames (n,) of rows (n,)."""
        columns = {name: tensor[row, frame] for name, tensor in self.before.items()}
        position = frame + self.first_frame
        return VoicePlaces(**columns, position=position, shift=legal_shift(self.shift[row], position))


def stack_pieces(pieces: list[GridPiece], form: GridFormat, jitter: list[int] | None = None) -> ChoraleBatch:
    """Pad pieces at their end to the longest. `jitter` (-6 to 6 for each): how far from home each is read."""
    frames, rows = max(len(piece) for piece in pieces), len(pieces)
    tokens = np.full((rows, frames, form.voices), form.silent, np.int64)
    before = {
        name: np.zeros((rows, frames, *getattr(pieces[0].before, name).shape[1:]), np.int64)
        for name in ("last", "held", "motion", "tutti", "tutti_length", "solo", "solo_length")
    }
    asked = np.zeros((rows, frames), bool)
    for index, piece in enumerate(pieces):
        tokens[index, : len(piece)] = piece.tokens
        asked[index, : len(piece)] = True
        for name, column in before.items():
            column[index, : len(piece)] = getattr(piece.before, name)
    home = torch.tensor([piece.home for piece in pieces])
    moved = torch.tensor(jitter or [0] * rows)
    stacked = {name: torch.from_numpy(column) for name, column in before.items()}
    return ChoraleBatch(
        torch.from_numpy(tokens), after_each(stacked["held"]), after_each(stacked["motion"]), stacked,
        torch.from_numpy(asked), shift_of(home, moved), told_home(home, moved),
    )  # fmt: skip


def legal_shift(shift: Tensor, position: Tensor) -> Tensor:
    """Home comes from a piece's first frame, so that frame itself must not be read from it."""
    return torch.where(position == 0, 2 * SHIFT_LIMIT, shift)


def told_home(home: Tensor, jitter: Tensor) -> Tensor:
    """The class of a home; a piece that is read from elsewhere is not told it."""
    return torch.where(jitter == 0, home + SHIFT_LIMIT, 2 * SHIFT_LIMIT)


def after_each(before: Tensor) -> Tensor:
    """What stands before each next frame; after the last frame nothing is asked, so zeros serve."""
    return torch.cat([before[:, 1:], torch.zeros_like(before[:, :1])], 1)
