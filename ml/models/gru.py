"""GRU trunk: stacked gated recurrent units (Cho et al., 2014)."""

from __future__ import annotations

from torch import Tensor, nn


class GruTrunk(nn.Module):
    """Layers of `hidden` units with dropout between, projected back to `width`."""

    def __init__(self, width: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.gru = nn.GRU(width, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.project = nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors: Tensor, places: Tensor) -> Tensor:
        hidden, _ = self.gru(self.dropout(vectors))
        output: Tensor = self.project(self.dropout(hidden))
        return output

    def prefill(self, vectors: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        hidden, memory = self.gru(vectors)
        return self.project(hidden[:, -1]), memory

    def extend(self, vectors: Tensor, places: Tensor, state: Tensor) -> Tensor:
        hidden, _ = self.gru(vectors, state.expand(-1, len(vectors), -1).contiguous())
        output: Tensor = self.project(hidden)
        return output
