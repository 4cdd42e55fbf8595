"""`python -m ml mix-chorales` as a user runs it."""

from __future__ import annotations

import pytest
import torch

from ml.__main__ import main
from ml.models.chorale_checkpoint import load_chorale_model, save_chorale_model
from ml.tensors.chorale_batch import stack_pieces
from ml.tensors.chorale_grid import JSB_16
from ml.tensors.chorale_past import grid_piece
from ml.training.chorale_corpora import open_chorales
from tests.ml.chorale_pieces import random_model, write_json


def trained(folder, seed, trunk="gru", data="a"):
    card = {"name": trunk, "trunk": trunk, "corpora": [{"name": "chorales", "data": data}], "figures": {"old": 1}}
    save_chorale_model(folder, random_model(seed, trunk=trunk), {**card, "training": {"minutes": seed}})
    return str(folder)


def test_two_models_become_one_with_a_card_of_both(tmp_path, capsys):
    both = [trained(tmp_path / "one", 1), trained(tmp_path / "two", 2, "lstm")]
    assert mix(tmp_path, *both, "--name", "Pair", "-o", str(tmp_path / "pair")) == 0
    card = load_chorale_model(tmp_path / "pair").card
    assert (card["name"], card["trunk"]) == ("Pair", "gru + lstm")
    assert card["training"]["minutes"] == 3
    assert [member["trunk"] for member in card["training"]["members"]] == ["gru", "lstm"]
    assert "figures" not in card
    said = capsys.readouterr().err
    assert "2 members" in said and "nats a note on the held-out chorales" in said


def test_the_temperature_is_the_best_of_the_held_out_chorales(tmp_path):
    both = [trained(tmp_path / "one", 1), trained(tmp_path / "two", 2, "lstm")]
    assert mix(tmp_path, *both, "-o", str(tmp_path / "pair")) == 0
    mixture = load_chorale_model(tmp_path / "pair").network
    pieces = [
        grid_piece(frames, JSB_16) for frames in open_chorales(tmp_path / "chorales.json", JSB_16).splits["valid"]
    ]

    def nats(temperature):
        mixture.temperature = temperature
        with torch.no_grad():
            return float(mixture.losses(stack_pieces(pieces, JSB_16))[0].mean())

    chosen = mixture.temperature
    assert nats(chosen) <= min(nats(chosen * 0.9), nats(1.0), nats(min(chosen * 1.1, 2.0))) + 1e-4


def mix(tmp_path, *arguments):
    chorales = write_json(tmp_path / "chorales.json")
    return main(["mix-chorales", "--chorales", str(chorales), *arguments])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": "b"}, "same pieces"),
        ({"folder": "pair"}, "mixture cannot be a member"),
        ({"output": "one"}, "not empty"),
    ],
)
def test_what_cannot_be_mixed_is_said(tmp_path, capsys, change, said):
    first, second = trained(tmp_path / "one", 1), trained(tmp_path / "two", 2, data=change.get("data", "a"))
    if "folder" in change:
        assert mix(tmp_path, first, second, "-o", str(tmp_path / "pair")) == 0
        second = str(tmp_path / "pair")
    assert mix(tmp_path, first, second, "-o", str(tmp_path / change.get("output", "new"))) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
