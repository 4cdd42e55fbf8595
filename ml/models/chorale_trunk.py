"""Trunks of the chorale family: recurrent layers of any kind, then attention, a block of frames at a time."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.models.chorale_dropout import SharedDropout

RECURRENT = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
TRUNKS = (*RECURRENT, "transformer")
INDEX_RATES = (1.0, 0.3, 0.1, 0.03)
PERIODS_BEATS = (1, 2, 3, 4, 8, 16, 32)
ROTATIONS = len(INDEX_RATES) + len(PERIODS_BEATS)

LayerState = tuple[Tensor, ...] | None
"""What a layer remembers: hidden states (1, rows, width), or keys and values (rows, heads, steps, size)."""


class RecurrentLayer(nn.Module):
    """One layer of `kind`, around a residual except for the `first`."""

    def __init__(self, kind: str, width: int, dropout: float, first: bool) -> None:
        super().__init__()
        self.cell = RECURRENT[kind](width, width, batch_first=True)
        self.dropout = SharedDropout(dropout)
        self.first = first
        with torch.no_grad():
            if kind == "lstm":
                self.cell.bias_ih_l0[width : 2 * width] = 1.0  # forget gates start open (Gers et al., 2000)
            elif kind == "rnn":
                nn.init.orthogonal_(cast(Tensor, self.cell.weight_hh_l0))

    def forward(self, x: Tensor, state: LayerState) -> tuple[Tensor, LayerState]:
        hidden = None if state is None else state if len(state) == 2 else state[0]
        read, after = self.cell(x, hidden)
        y = self.dropout(read)
        return (y if self.first else x + y), (after if isinstance(after, tuple) else (after,))


class AttentionLayer(nn.Module):
    """Causal attention and a gated feed-forward, pre-normalised; queries and keys are rotated by musical periods.

    Rotary embedding (Su et al., 2021) at periods of 1 to 32 beats, so that "two bars ago" is one angle.
    """

    rates: Tensor

    def __init__(self, width: int, heads: int, dropout: float, steps_per_beat: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.RMSNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.norm_feed = nn.RMSNorm(width)
        self.gate = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(2 * width, width, bias=False)
        self.dropout = nn.Dropout(dropout)
        for layer in (self.out, self.down):
            nn.init.normal_(layer.weight, std=0.02)
        rates = [*INDEX_RATES, *(2 * math.pi / (beats * steps_per_beat) for beats in PERIODS_BEATS)]
        self.register_buffer("rates", torch.tensor(rates), persistent=False)

    def forward(self, x: Tensor, state: LayerState) -> tuple[Tensor, LayerState]:
        rows, steps, width = x.shape
        q, k, v = self.qkv(self.norm_attention(x)).view(rows, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        before = 0 if state is None else state[0].shape[2]
        angles = torch.arange(before, before + steps, device=x.device)[:, None] * self.rates
        q, k = rotated(q, angles), rotated(k, angles)
        if state is not None:
            k, v = torch.cat([state[0], k], 2), torch.cat([state[1], v], 2)
        # One step sees all of the past; several are only read at once from the beginning.
        attended = functional.scaled_dot_product_attention(q, k, v, is_causal=steps > 1)
        x = x + self.dropout(self.out(attended.transpose(1, 2).reshape(rows, steps, width)))
        gate, value = self.gate(self.norm_feed(x)).chunk(2, -1)
        fed: Tensor = self.dropout(self.down(functional.silu(gate) * value))
        return x + fed, (k, v)


def rotated(x: Tensor, angles: Tensor) -> Tensor:
    """Rotate the first 2 * ROTATIONS entries of x (rows, heads, steps, size) by angles (steps, ROTATIONS)."""
    first, second, rest = x[..., :ROTATIONS], x[..., ROTATIONS : 2 * ROTATIONS], x[..., 2 * ROTATIONS :]
    cosine, sine = angles.cos(), angles.sin()
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine, rest], -1)


class ChoraleTrunk(nn.Module):
    """`layers` of the trunk's kind, then `attention_layers`; a causal map (rows, steps, width) to the same shape."""

    def __init__(
        self, kind: str, width: int, layers: int, attention_layers: int, heads: int, dropout: float,
        steps_per_beat: float,
    ) -> None:  # fmt: skip
        super().__init__()
        recurrent = layers if kind in RECURRENT else 0
        self.layers = nn.ModuleList(RecurrentLayer(kind, width, dropout, i == 0) for i in range(recurrent))
        for _ in range(attention_layers + layers - recurrent):
            self.layers.append(AttentionLayer(width, heads, dropout / 2, steps_per_beat))

    def forward(self, x: Tensor, states: list[LayerState] | None = None) -> tuple[Tensor, list[LayerState]]:
        """Read steps from the beginning, or one step more after `states`."""
        after: list[LayerState] = []
        for layer, state in zip(self.layers, states or [None] * len(self.layers), strict=True):
            x, new = layer(x, state)
            after.append(new)
        return x, after
