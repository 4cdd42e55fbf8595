"""Small training runs on a clock that tests control."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable

import torch

from ml.models.event_model import ModelConfig
from ml.training.loop import Trainer
from ml.training.settings import TrainingConfig

SHAPES = {
    "lstm": ModelConfig("lstm", width=16, layers=2, hidden=16, dropout=0.2),
    "transformer": ModelConfig(
        "transformer", width=64, layers=1, heads=2, feed_forward=32, recurrent_layers=1, dropout=0.2
    ),
}
SETTINGS = TrainingConfig(
    notes=1200, batch_events=256, max_events=128, warmup=4, validate_minutes=100, checkpoint_minutes=100, half=False
)


class PowerCut(Exception):
    """The machine goes off."""


def seconds(first: float = 0.0, until: float = math.inf) -> Callable[[], float]:
    """A clock that goes on by a second at each look; it ends the run at `until`."""
    ticks = itertools.count(first)

    def clock() -> float:
        now = next(ticks)
        if now >= until:
            raise PowerCut
        return now

    return clock


def parameters(trainer: Trainer) -> dict[str, torch.Tensor]:
    return trainer.model.state_dict()


def losses(trainer: Trainer) -> list[float]:
    """Bits per note of every step."""
    rows = json.loads((trainer.run / "train.json").read_text())
    assert [row["step"] for row in rows] == list(range(1, trainer.progress.step + 1))
    return [row["bits_per_note"] for row in rows]
