"""Small chorales for tests: random walks in four voices, with held notes and rests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from ml.models.chorale_model import ChoraleConfig, ChoraleModel
from ml.tensors.chorale_grid import SILENT, Frames

SMALL = {"width": 96, "layers": 1, "attention_layers": 0, "head_width": 24, "stride": 4}
STARTS = (69, 62, 57, 48)
RANGES = ((60, 81), (52, 74), (46, 69), (36, 66))


def chorale(seed: int, frames: int = 48) -> Frames:
    """(frames, 4) pitches that move about once in four frames; a rest now and then."""
    rng = np.random.default_rng(seed)
    piece = np.empty((frames, 4), np.int64)
    now = np.array(STARTS) + rng.integers(-2, 3)
    for frame in range(frames):
        moves = rng.random(4) < (0.7 if frame % 4 == 0 else 0.05)
        now = np.where(moves, now + rng.integers(-3, 4, 4), now)
        now = np.clip(now, [low for low, _ in RANGES], [high for _, high in RANGES])
        piece[frame] = np.where(rng.random(4) < 0.01, SILENT, now)
    return piece


def chorales(count: int, frames: int = 48) -> list[Frames]:
    return [chorale(seed, frames) for seed in range(count)]


def write_json(path: Path, train: int = 6, valid: int = 2, frames: int = 32) -> Path:
    """A file as the published one is."""
    pieces = [piece.tolist() for piece in chorales(train + valid, frames)]
    splits = {"train": pieces[:train], "valid": pieces[train:], "test": pieces[:1]}
    path.write_text(json.dumps(splits))
    return path


def random_model(seed: int = 0, **settings: object) -> ChoraleModel:
    """A small network whose weights are random everywhere, so that every input matters."""
    torch.manual_seed(seed)
    model = ChoraleModel(ChoraleConfig(**{**SMALL, **settings}))  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3)
    return model.eval()
