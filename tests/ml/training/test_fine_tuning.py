"""A trained model is made more like someone's own pieces, measurably, and stays as it was itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ml.__main__ import main
from ml.models.checkpoint import load_model
from ml.training.fine_tuning import find_model, gains
from tests.ml.training.tunes import fill, tune

SHAPE = {"trunk": "gru", "width": 24, "layers": 1, "hidden": 24}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned some tunes, where models ship."""
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "shape.json").write_text(json.dumps(SHAPE))
    songs = fill(folder / "songs", {f"tune {seed}": tune(seed, parts=1) for seed in range(6)})
    assert train(folder, songs, "--config", folder / "shape.json", "--notes", 2500, "--name", "First") == 0
    shipped = folder / "resources" / "models"
    shipped.mkdir(parents=True)
    (folder / "run" / "best").rename(shipped / "first")
    return shipped / "first"


@pytest.fixture
def shipped(original: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models that ship, as the command sees it."""
    monkeypatch.setattr("ml.training.command.SHIPPED", original.parent)
    return original.parent


def train(folder: Path, *arguments: object) -> int:
    usual = ["--cache", folder / "cache", "--batch-events", 512, "--warmup", 3, "--threads", 1, "--full-precision"]
    where = [] if "-o" in arguments else ["-o", folder / "run"]
    return main(["train", *map(str, [*arguments, *where, *usual])])


def own_pieces(folder: Path) -> Path:
    """Another composer: long low notes in three quarters, each piece in another key."""
    scores = {}
    for number in range(20):
        score = tune(number * 7 + 1, bars=6, parts=2)
        scores[f"piece {number}"] = score
    (folder / "splits").mkdir()
    lists = {"train": [f"piece {n}" for n in range(4, 20)], "valid": [f"piece {n}" for n in range(4)]}
    (folder / "splits" / "mine.json").write_text(json.dumps(lists))
    return fill(folder / "mine", scores)


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    shown = capsys.readouterr().err.strip()
    assert len(shown.splitlines()) == 1
    return shown


def test_fine_tuning_gains_on_held_out_pieces_and_says_so(tmp_path, shipped, capsys):
    before = {path.name: path.read_bytes() for path in (shipped / "first").iterdir()}
    models = tmp_path / "my models"
    arguments = [own_pieces(tmp_path), "--from", "first", "--notes", 6000, "--learning-rate", 5e-3]
    assert train(tmp_path, *arguments, "--install", models) == 0
    shown = capsys.readouterr().err
    assert "held out of mine: " in shown
    assert "fewer)" in shown
    assert {path.name: path.read_bytes() for path in (shipped / "first").iterdir()} == before
    (place,) = models.iterdir()
    assert place.name == "first-on-mine"
    model = load_model(place)
    card = model.card
    assert card["name"] == "First on mine"
    assert card["begun_from"]["checkpoint"] == load_model(shipped / "first").checkpoint != model.checkpoint
    assert card["begun_from"]["corpora"][0]["name"] == "songs"
    assert [corpus["name"] for corpus in card["corpora"]] == ["mine"]
    assert card["corpora"][0]["licence"] == "the user's own"
    figures = card["figures"]
    old, new = figures["bits per note of First on the same pieces"]["mine"], figures["bits per note, held out"]["mine"]
    assert new < 0.9 * old
    assert f"{old:.3f} bits per note before, {new:.3f} after" in shown
    assert card["training"]["curve"][0]["bits_per_note"]["mine"] == old


def test_the_same_command_goes_on_with_a_fine_tuning(tmp_path, shipped, capsys):
    arguments = [own_pieces(tmp_path), "--from", shipped / "first", "--notes"]
    assert train(tmp_path, *arguments, 900) == 0
    assert train(tmp_path, *arguments, 1500) == 0
    shown = capsys.readouterr().err
    assert "resumed at step" in shown
    assert "was begun with" not in shown
    assert json.loads((tmp_path / "run" / "log.json").read_text())[0]["step"] == 0


@pytest.mark.parametrize("where", ["first", "first/run", ".", "new"])
def test_nothing_is_written_where_models_ship(tmp_path, shipped, capsys, where):
    before = sorted(shipped.rglob("*"))
    assert train(tmp_path, own_pieces(tmp_path), "--from", "first", "-o", shipped / where) == 2
    assert "stays as it is: choose another folder" in refusal(capsys)
    assert sorted(shipped.rglob("*")) == before


def test_an_own_model_is_not_written_over_either(tmp_path, shipped, capsys):
    songs = own_pieces(tmp_path)
    assert train(tmp_path, songs, "--from", "first", "--notes", 500) == 0
    capsys.readouterr()
    best = tmp_path / "run" / "best"
    before = (best / "card.json").read_bytes()
    assert train(tmp_path, songs, "--from", best) == 2
    assert "would change" in refusal(capsys)
    assert (best / "card.json").read_bytes() == before
    assert train(tmp_path, songs, "--from", best, "--notes", 500, "-o", tmp_path / "again") == 0
    assert load_model(tmp_path / "again" / "best").card["begun_from"]["begun_from"]["name"] == "First"


def test_a_model_goes_nowhere_near_those_that_ship(tmp_path, shipped, capsys):
    arguments = [own_pieces(tmp_path), "--from", "first", "--notes", 500, "--install", shipped]
    assert train(tmp_path, *arguments) == 2
    assert "choose another folder" in refusal(capsys)


@pytest.mark.parametrize("wrong", [["--trunk", "gru"], ["--config", "shape.json"]])
def test_a_model_to_begin_from_has_its_own_shape(tmp_path, shipped, capsys, wrong):
    assert train(tmp_path, own_pieces(tmp_path), "--from", "first", *wrong) == 2
    assert "leave out --trunk and --config" in refusal(capsys)


@pytest.mark.parametrize("asked", ["nobody", "../first", "/nowhere/at/all"])
def test_a_model_that_is_not_there_is_refused_with_those_that_are(tmp_path, shipped, capsys, asked):
    assert train(tmp_path, own_pieces(tmp_path), "--from", asked) == 2
    assert "nor a model that ships (first)" in refusal(capsys)


def test_a_damaged_model_is_refused(tmp_path, shipped, capsys):
    (tmp_path / "broken").mkdir()
    for file in (shipped / "first").iterdir():
        (tmp_path / "broken" / file.name).write_bytes(file.read_bytes()[:-20])
    assert train(tmp_path, own_pieces(tmp_path), "--from", tmp_path / "broken") == 2
    assert 'The model "broken"' in refusal(capsys)


def test_names_come_before_nothing_and_paths_before_names(tmp_path, original):
    assert find_model("first", original.parent) == original
    assert find_model(str(original), tmp_path) == original


def test_gains_are_told_plainly():
    log = [{"bits_per_note": {"a": 4.0, "b": 5.0}}, {"bits_per_note": {"a": 3.0, "b": 5.5}}]
    assert gains(log, 4.25) == [
        "held out of a: 4.000 bits per note before, 3.000 after (25% fewer)",
        "held out of b: 5.000 bits per note before, 5.500 after",
    ]
    assert gains(log, 4.5)[-1].startswith("Nothing was gained")
    assert "cannot be told" in gains([{"bits_per_note": {}}], 0.0)[0]
