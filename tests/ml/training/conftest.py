"""A tiny corpus, and trainers of run folders on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ml.training.augmentation import Augmentation
from ml.training.batches import RowSource
from ml.training.cache import CachedCorpus
from ml.training.interruption import Interruption
from ml.training.loop import Start, Trainer
from ml.training.validation import validation_rows
from tests.ml.training.runs import SETTINGS, SHAPES, seconds
from tests.ml.training.tunes import opened, tunes


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> CachedCorpus:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "splits").mkdir()
    lists = {"train": [f"tune {number}" for number in range(3, 20)], "valid": ["tune 0", "tune 1", "tune 2"]}
    (folder / "splits" / "songs.json").write_text(json.dumps(lists))
    return opened(folder, tunes(20, bars=6))


@pytest.fixture
def trainer(corpus: CachedCorpus, tmp_path: Path) -> Callable[..., Trainer]:
    """Makes a trainer of a run folder, as the command does."""

    def make(
        run: str = "run",
        trunk: str = "lstm",
        clock: Callable[[], float] | None = None,
        report: Callable[[str], None] = lambda text: None,
        start: Start | None = None,
        interruption: Interruption | None = None,
        **settings: object,
    ) -> Trainer:
        config = replace(SETTINGS, **settings)
        source = RowSource([(corpus, 1.0)], config.max_events, Augmentation(), config.seed)
        held_out = {corpus.name: validation_rows(corpus, pieces=3)}
        card = {"name": "Tiny", "training": {"hardware": "none to speak of"}}
        return Trainer(
            tmp_path / run, SHAPES[trunk], config, source, held_out, card, report, clock or seconds(),
            start=start, interruption=interruption,
        )  # fmt: skip

    return make
