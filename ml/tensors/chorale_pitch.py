"""Pitches relative to the home of their piece, so that one network weight serves all keys."""

from __future__ import annotations

import torch
from torch import Tensor

from ml.tensors.chorale_grid import GridFormat

SHIFT_LIMIT = 6
"""Home lies at most so far from C, and training reads pieces from homes at most so far from their own."""


def relative_size(form: GridFormat) -> int:
    """Number of classes of a relative pitch: pitches, silence, none."""
    return form.silent + 4 * SHIFT_LIMIT + 2


def shift_of(home: Tensor, jitter: Tensor) -> Tensor:
    """What to add to a token: `home` -6 to 5, `jitter` -6 to 6 (0: read from home)."""
    return 2 * SHIFT_LIMIT - home + jitter


def relative(tokens: Tensor, shift: Tensor, form: GridFormat) -> Tensor:
    """Tokens (NONE below 0) to relative pitches, silence and none last; `shift` broadcasts."""
    silent = relative_size(form) - 2
    return torch.where(tokens == form.silent, silent, torch.where(tokens < 0, silent + 1, tokens + shift))
