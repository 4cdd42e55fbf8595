"""Training chorale models: learns, resumes exactly, refuses nonsense."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from ml.__main__ import main
from ml.evaluation.chorale_scores import floors, model_score
from ml.models.chorale_checkpoint import load_chorale_model
from ml.models.chorale_model import ChoraleConfig
from ml.music.midi import write_midi_file
from ml.tensors.chorale_grid import JSB_16, NOTTINGHAM_8, UnreadableChorales, read_chorales, to_score
from ml.tensors.chorale_past import grid_piece
from ml.training.chorale_corpora import open_chorales
from ml.training.chorale_training import ChoraleTrainer, ChoraleTraining
from tests.ml.chorale_pieces import SMALL, chorales, write_json

SETTINGS = {
    "model": {**SMALL, "dropout": 0.1},
    "training": {"batch_pieces": 2, "warmup": 3, "validate_passes": 1, "learning_rate": 5e-3},
}


@pytest.fixture(autouse=True)
def threads():
    """The command may set the number of threads of the whole process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def arguments(tmp_path):
    source = write_json(tmp_path / "chorales.json")
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    return [str(source), "-o", str(tmp_path / "run"), "--config", str(tmp_path / "settings.json"), "--threads", "1"]


def test_a_model_is_trained_and_measured(tmp_path, arguments):
    assert main(["train-chorales", *arguments, "--passes", "8", "--name", "Tiny"]) == 0
    best = load_chorale_model(tmp_path / "run" / "best")
    assert best.card["name"] == "Tiny"
    assert best.card["family"] == "chorale"
    assert "not the published file" in best.card["corpora"][0]["name"]
    log = json.loads((tmp_path / "run" / "log.json").read_text())
    assert log[-1]["valid"] < log[0]["valid"] < 3.9
    score = model_score("best", best.network, read_chorales(tmp_path / "chorales.json", JSB_16).splits["valid"])
    assert score.notes == 2 * 32 * 4
    assert score.nats_per_note == pytest.approx(min(entry["valid"] for entry in log), abs=2e-3)
    assert score.nats_per_frame == pytest.approx(4 * score.nats_per_note)


def trainer(run, passes, clock=lambda: 0.0):
    pieces = [grid_piece(piece, JSB_16) for piece in chorales(5, 24)]
    training = ChoraleTraining(**{**SETTINGS["training"], "passes": passes, "decay": 1e-6})
    return ChoraleTrainer(
        run, ChoraleConfig(**SETTINGS["model"]), training, pieces[:4], pieces[4:], {}, lambda text: None, clock
    )


def test_a_run_that_goes_on_equals_one_that_never_stopped(tmp_path):
    whole = trainer(tmp_path / "whole", 4)
    whole.train()
    trainer(tmp_path / "parts", 2).train()
    second = trainer(tmp_path / "parts", 4)
    assert second.progress.done == 2
    second.train()
    for name, tensor in second.models.state_dict().items():
        assert torch.equal(tensor, whole.models.state_dict()[name]), name
    assert [entry["valid"] for entry in second.log] == [entry["valid"] for entry in whole.log]


def test_a_run_stopped_inside_a_pass_goes_on_there(tmp_path):
    whole = trainer(tmp_path / "whole", 2)
    whole.train()
    first = trainer(tmp_path / "parts", 2)
    for group, jitter in list(first.batches(0, 0))[:1]:
        first.update(group, jitter)
        first.progress.batch += 1
        first.progress.step += 1
    first.checkpoint()
    second = trainer(tmp_path / "parts", 2)
    second.train()
    assert all(
        torch.equal(tensor, whole.models.state_dict()[name]) for name, tensor in second.models.state_dict().items()
    )


def test_a_run_of_other_chorales_is_not_gone_on_with(tmp_path, arguments, capsys):
    assert main(["train-chorales", *arguments, "--passes", "1"]) == 0
    write_json(tmp_path / "chorales.json", train=4)
    assert main(["train-chorales", *arguments, "--passes", "2"]) == 2
    assert "choose another run folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "settings",
    [
        "[]",
        "no",
        '{"model": 3}',
        '{"training": {"speed": 1}}',
        '{"training": {"passes": 0}}',
        '{"model": {"width": -1}}',
    ],
)
def test_settings_that_make_no_sense_are_named(tmp_path, arguments, capsys, settings):
    (tmp_path / "settings.json").write_text(settings)
    assert main(["train-chorales", *arguments]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_floors_are_counted_as_defined():
    pieces = chorales(6, 40)
    unigram, bigram = floors(pieces[:4], pieces[4:5], pieces[5:], JSB_16)
    assert bigram.nats_per_note < unigram.nats_per_note < np.log(47)
    assert bigram.notes == 160


def test_tunes_from_midi_files_are_sets_on_eighths(tmp_path):
    folder = tmp_path / "nottingham"
    (folder / "midi").mkdir(parents=True)
    for index, piece in enumerate(chorales(3, 16)):
        score = to_score(np.maximum(piece, 40), NOTTINGHAM_8)
        write_midi_file(score, folder / "midi" / f"tune{index}.mid")
    (folder / "metadata.csv").write_text("name,split\ntune0,train\ntune1,valid\n")
    tunes = open_chorales(folder, NOTTINGHAM_8)
    assert [len(tunes.splits[split]) for split in ("train", "valid", "test")] == [1, 1, 0]
    frames = tunes.splits["train"][0]
    assert frames.shape[1] == 8
    assert (np.diff(frames[:, :5], axis=1) <= 0).all()
    with pytest.raises(UnreadableChorales, match="not on other"):
        open_chorales(folder.rename(tmp_path / "other"), NOTTINGHAM_8)
    folder = (tmp_path / "other").rename(folder)
    (folder / "metadata.csv").unlink()
    with pytest.raises(UnreadableChorales, match="names no pieces to learn from"):
        open_chorales(folder, NOTTINGHAM_8)
