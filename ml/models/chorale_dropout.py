"""Dropout for few pieces: one mask for all frames of a piece, and whole features left out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.models.embedding import ColumnEmbedding


class SharedDropout(nn.Module):
    """Dropout with one mask along axis 1, so for all of a piece's frames (Gal and Ghahramani, 2016)."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.share:
            return x
        mask = torch.empty(x.shape[0], 1, *x.shape[2:], device=x.device).bernoulli_(1 - self.share)
        return x * (mask / (1 - self.share))


class FeatureEmbedding(ColumnEmbedding):
    """The sum of one embedding for each column; in training each column is left out by chance, the others weighted up.

    No single feature can then give a piece away.
    """

    def __init__(self, sizes: list[int], width: int, share: float) -> None:
        super().__init__(sizes, width)
        self.share = share

    def forward(self, columns: Tensor) -> Tensor:
        """columns (..., len(sizes)) -> (..., width)."""
        if not self.training or not self.share:
            whole: Tensor = super().forward(columns)
            return whole
        shape = columns.shape
        flat = (columns + self.offsets).reshape(-1, shape[-1])
        kept = torch.empty(flat.shape, device=flat.device).bernoulli_(1 - self.share) / (1 - self.share)
        summed = functional.embedding_bag(flat, self.table.weight, per_sample_weights=kept, mode="sum")
        return summed.reshape(*shape[:-1], -1)
