"""RNN trunk: stacked plain recurrent layers with tanh (Elman, 1990)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class RnnTrunk(nn.Module):
    """Layers of `hidden` units with dropout between, projected back to `width`."""

    def __init__(self, width: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.rnn = nn.RNN(width, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.project = nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            for name, weight in self.rnn.named_parameters():
                if name.startswith("weight_hh"):
                    nn.init.orthogonal_(weight)  # keeps what is remembered from fading or growing (Saxe et al., 2014)

    def forward(self, vectors: Tensor, places: Tensor) -> Tensor:
        hidden, _ = self.rnn(self.dropout(vectors))
        output: Tensor = self.project(self.dropout(hidden))
        return output

    def prefill(self, vectors: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        hidden, memory = self.rnn(vectors)
        return self.project(hidden[:, -1]), memory

    def extend(self, vectors: Tensor, places: Tensor, state: Tensor) -> Tensor:
        hidden, _ = self.rnn(vectors, state.expand(-1, len(vectors), -1).contiguous())
        output: Tensor = self.project(hidden)
        return output
