"""One step of RNN, LSTM and GRU layers by plain matrix products: ten times the library's path for one note on CPU."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def rnn_step(rnn: nn.RNN, vectors: Tensor, state: Tensor) -> Tensor:
    """vectors (rows, width) -> (rows, hidden); `state` (layers, rows, hidden) is changed in place."""
    for layer in range(rnn.num_layers):
        w_input, w_hidden, b_input, b_hidden = rnn.all_weights[layer]
        state[layer] = torch.tanh(
            torch.addmm(b_input + b_hidden, vectors, w_input.t()).addmm_(state[layer], w_hidden.t())
        )
        vectors = state[layer]
    return vectors


def lstm_step(lstm: nn.LSTM, vectors: Tensor, state: list[Tensor]) -> Tensor:
    """vectors (rows, width) -> (rows, hidden); `state` is [h, c], each (layers, rows, hidden), changed in place."""
    h, c = state
    for layer in range(lstm.num_layers):
        w_input, w_hidden, b_input, b_hidden = lstm.all_weights[layer]
        gates = torch.addmm(b_input + b_hidden, vectors, w_input.t()).addmm_(h[layer], w_hidden.t())
        i, f, g, o = gates.chunk(4, 1)
        c[layer] = torch.sigmoid(f) * c[layer] + torch.sigmoid(i) * torch.tanh(g)
        h[layer] = torch.sigmoid(o) * torch.tanh(c[layer])
        vectors = h[layer]
    return vectors


def gru_step(gru: nn.GRU, vectors: Tensor, state: Tensor) -> Tensor:
    """vectors (rows, width) -> (rows, hidden); `state` (layers, rows, hidden) is changed in place."""
    for layer in range(gru.num_layers):
        w_input, w_hidden, b_input, b_hidden = gru.all_weights[layer]
        from_input = torch.addmm(b_input, vectors, w_input.t())
        from_hidden = torch.addmm(b_hidden, state[layer], w_hidden.t())
        ri, zi, ni = from_input.chunk(3, 1)
        rh, zh, nh = from_hidden.chunk(3, 1)
        z = torch.sigmoid(zi + zh)
        n = torch.tanh(ni + torch.sigmoid(ri + rh) * nh)
        state[layer] = n + z * (state[layer] - n)
        vectors = state[layer]
    return vectors
