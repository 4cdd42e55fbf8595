"""One step of the Transformer trunk, with keys and values of what was read kept for each layer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.models.decoding.layers import Floats, Product, RmsNorm, array, product_of
from ml.models.decoding.recurrent import GruLayers, Memory, memory_of
from ml.models.transformer import ROTATIONS, Block, PromptState, TransformerTrunk

Turns = NDArray[np.complex64]
"""Rotations of pairs of entries, as numbers on the unit circle, (rows, ROTATIONS)."""


@dataclass
class RowState:
    """The recurrent layers' memory, and keys and values of each block with room for more.

    Keys (rows, heads, size, capacity) and values (rows, heads, capacity, size), one array for each layer; the first
    `events` places are filled.
    """

    memory: Memory
    keys: list[Floats]
    values: list[Floats]
    events: int


def paired(size: int) -> NDArray[np.int64]:
    """Order of a head's entries that puts the two of each rotation side by side."""
    rotated = np.arange(2 * ROTATIONS).reshape(2, ROTATIONS).T.ravel()
    return np.concatenate([rotated, np.arange(2 * ROTATIONS, size)])


class BlockStep:
    """One block of the Transformer for one event per row."""

    def __init__(self, block: Block, width: int) -> None:
        self.heads, self.size = block.heads, width // block.heads
        self._norm_attention, self._norm_feed = RmsNorm(width, block.norm_attention), RmsNorm(width, block.norm_feed)
        qkv = product_of(block.qkv, takes=block.norm_attention.weight).weight.reshape(width, 3, self.heads, self.size)
        qkv[:, :2] = qkv[:, :2, :, paired(self.size)]
        qkv[:, 0] *= np.float32(1 / math.sqrt(self.size))
        self._qkv, self._out = Product(qkv.reshape(width, -1)), product_of(block.out)
        gate = product_of(block.gate, takes=block.norm_feed.weight).weight
        self._fed = gate.shape[1] // 2
        gate[:, : self._fed] *= 0.5  # for the sigmoid, as in `recurrent`
        self._gate, self._down = Product(gate), product_of(block.down)

    def __call__(self, x: Floats, turns: Turns, keys: Floats, values: Floats, now: int) -> Floats:
        """x (rows, width) -> (rows, width); fills place `now` of keys and values."""
        qkv = self._qkv(self._norm_attention(x)).reshape(len(x), 3, self.heads, self.size)
        pairs = qkv[:, :2, :, : 2 * ROTATIONS].view(np.complex64)
        pairs *= turns[:, None, None]
        keys[..., now], values[:, :, now] = qkv[:, 1], qkv[:, 2]
        weights = np.matmul(qkv[:, 0, :, None], keys[..., : now + 1])
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        attended = np.matmul(weights, values[:, :, : now + 1])
        attended /= weights.sum(axis=-1, keepdims=True)
        x = x + self._out(attended.reshape(len(x), -1))
        gated = self._gate(self._norm_feed(x))
        half, value = gated[:, : self._fed], gated[:, self._fed :]
        fed = np.tanh(half)
        fed += 1
        fed *= half
        fed *= value
        x += self._down(fed)
        return x


class TransformerSteps:
    """A Transformer trunk, step by step."""

    def __init__(self, trunk: TransformerTrunk, width: int) -> None:
        self._rates = array(trunk.rotary.rates)
        self._gru = None if trunk.gru is None else GruLayers(trunk.gru)
        self._blocks = [BlockStep(block, width) for block in trunk.stack]

    def begin(self, state: PromptState, rows: int, capacity: int) -> RowState:
        """`rows` copies of what the trunk read, with room for `capacity` events in all."""
        memory = [] if state.memory is None else memory_of(state.memory, rows)
        keys, values = [], []
        for block, (k, v) in zip(self._blocks, state.caches, strict=True):
            key = np.empty((rows, block.heads, block.size, capacity), np.float32)
            key[..., : state.events] = array(k)[..., paired(block.size)].swapaxes(-1, -2)
            value = np.empty((rows, block.heads, capacity, block.size), np.float32)
            value[:, :, : state.events] = array(v)
            keys.append(key)
            values.append(value)
        return RowState(memory, keys, values, state.events)

    def step(self, vectors: Floats, places: Floats, state: RowState) -> Floats:
        x, now = vectors, state.events
        if self._gru is not None:
            x = x + self._gru.step(x, state.memory)
        angles = np.dot(places, self._rates[1:])
        angles += now * self._rates[0]
        turns = np.exp(angles * 1j)
        for block, keys, values in zip(self._blocks, state.keys, state.values, strict=True):
            x = block(x, turns, keys, values, now)
        state.events = now + 1
        return x
