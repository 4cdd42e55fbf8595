"""Several chorale models as one: what they say is averaged, and it is written and loaded as any model."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from ml.generation.chorale_sampling import STRICT, ChoraleWriter, write_chorales
from ml.models.chorale_checkpoint import load_chorale_model, save_chorale_model
from ml.models.chorale_mixture import ChoraleMixture, mixture_of
from ml.models.chorale_model import ChoraleConfig
from ml.models.model_folder import CONFIG_FILE, UnusableCheckpoint
from ml.tensors.chorale_batch import stack_pieces
from ml.tensors.chorale_grid import JSB_16
from ml.tensors.chorale_past import grid_piece
from tests.ml.chorale_pieces import SMALL, chorale, chorales, random_model


def members():
    return [random_model(1, trunk="gru"), random_model(2, trunk="lstm", attention_layers=1)]


def pieces(count):
    return stack_pieces([grid_piece(piece, JSB_16) for piece in chorales(count)], JSB_16)


@torch.no_grad()
def test_the_mixture_says_the_mean_of_its_members():
    models, batch = members(), pieces(3)
    nats, right = mixture_of(models).losses(batch)
    shares = [torch.exp(-model.losses(batch)[0]) for model in models]
    assert torch.allclose(torch.exp(-nats), sum(shares) / 2, atol=1e-6)
    assert right.shape == nats.shape


@torch.no_grad()
def test_two_of_the_same_are_that_one():
    model, batch = random_model(3), pieces(2)
    twice, _ = mixture_of([model, model]).losses(batch)
    assert torch.allclose(twice, model.losses(batch)[0], atol=1e-5)


@torch.no_grad()
def test_a_writer_finds_what_reading_the_whole_piece_finds():
    mixture, piece = mixture_of(members()), chorale(4, 16)
    batch = stack_pieces([grid_piece(piece, JSB_16)], JSB_16)
    nats, _ = mixture.losses(batch)
    writer = ChoraleWriter(mixture, 1, len(piece), STRICT)
    tokens = batch.tokens[0].numpy()
    for frame in range(len(piece)):
        at, standing = writer._places(), np.full((1, 4), JSB_16.silent, np.int64)
        for written, voice in enumerate(mixture.config.order):
            shares = mixture.one_voice(written, writer.known, at, torch.from_numpy(standing))
            assert float(shares.exp().sum()) == pytest.approx(1, abs=1e-4)
            assert -float(shares[0, tokens[frame, voice]]) == pytest.approx(float(nats[frame, written]), abs=1e-3)
            standing[0, voice] = tokens[frame, voice]
        writer.add(tokens[frame][None])


@torch.no_grad()
def test_a_temperature_flattens_what_it_says():
    models, batch = members(), pieces(2)
    row, frame = batch.asked.nonzero().unbind(1)
    plain, warm = (mixture_of(models, temperature).logits(batch, row, frame) for temperature in (1.0, 1.5))
    assert torch.allclose(torch.log_softmax(plain / 1.5, -1), warm, atol=1e-5)
    assert torch.allclose(warm.exp().sum(-1), torch.ones(()), atol=1e-5)


def test_it_writes_chorales_within_limits():
    frames = write_chorales(mixture_of(members()), 2, 32, seed=1, limits=STRICT)
    assert len(frames) == 2 and all(piece.shape == (32, 4) for piece in frames)


@torch.no_grad()
def test_a_mixture_survives_its_folder(tmp_path):
    mixture, batch = mixture_of(members(), 1.11), pieces(1)
    save_chorale_model(tmp_path / "both", mixture, {"name": "Both"}, half=False)
    loaded = load_chorale_model(tmp_path / "both").network
    assert isinstance(loaded, ChoraleMixture)
    assert loaded.parameter_count == mixture.parameter_count
    assert torch.equal(loaded.losses(batch)[0], mixture.losses(batch)[0])


def test_members_that_do_not_go_together_are_refused():
    ours, other = ChoraleConfig(**SMALL), ChoraleConfig(**{**SMALL, "stride": 2})
    with pytest.raises(ValueError, match="must share their grid"):
        ChoraleMixture([ours, other])
    with pytest.raises(ValueError, match="2 to 4 members"):
        ChoraleMixture([ours])


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": 0},
        {"temperature": "hot"},
        {"members": []},
        {"members": "two"},
        {"members": [{}] * 99},
        {"members": [{"width": 10**9}] * 2},
        {"form": "JSB-16"},
    ],
)
def test_a_damaged_folder_is_refused_in_one_sentence(tmp_path, changes):
    save_chorale_model(tmp_path / "both", mixture_of(members()), {})
    config = json.loads((tmp_path / "both" / CONFIG_FILE).read_text())
    (tmp_path / "both" / CONFIG_FILE).write_text(json.dumps({**config, **changes}))
    with pytest.raises(UnusableCheckpoint, match=r"^[^\n]+\.$"):
        load_chorale_model(tmp_path / "both")
