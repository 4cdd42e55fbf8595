"""One step of RNN, LSTM and GRU layers. Sigmoids are taken as (1 + tanh(x / 2)) / 2: one call serves all gates."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from torch import Tensor, nn

from ml.models.decoding.layers import Floats, Product, array, product_of
from ml.models.gru import GruTrunk
from ml.models.lstm import LstmTrunk
from ml.models.rnn import RnnTrunk

Memory = list[Floats]
"""What each layer remembers, (rows, hidden) each; an LSTM's cells follow its outputs."""


class Layers(Protocol):
    """A stack of recurrent layers."""

    def step(self, x: Floats, memory: Memory) -> Floats:
        """x (rows, inputs) -> the last layer's output (rows, hidden); changes `memory`."""


def memory_of(state: Tensor, rows: int) -> Memory:
    """Memory of `rows` rows from that of one, (layers, 1, hidden)."""
    return [np.repeat(layer, rows, axis=0) for layer in array(state)]


class RnnLayers:
    """h = tanh(W x + U h + b)"""

    def __init__(self, rnn: nn.RNN) -> None:
        self._layers: list[tuple[Product, Product]] = []
        for w_input, w_hidden, b_input, b_hidden in rnn.all_weights:
            self._layers.append((Product(array(w_input).T, array(b_input + b_hidden)), Product(array(w_hidden).T)))

    def step(self, x: Floats, memory: Memory) -> Floats:
        for layer, (from_input, from_hidden) in enumerate(self._layers):
            total = from_input(x)
            total += from_hidden(memory[layer])
            x = memory[layer] = np.tanh(total, out=total)
        return x


class LstmLayers:
    """Gates in the order input, forget, output, candidate: torch has the last two the other way round."""

    def __init__(self, lstm: nn.LSTM) -> None:
        hidden = self._hidden = lstm.hidden_size
        order = np.concatenate(
            [np.arange(2 * hidden), np.arange(3 * hidden, 4 * hidden), np.arange(2 * hidden, 3 * hidden)]
        )
        scale = np.repeat(np.array([0.5, 1], np.float32), [3 * hidden, hidden])
        self._layers: list[tuple[Product, Product]] = []
        for w_input, w_hidden, b_input, b_hidden in lstm.all_weights:
            bias = array(b_input + b_hidden)[order] * scale
            self._layers.append((
                Product(array(w_input)[order].T * scale, bias), Product(array(w_hidden)[order].T * scale),
            ))  # fmt: skip

    def step(self, x: Floats, memory: Memory) -> Floats:
        hidden, layers = self._hidden, len(self._layers)
        for layer, (from_input, from_hidden) in enumerate(self._layers):
            total = from_input(x)
            total += from_hidden(memory[layer])
            np.tanh(total, out=total)
            gates = total[:, : 3 * hidden]
            gates *= 0.5
            gates += 0.5
            cell = gates[:, hidden : 2 * hidden] * memory[layers + layer]
            cell += gates[:, :hidden] * total[:, 3 * hidden :]
            memory[layers + layer] = cell
            x = memory[layer] = np.tanh(cell) * gates[:, 2 * hidden :]
        return x


class GruLayers:
    """Gates in torch's order: reset, update, candidate."""

    def __init__(self, gru: nn.GRU) -> None:
        hidden = self._hidden = gru.hidden_size
        scale = np.repeat(np.array([0.5, 1], np.float32), [2 * hidden, hidden])
        self._layers: list[tuple[Product, Product]] = []
        for w_input, w_hidden, b_input, b_hidden in gru.all_weights:
            self._layers.append((
                Product(array(w_input).T * scale, array(b_input) * scale),
                Product(array(w_hidden).T * scale, array(b_hidden) * scale),
            ))  # fmt: skip

    def step(self, x: Floats, memory: Memory) -> Floats:
        hidden = self._hidden
        for layer, (from_input, from_hidden) in enumerate(self._layers):
            before = memory[layer]
            new, old = from_input(x), from_hidden(before)
            gates = new[:, : 2 * hidden]
            gates += old[:, : 2 * hidden]
            np.tanh(gates, out=gates)
            gates *= 0.5
            gates += 0.5
            candidate = gates[:, :hidden] * old[:, 2 * hidden :]
            candidate += new[:, 2 * hidden :]
            np.tanh(candidate, out=candidate)
            x = before - candidate
            x *= gates[:, hidden:]
            x += candidate
            memory[layer] = x
        return x


class RecurrentSteps:
    """A recurrent trunk, step by step."""

    def __init__(self, trunk: RnnTrunk | LstmTrunk | GruTrunk) -> None:
        self._layers: Layers
        match trunk:
            case RnnTrunk():
                self._layers = RnnLayers(trunk.rnn)
            case LstmTrunk():
                self._layers = LstmLayers(trunk.lstm)
            case GruTrunk():
                self._layers = GruLayers(trunk.gru)
        self._project = product_of(trunk.project)

    def begin(self, state: Tensor, rows: int, capacity: int) -> Memory:
        """`rows` copies of what the trunk read; there is always room."""
        return memory_of(state, rows)

    def step(self, vectors: Floats, places: Floats, state: Memory) -> Floats:
        return self._project(self._layers.step(vectors, state))
