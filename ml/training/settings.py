"""The settings of a training run, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingConfig:
    """`notes`: how many note targets to see in all; `minutes`: or so long, whichever is first. The learning rate
    warms up over `warmup` steps, then follows a cosine down to a twentieth over the run (Loshchilov and Hutter, 2017).
    `patience`: validations without a better one before stopping early, 0 for never."""

    notes: int = 40_000_000
    minutes: float = 0.0
    batch_events: int = 4096
    max_events: int = 1536
    learning_rate: float = 2e-3
    warmup: int = 300
    weight_decay: float = 0.05
    clip: float = 1.0
    validate_minutes: float = 8.0
    checkpoint_minutes: float = 10.0
    patience: int = 0
    seed: int = 1
    half: bool | None = None
    """Train in bfloat16 or not; None measures which is faster here."""

    def __post_init__(self) -> None:
        """Raises ValueError with a sentence for settings with which nothing could be trained."""
        for name in ("notes", "batch_events", "max_events", "learning_rate", "warmup", "clip", "validate_minutes"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name.replace('_', ' ')} must be above 0, not {getattr(self, name)}.")
        for name in ("minutes", "weight_decay", "checkpoint_minutes", "patience", "seed"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name.replace('_', ' ')} must be 0 or more, not {getattr(self, name)}.")
