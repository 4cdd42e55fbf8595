"""Untrained models and corpora with splits, for measuring."""

from __future__ import annotations

from pathlib import Path

import torch

from ml.evaluation.bench import Bench, Scale
from ml.models.checkpoint import LoadedModel, load_model, save_model
from ml.models.event_model import EventModel, ModelConfig
from ml.music import Score
from ml.training.cache import CachedCorpus, open_corpus
from tests.ml.training.tunes import fill, tune

TINY = ModelConfig("lstm", width=16, layers=1, hidden=16)
SMALL = Scale(pieces=4, notes=128, prompts=3, references=5, requests=2, floor_notes=5_000, chorale_bars=32)


def untrained(folder: Path, seed: int = 0) -> Path:
    """A model folder with random weights."""
    torch.manual_seed(seed)
    save_model(folder, EventModel(TINY), {"name": "Tiny", "figures": {"older": 1}})
    return folder


def corpus_of(tmp_path: Path, splits: dict[str, list[Score]], name: str = "songs") -> CachedCorpus:
    """A corpus in which every score is on the side it is given for."""
    named = {f"{split} {i}": score for split, scores in splits.items() for i, score in enumerate(scores)}
    folder = fill(tmp_path / name, named)
    lines = "".join(f"{piece},{piece.split()[0]}\n" for piece in named)
    (folder / "metadata.csv").write_text("name,split\n" + lines)
    return open_corpus(folder, tmp_path / "cache")


def long_tunes(first: int, count: int, bars: int = 18) -> list[Score]:
    return [tune(seed, bars) for seed in range(first, first + count)]


def bench_of(tmp_path: Path, *corpora: CachedCorpus, models: int = 1, scale: Scale = SMALL) -> Bench:
    loaded: list[LoadedModel] = [load_model(untrained(tmp_path / f"tiny{seed}", seed)) for seed in range(models)]
    return Bench(list(corpora), loaded, "valid", lambda text: None, scale)
