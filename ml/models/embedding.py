"""Events to vectors: the sum of one embedding for each input column."""

from __future__ import annotations

from itertools import accumulate

import torch
from torch import Tensor, nn

from ml.tensors.vocabulary import COLUMNS


class ColumnEmbedding(nn.Module):
    """One table for several columns of indices; an event's vector is the sum over its columns."""

    offsets: Tensor

    def __init__(self, sizes: list[int], width: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(sum(sizes), width, mode="sum")
        nn.init.normal_(self.table.weight, std=0.3 * len(sizes) ** -0.5)
        self.register_buffer("offsets", torch.tensor([0, *accumulate(sizes[:-1])]), persistent=False)

    def forward(self, columns: Tensor) -> Tensor:
        """columns (..., len(sizes)) -> (..., width)."""
        shape = columns.shape
        flat = (columns.long() + self.offsets).reshape(-1, shape[-1])
        bag: Tensor = self.table(flat)
        return bag.reshape(*shape[:-1], -1)


class EventEmbedding(ColumnEmbedding):
    """features (batch, events, columns) -> (batch, events, width)."""

    def __init__(self, width: int) -> None:
        super().__init__(list(COLUMNS.values()), width)
