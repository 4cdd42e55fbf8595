"""The likelihood of a chorale is a product of conditionals, for every trunk."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from ml.models.checkpoint import load_model
from ml.models.chorale_checkpoint import load_chorale_model, save_chorale_model
from ml.models.chorale_dropout import FeatureEmbedding
from ml.models.chorale_model import ChoraleConfig, ChoraleModel
from ml.models.chorale_trunk import TRUNKS
from ml.models.model_folder import CONFIG_FILE, UnusableCheckpoint
from ml.models.weights_file import WEIGHTS_FILE
from ml.tensors.chorale_batch import stack_pieces
from ml.tensors.chorale_grid import JSB_16, JSB_QUARTER
from ml.tensors.chorale_past import grid_piece
from tests.ml.chorale_pieces import SMALL, chorale, chorales, random_model


def logits_of(model, frames):
    """(frames, voices in writing order, tokens) for one piece."""
    form = model.config.grid
    batch = stack_pieces([grid_piece(frames, form)], form)
    row, frame = batch.asked.nonzero().unbind(1)
    with torch.no_grad():
        known = model.blocks_read(batch)[row, frame // model.config.stride]
        return model.head(known, batch.places(row, frame), batch.tokens[row, frame])


@pytest.mark.parametrize("trunk", TRUNKS)
@pytest.mark.parametrize("stride", [1, 2, 4])
def test_no_logit_sees_its_own_note_or_a_later_one(trunk, stride):
    model = random_model(trunk=trunk, stride=stride, attention_layers=1)
    piece = chorale(1)
    before = logits_of(model, piece)
    for frame, written in ((0, 0), (0, 2), (1, 1), (17, 0), (18, 3), (47, 2)):
        other = chorale(2)
        other[:frame] = piece[:frame]
        earlier = list(model.config.order[:written])
        other[frame, earlier] = piece[frame, earlier]
        after = logits_of(model, other)
        assert torch.allclose(before[:frame], after[:frame], atol=1e-5)
        assert torch.allclose(before[frame, : written + 1], after[frame, : written + 1], atol=1e-5)


@pytest.mark.parametrize("trunk", TRUNKS)
def test_an_untrained_model_is_uniform_over_47_tokens(trunk):
    model = ChoraleModel(ChoraleConfig(trunk=trunk, **SMALL)).eval()
    nats, _ = model.losses(stack_pieces([grid_piece(piece, JSB_16) for piece in chorales(2)], JSB_16))
    assert nats.shape == (96, 4)
    assert torch.allclose(nats, torch.full_like(nats, math.log(47)), atol=1e-5)


def test_frames_of_a_tiny_grid_sum_to_one():
    """All second frames that may follow a first one, of a model whose voices take five pitches."""
    model = random_model(form="JSB-quarter", order=(0, 1, 2, 3), stride=1)
    form = JSB_QUARTER
    first = np.array([[84, 76, 67, 48]])
    total = 0.0
    row = logits_of(model, np.vstack([first, [[84, 76, 67, 48]]]))[1]
    upper = torch.softmax(row[0], 0)
    assert upper.sum() == pytest.approx(1, abs=1e-5)
    # A set that holds one low pitch: its next note is lower or the end, and after the end nothing follows.
    low = form.lowest + 1
    row = logits_of(model, np.vstack([first, [[low, -1, -1, -1]]]))[1]
    shares = torch.softmax(row[1], 0)
    total = float(shares[0] + shares[form.silent])
    assert total == pytest.approx(1, abs=1e-5)
    assert float(torch.softmax(row[2], 0)[form.silent]) == pytest.approx(1)


def test_padding_and_company_change_nothing():
    model = random_model(attention_layers=1)
    pieces = [grid_piece(chorale(1, 32), JSB_16), grid_piece(chorale(2, 48), JSB_16)]
    with torch.no_grad():
        together, _ = model.losses(stack_pieces(pieces, JSB_16))
        alone = torch.cat([model.losses(stack_pieces([piece], JSB_16))[0] for piece in pieces])
    assert torch.allclose(together, alone, atol=1e-4)


def test_few_frames_between_eighths_are_weighted_up():
    model = random_model()
    batch = stack_pieces([grid_piece(piece, JSB_16) for piece in chorales(12)], JSB_16)
    torch.manual_seed(1)
    with torch.no_grad():
        exact = float(model.losses(batch)[0].sum())
        drawn = [float(model.losses(batch, 0.5)[0].sum()) for _ in range(10)]
    assert np.mean(drawn) == pytest.approx(exact, rel=0.05)


def test_a_model_survives_its_folder(tmp_path):
    model = random_model(attention_layers=1)
    save_chorale_model(tmp_path / "tiny", model, {"name": "Tiny"}, half=False)
    loaded = load_chorale_model(tmp_path / "tiny")
    assert loaded.network.config == model.config
    assert loaded.card["name"] == "Tiny"
    assert len(loaded.checkpoint) == 64
    assert torch.equal(logits_of(loaded.network, chorale(1)), logits_of(model, chorale(1)))


def test_the_two_families_refuse_each_others_folders(tmp_path):
    save_chorale_model(tmp_path / "tiny", random_model(), {})
    with pytest.raises(UnusableCheckpoint, match='"tiny"'):
        load_model(tmp_path / "tiny")
    config = json.loads((tmp_path / "tiny" / CONFIG_FILE).read_text())
    (tmp_path / "tiny" / CONFIG_FILE).write_text(json.dumps({**config, "family": "event"}))
    with pytest.raises(UnusableCheckpoint, match="no chorale model"):
        load_chorale_model(tmp_path / "tiny")


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 99},
        {"trunk": "mamba"},
        {"form": "polyphony"},
        {"width": 10**9},
        {"width": 100, "heads": 3},
        {"order": [0, 1, 2, 2]},
        {"order": "SATB"},
        {"dropout": 1.5},
        {"surprise": 1},
        {"width": 192},
        {"layers": "many"},
    ],
)
def test_damaged_folders_are_refused_in_one_sentence(tmp_path, changes):
    save_chorale_model(tmp_path / "tiny", random_model(), {})
    config = json.loads((tmp_path / "tiny" / CONFIG_FILE).read_text())
    (tmp_path / "tiny" / CONFIG_FILE).write_text(json.dumps({**config, **changes}))
    with pytest.raises(UnusableCheckpoint, match=r"^[^\n]+\.$"):
        load_chorale_model(tmp_path / "tiny")


def test_cut_weights_are_refused(tmp_path):
    save_chorale_model(tmp_path / "tiny", random_model(), {})
    path = tmp_path / "tiny" / WEIGHTS_FILE
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnusableCheckpoint, match="install the model again"):
        load_chorale_model(tmp_path / "tiny")


def test_features_are_left_out_in_training_only():
    torch.manual_seed(0)
    table = FeatureEmbedding([5, 5, 5], 8, 0.5)
    columns = torch.tensor([[1, 2, 3]])
    whole = table.eval()(columns)
    drawn = torch.stack([table.train()(columns) for _ in range(2000)])
    assert torch.allclose(drawn.mean(0), whole, atol=0.05)
    assert drawn.std(0).max() > 0.05
