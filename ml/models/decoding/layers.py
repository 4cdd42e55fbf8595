"""What all trunks and the head share: products, norms, GELU; all on float32 arrays of shape (rows, features)."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Floats = NDArray[np.float32]

SINGLE_THREADED = 400_000
"""Weights of one matrix-vector product: OpenBLAS takes larger ones to every core, which belong to the player."""
GELU_SCALE = math.sqrt(0.5)
"""`gelu` wants its input so much smaller, and its output is so much too large."""
ERF = (2.51760746e-5, -3.44697769e-4, -7.09798777e-4, 1.03152540e-1, 1.12829858)
"""Coefficients of atanh(erf x) / x in x squared, the highest first."""


def array(tensor: Tensor) -> Floats:
    """A float32 copy on the processor."""
    return np.array(tensor.detach().float().cpu().numpy(), np.float32)


class Product:
    """x @ weight + bias. `weight` (inputs, outputs), `bias` (outputs,) or None."""

    def __init__(self, weight: Floats, bias: Floats | None = None) -> None:
        self.weight = np.ascontiguousarray(weight, np.float32)
        self.bias = None if bias is None or not bias.any() else np.ascontiguousarray(bias, np.float32)
        self._tensor = torch.from_numpy(self.weight)
        inputs, outputs = self.weight.shape
        self._blocks = np.array_split(self.weight, -(-inputs * outputs // SINGLE_THREADED), axis=1)

    def __call__(self, x: Floats) -> Floats:
        """x (rows, inputs) -> (rows, outputs)."""
        product: Floats
        if len(x) > 1:
            # Numpy's library is slow for a few rows, up to ten times on processors without AVX-512.
            product = torch.mm(torch.from_numpy(x), self._tensor).numpy()
        elif len(self._blocks) == 1:
            product = np.dot(x, self.weight)
        else:
            product = np.concatenate([np.dot(x, block) for block in self._blocks], 1)
        if self.bias is not None:
            product += self.bias
        return product


def product_of(linear: nn.Linear, *, takes: Tensor | float = 1.0, gives: float = 1.0) -> Product:
    """The product of a linear layer; its input times `takes`, (inputs,) or a number, its output times `gives`."""
    factor = array(takes)[:, None] if isinstance(takes, Tensor) else np.float32(takes)
    weight = array(linear.weight).T * factor * np.float32(gives)
    return Product(weight, None if linear.bias is None else array(linear.bias) * np.float32(gives))


class RmsNorm:
    """x over its root mean square (Zhang and Sennrich, 2019); the learned gain belongs to the product that follows."""

    def __init__(self, width: int, norm: nn.RMSNorm) -> None:
        self._mean = np.full((width, 1), 1 / width, np.float32)
        self._epsilon = np.float32(torch.finfo(torch.float32).eps if norm.eps is None else norm.eps)

    def __call__(self, x: Floats) -> Floats:
        square = np.dot(x * x, self._mean)
        square += self._epsilon
        normed: Floats = x / np.sqrt(square, out=square)
        return normed


def gelu(x: Floats) -> Floats:
    """x (1 + erf x), within 5e-6: what GELU (Hendrycks and Gimpel, 2016) gives for x / GELU_SCALE, over GELU_SCALE.

    The product before it and the one after it have the two scales in their weights. erf x is taken as
    tanh(x p(x^2)) with a polynomial p fitted to that form: numpy has no erf, and torch's costs many times the sum.
    """
    square = x * x
    total = square * ERF[0]
    for coefficient in ERF[1:-1]:
        total += coefficient
        total *= square
    total += ERF[-1]
    total *= x
    weighed: Floats = np.tanh(total, out=total)
    weighed += 1
    weighed *= x
    return weighed
