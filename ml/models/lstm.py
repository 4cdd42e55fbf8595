"""LSTM trunk: stacked long short-term memory layers (Hochreiter and Schmidhuber, 1997)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LstmTrunk(nn.Module):
    """Layers of `hidden` units with dropout between, projected back to `width`, around a residual."""

    def __init__(self, width: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, hidden, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.project = nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            for name, bias in self.lstm.named_parameters():
                if name.startswith("bias_ih"):
                    bias[hidden : 2 * hidden] = 1.0  # forget gates start open (Gers et al., 2000)

    def forward(self, vectors: Tensor, places: Tensor) -> Tensor:
        hidden, _ = self.lstm(self.dropout(vectors))
        output: Tensor = self.project(self.dropout(hidden))
        return output

    def prefill(self, vectors: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        hidden, (outputs, cells) = self.lstm(vectors)
        return self.project(hidden[:, -1]), torch.cat([outputs, cells])

    def extend(self, vectors: Tensor, places: Tensor, state: Tensor) -> Tensor:
        outputs, cells = state.expand(-1, len(vectors), -1).contiguous().chunk(2)
        output: Tensor = self.project(self.lstm(vectors, (outputs, cells))[0])
        return output
