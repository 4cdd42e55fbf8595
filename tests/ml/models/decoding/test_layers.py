"""The few functions that all decoding shares, against torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from ml.models.decoding.layers import GELU_SCALE, RmsNorm, gelu, product_of


def test_gelu_is_torchs_within_its_fit_and_ends_where_it_does():
    x = np.append(np.linspace(-8, 8, 4001), [-1e15, -1e4, -0.0, 1e4, 1e15]).astype(np.float32)[None]
    exact = nn.functional.gelu(torch.from_numpy(x)).numpy()
    with np.errstate(over="ignore"):
        ours = gelu(x * np.float32(GELU_SCALE)) * GELU_SCALE
    np.testing.assert_allclose(ours, exact, rtol=1e-6, atol=5e-6)


@pytest.mark.parametrize("rows", [1, 3])
def test_products_take_scales_and_gains_into_their_weights(rows):
    torch.manual_seed(1)
    linear, gain, x = nn.Linear(24, 40), torch.rand(24), torch.randn(rows, 24)
    with torch.no_grad():
        expected = 2 * linear(x * gain)
    np.testing.assert_allclose(product_of(linear, takes=gain, gives=2.0)(x.numpy()), expected.numpy(), atol=1e-5)


def test_norms_are_torchs_but_for_the_gain():
    norm, x = nn.RMSNorm(24), torch.randn(3, 24)
    np.testing.assert_allclose(RmsNorm(24, norm)(x.numpy()), norm(x).detach().numpy(), atol=1e-6)
