"""Transformer trunk whose attention knows musical relations, on an optional recurrent first layer.

Queries and keys are rotated (rotary embedding, Su et al., 2021) by several coordinates of a note instead of by its
index alone: index in the row, quarters, bars (with periods of 1 to 64 bars, so "the same place in the bar before
last" is one angle) and pitch (so "an octave apart" is). It costs what plain rotary attention costs.
The recurrent layer hands attention what came before each note, which it needs to find the returns of a theme.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

INDEX_RATES = (1.0, 0.3, 0.05, 0.01)
QUARTER_RATES = tuple(2 * math.pi / period for period in (1, 2))
BAR_RATES = tuple(2 * math.pi / period for period in (1, 2, 4, 8, 16, 64))
PITCH_RATES = tuple(2 * math.pi / period for period in (7, 12, 24, 88))
ROTATIONS = len(INDEX_RATES) + len(QUARTER_RATES) + len(BAR_RATES) + len(PITCH_RATES)


class MusicalRotary(nn.Module):
    """Rotation angles of events from their index and places."""

    rates: Tensor

    def __init__(self) -> None:
        super().__init__()
        rates = torch.zeros(4, ROTATIONS)
        column = 0
        for coordinate, group in enumerate((INDEX_RATES, QUARTER_RATES, BAR_RATES, PITCH_RATES)):
            for rate in group:
                rates[coordinate, column] = rate
                column += 1
        self.register_buffer("rates", rates, persistent=False)

    def forward(self, places: Tensor, first_index: int) -> tuple[Tensor, Tensor]:
        """places (batch, events, 3) -> cosine and sine, each (batch, 1, events, ROTATIONS)."""
        index = torch.arange(first_index, first_index + places.shape[1], device=places.device)
        index = index.to(places.dtype).expand(places.shape[:2])[..., None]
        with torch.autocast(places.device.type, enabled=False):
            angles = torch.cat([index, places], -1) @ self.rates
        return angles.cos()[:, None], angles.sin()[:, None]


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotate the first 2 * ROTATIONS entries of x (batch, heads, events, size); the rest stay for content alone."""
    first, second, rest = x[..., :ROTATIONS], x[..., ROTATIONS : 2 * ROTATIONS], x[..., 2 * ROTATIONS :]
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine, rest], -1).to(x.dtype)


class Block(nn.Module):
    """Attention, then a gated feed-forward (SwiGLU, Shazeer, 2020); both pre-normalised, with residuals."""

    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float) -> None:
        super().__init__()
        if width % heads or width // heads < 2 * ROTATIONS:
            raise ValueError(f"A width of {width} does not give {heads} heads {2 * ROTATIONS} entries each.")
        self.heads = heads
        self.norm_attention = nn.RMSNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.norm_feed = nn.RMSNorm(width)
        self.gate = nn.Linear(width, 2 * feed_forward, bias=False)
        self.down = nn.Linear(feed_forward, width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def project(self, x: Tensor, cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (batch, events, width) -> rotated queries and keys, and values, each (batch, heads, events, size)."""
        batch, events, _ = x.shape
        qkv = self.qkv(self.norm_attention(x)).view(batch, events, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return rotate(qkv[0], cosine, sine), rotate(qkv[1], cosine, sine), qkv[2]

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """Residuals: attention output (batch, heads, events, size) into x, then the feed-forward."""
        batch, events, _ = x.shape
        x = x + self.dropout(self.out(attended.transpose(1, 2).reshape(batch, events, -1)))
        gate, value = self.gate(self.norm_feed(x)).chunk(2, -1)
        fed: Tensor = self.dropout(self.down(functional.silu(gate) * value))
        return x + fed

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        q, k, v = self.project(x, cosine, sine)
        return self.finish(x, functional.scaled_dot_product_attention(q, k, v, is_causal=True))


class TransformerTrunk(nn.Module):
    """`recurrent_layers` GRU layers, then `layers` blocks."""

    def __init__(
        self, width: int, heads: int, layers: int, feed_forward: int, recurrent_layers: int, dropout: float
    ) -> None:
        super().__init__()
        self.rotary = MusicalRotary()
        self.dropout = nn.Dropout(dropout)
        self.gru = nn.GRU(width, width, recurrent_layers, batch_first=True) if recurrent_layers else None
        self.blocks = nn.ModuleList(Block(width, heads, feed_forward, dropout) for _ in range(layers))
        for block in self.stack:
            for layer in (block.out, block.down):
                nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * layers))

    @property
    def stack(self) -> list[Block]:
        """The blocks, by their type."""
        return cast(list[Block], list(self.blocks))

    def forward(self, vectors: Tensor, places: Tensor) -> Tensor:
        x: Tensor = self.dropout(vectors)
        if self.gru is not None:
            x = x + self.gru(x)[0]
        cosine, sine = self.rotary(places, 0)
        for block in self.stack:
            x = block(x, cosine, sine)
        return x

    def prefill(self, vectors: Tensor, places: Tensor) -> tuple[Tensor, PromptState]:
        x = vectors
        memory = None
        if self.gru is not None:
            read, memory = self.gru(x)
            x = x + read
        cosine, sine = self.rotary(places, 0)
        caches: list[tuple[Tensor, Tensor]] = []
        *earlier, last = self.stack
        for block in earlier:
            q, k, v = block.project(x, cosine, sine)
            x = block.finish(x, functional.scaled_dot_product_attention(q, k, v, is_causal=True))
            caches.append((k, v))
        # Of the last block only the last event's output is wanted.
        q, k, v = last.project(x, cosine, sine)
        x = last.finish(x[:, -1:], functional.scaled_dot_product_attention(q[:, :, -1:], k, v))
        caches.append((k, v))
        return x[:, -1], PromptState(memory, caches, vectors.shape[1])

    def extend(self, vectors: Tensor, places: Tensor, state: PromptState) -> Tensor:
        rows, events, _ = vectors.shape
        x = vectors
        if self.gru is not None and state.memory is not None:
            x = x + self.gru(x, state.memory.expand(-1, rows, -1).contiguous())[0]
        cosine, sine = self.rotary(places, state.events)
        own = torch.ones(events, events, dtype=torch.bool, device=x.device).tril()
        seen = torch.cat([own.new_ones(events, state.events), own], 1)
        for block, (key, value) in zip(self.stack, state.caches, strict=True):
            q, k, v = block.project(x, cosine, sine)
            keys, values = (
                torch.cat([before.expand(rows, -1, -1, -1), now], 2) for before, now in ((key, k), (value, v))
            )
            x = block.finish(x, functional.scaled_dot_product_attention(q, keys, values, attn_mask=seen))
        return x

    def attention(self, vectors: Tensor, places: Tensor) -> Iterator[Tensor]:
        """How each event looks at those before it and itself, block after block: (batch, heads, events, events) each.

        Rows sum to 1. Only for showing: `forward` never makes these.
        """
        x = vectors
        if self.gru is not None:
            x = x + self.gru(x)[0]
        cosine, sine = self.rotary(places, 0)
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
        for block in self.stack:
            q, k, v = block.project(x, cosine, sine)
            scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
            looks = scores.masked_fill(later, -math.inf).softmax(-1)
            yield looks
            x = block.finish(x, looks @ v)


@dataclass(frozen=True)
class PromptState:
    """Recurrent memory (layers, 1, width) or None; keys and values of each block, (1, heads, events, size) each."""

    memory: Tensor | None
    caches: list[tuple[Tensor, Tensor]]
    events: int
