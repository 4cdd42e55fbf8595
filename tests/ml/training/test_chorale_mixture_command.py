"""`python -m ml mix-chorales` as a user runs it."""

from __future__ import annotations

import pytest

from ml.__main__ import main
from ml.models.chorale_checkpoint import load_chorale_model, save_chorale_model
from tests.ml.chorale_pieces import random_model


def trained(folder, seed, trunk="gru", data="a"):
    card = {"name": trunk, "trunk": trunk, "corpora": [{"name": "chorales", "data": data}], "figures": {"old": 1}}
    save_chorale_model(folder, random_model(seed, trunk=trunk), {**card, "training": {"minutes": seed}})
    return str(folder)


def test_two_models_become_one_with_a_card_of_both(tmp_path, capsys):
    both = [trained(tmp_path / "one", 1), trained(tmp_path / "two", 2, "lstm")]
    assert main(["mix-chorales", *both, "--name", "Pair", "-o", str(tmp_path / "pair")]) == 0
    card = load_chorale_model(tmp_path / "pair").card
    assert (card["name"], card["trunk"]) == ("Pair", "gru + lstm")
    assert card["training"]["minutes"] == 3
    assert [member["trunk"] for member in card["training"]["members"]] == ["gru", "lstm"]
    assert "figures" not in card
    assert "2 members" in capsys.readouterr().err


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
        assert main(["mix-chorales", first, second, "-o", str(tmp_path / "pair")]) == 0
        second = str(tmp_path / "pair")
    assert main(["mix-chorales", first, second, "-o", str(tmp_path / change.get("output", "new"))]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
