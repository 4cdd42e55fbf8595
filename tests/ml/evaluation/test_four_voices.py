"""Chorales on the grid: floors, models and Bach himself in one table, from the same command."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from ml.__main__ import main
from ml.evaluation.board import read_board
from ml.evaluation.four_voices import floor_samples
from ml.measures.voice_leading import voice_leading
from ml.models.chorale_checkpoint import load_chorale_model, save_chorale_model
from ml.models.chorale_model import ChoraleConfig, ChoraleModel
from ml.tensors.chorale_grid import JSB_16, Chorales, read_chorales
from tests.ml.evaluation.models import untrained
from tests.ml.training.tunes import packed, tunes

SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def chorale(seed: int, chords: int = 16) -> list[list[int]]:
    """Quarters of triads that wander about a scale."""
    random = np.random.default_rng(seed)
    frames = []
    for degree in random.integers(0, 4, chords):
        chord = [72 + SCALE[degree], 64 + SCALE[degree], 55 + SCALE[degree], 43 + SCALE[int(random.integers(8))]]
        frames += [chord] * 4
    return frames


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A zip that is a corpus of MIDI files and holds the chorales' JSON besides."""
    splits = "name,split\n" + "".join(f"tune {i},{'valid' if i < 3 else 'train'}\n" for i in range(8))
    path = packed(tmp_path / "chorales.zip", tunes(8, bars=18), metadata_csv=splits)
    data = {"train": [chorale(i) for i in range(6)], "valid": [chorale(i) for i in range(6, 9)], "test": []}
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr(f"json/{JSB_16.member}", json.dumps(data))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    torch.manual_seed(3)
    config = ChoraleConfig(width=64, layers=1, heads=2, head_width=32)
    save_chorale_model(tmp_path / "grid", ChoraleModel(config), {"name": "Grid", "family": "chorale"})
    return tmp_path / "grid"


def evaluate(tmp_path: Path, *arguments: object) -> int:
    fixed = ["--quick", "--cache", str(tmp_path / "cache"), "-o", str(tmp_path / "board")]
    return main(["evaluate", *map(str, arguments), *fixed])


def test_chorale_models_stand_beside_bach_and_the_floors(tmp_path, archive, model):
    assert evaluate(tmp_path, model, "--corpora", archive, "--sections", "chorales", "--write-cards") == 0
    section = read_board(tmp_path / "board")["chorales valid"]
    scores, voices = section["tables"]
    assert list(scores["rows"]) == ["unigram", "bigram by beat", "grid"]
    assert scores["rows"]["bigram by beat"]["nats per note"] < scores["rows"]["grid"]["nats per note"]
    assert list(voices["rows"]) == ["Bach, train", "Bach, valid", "bigram by beat", "grid, free", "grid, within limits"]
    assert voices["rows"]["grid, within limits"]["P5 / bar"] == voices["rows"]["grid, within limits"]["P8 / bar"] == 0
    assert voices["rows"]["Bach, train"]["hold %"] > 70
    assert section["facts"]["pieces"] == {"JSB-16": 3}
    figures = load_chorale_model(model).card["figures"]
    assert figures["JSB-16, valid"]["nats per note"] == scores["rows"]["grid"]["nats per note"]
    assert figures["voice leading, within limits, valid"]["P8 / bar"] == 0


def test_event_models_and_chorale_models_are_told_apart(tmp_path, archive, model):
    event = untrained(tmp_path / "tiny")
    assert evaluate(tmp_path, model, event, "--corpora", archive, "--sections", "bits", "chorales") == 0
    board = read_board(tmp_path / "board")
    assert list(board["bits valid"]["facts"]["checkpoints"]) == ["tiny"]
    assert list(board["chorales valid"]["facts"]["checkpoints"]) == ["grid"]


def test_a_split_without_chorales_is_said(tmp_path, archive, model):
    arguments = (model, "--corpora", archive, "--sections", "chorales", "--split", "test")
    assert evaluate(tmp_path, *arguments) == 0
    section = read_board(tmp_path / "board")["chorales test"]
    assert section["tables"] == []
    assert section["missing"] == ["None of the corpora holds test chorales of the grid JSB-16."]


def test_the_floor_writes_what_it_has_counted(archive):
    chorales = read_chorales(archive, JSB_16)
    written = floor_samples(chorales, 64, seed=1)
    assert sum(map(len, written)) == 64 * 16
    bach, floor = voice_leading(chorales.splits["train"]), voice_leading(written)
    assert 0.6 < floor.hold < bach.hold  # what was never seen has a small chance too
    assert floor.triads < bach.triads  # each voice goes its own way
    same = floor_samples(Chorales(JSB_16, chorales.splits, ""), 64, seed=1)
    assert all(np.array_equal(one, two) for one, two in zip(written, same, strict=True))
