"""The optimiser of a run."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def optimiser_of(model: nn.Module, learning_rate: float, weight_decay: float) -> torch.optim.Optimizer:
    """AdamW (Loshchilov and Hutter, 2019) with a short memory for squares, which suits small batches."""
    return torch.optim.AdamW(parameter_groups(model, weight_decay), learning_rate, betas=(0.9, 0.98))


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; embeddings, norms and biases do not."""
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.EmbeddingBag)}
    decayed = [p for p in model.parameters() if p.ndim >= 2 and id(p) not in tables]
    others = [p for p in model.parameters() if p.ndim < 2 or id(p) in tables]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
