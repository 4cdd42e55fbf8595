"""`python -m ml train`: from a folder of MIDI files to a model that continues melodies."""

from __future__ import annotations

import errno
import json
import os
import signal
from pathlib import Path

import pytest
import torch

from ml.__main__ import main
from ml.models.checkpoint import load_model
from ml.models.event_model import TRUNKS, EventModel
from ml.requests import GenerationRequest, continue_region
from ml.training.batches import Batch
from ml.training.loop import StepLoss, Trainer
from ml.training.model_card import with_shares
from ml.training.presets import PRESETS
from tests.ml.training.tunes import fill, opened, packed, tune, tunes

SHAPE = {"trunk": "lstm", "width": 16, "layers": 1, "hidden": 16}


@pytest.fixture(autouse=True)
def threads():
    """The command may set the number of threads of the whole process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Folders, a tiny shape and a budget of seconds."""
    (tmp_path / "shape.json").write_text(json.dumps(SHAPE))
    folders = [
        "-o",
        str(tmp_path / "run"),
        "--cache",
        str(tmp_path / "cache"),
        "--config",
        str(tmp_path / "shape.json"),
    ]
    return [*folders, "--notes", "1200", "--batch-events", "512", "--threads", "1", "--full-precision"]


def train(*arguments: object) -> int:
    return main(["train", *map(str, arguments)])


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on the screen."""
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert len(shown.err.strip().splitlines()) == 1
    return shown.err


def test_a_model_is_trained_from_a_folder_and_continues_a_melody(tmp_path, arguments):
    folder = fill(tmp_path / "songs", tunes(20))
    (folder / "broken.mid").write_bytes(b"no music")
    assert train(folder, *arguments, "--name", "My songs") == 0
    model = load_model(tmp_path / "run" / "best")
    assert model.card["name"] == "My songs"
    assert model.card["trunk"] == "lstm"
    score = tune(3)
    from ml.generation import TakeItem, generate

    request = GenerationRequest(score, continue_region(score, 0, 1), takes=1)
    takes = [item.value for item in generate(model, request, lambda: False) if isinstance(item, TakeItem)]
    assert takes[0].notes


def test_the_card_tells_of_the_corpora_and_their_licences(tmp_path, arguments):
    own = fill(tmp_path / "songs", tunes(12))
    known = packed(tmp_path / "jsb_chorales.zip", tunes(4, bars=3))
    assert train(own, known, *arguments) == 0
    first, second = load_model(tmp_path / "run" / "best").card["corpora"]
    assert (first["name"], first["licence"]) == ("songs", "the user's own")
    assert second["name"] == "jsb_chorales"
    assert "public-domain" in second["licence"]
    assert first["notes"] > second["notes"]
    assert first["share_of_notes_seen"] + second["share_of_notes_seen"] == pytest.approx(1)
    assert len(first["data"]) == 16


def test_the_same_command_goes_on(tmp_path, arguments, capsys):
    folder = fill(tmp_path / "songs", tunes(6))
    assert train(folder, *arguments) == 0
    capsys.readouterr()
    assert train(folder, *arguments) == 0
    assert "resumed at step" in capsys.readouterr().err


def test_a_corpus_of_one_file_is_enough(tmp_path, arguments):
    assert train(fill(tmp_path / "songs", tunes(1)), *arguments) == 0


def test_known_corpora_are_mixed_by_their_shares_and_others_by_size(tmp_path):
    chorales = opened(tmp_path, tunes(8), "jsb_chorales")
    lieder = opened(tmp_path, tunes(2), "openscore_lieder")
    songs = opened(tmp_path, tunes(4), "songs")
    benchmark = opened(tmp_path, tunes(4), "nottingham")
    assert [share for _, share in with_shares([chorales, lieder])] == [0.16, 0.17]
    for other in (songs, benchmark):
        corpora = [chorales, other]
        assert [share for _, share in with_shares(corpora)] == [corpus.notes("train") for corpus in corpora]


def test_every_trunk_has_a_shape_and_the_small_ones_are_of_like_size():
    assert {config.trunk for config in PRESETS.values()} == set(TRUNKS)
    sizes = [EventModel(PRESETS[trunk]).parameter_count for trunk in TRUNKS]
    assert max(sizes) < 1.05 * min(sizes)


# --- what cannot be trained


def test_a_missing_corpus_is_refused_with_a_sentence(tmp_path, arguments, capsys):
    assert train(tmp_path / "nowhere", *arguments) == 2
    assert "nowhere does not exist" in refusal(capsys)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ("{", "is not a JSON file"),
        ("[]", "not a JSON object"),
        ("{}", "lacks entries"),
        ('{"trunk": "mamba", "width": 16, "layers": 1}', '"mamba" is not a trunk'),
        ('{"trunk": "lstm", "width": 1e9, "layers": 1, "hidden": 4}', "width must be a whole number"),
        ('{"trunk": "lstm", "width": 16, "layers": 1, "hidden": 4, "magic": 1}', "magic"),
    ],
)
def test_a_wrong_shape_is_refused_with_the_name_of_its_file(tmp_path, arguments, capsys, shape, says):
    folder = fill(tmp_path / "songs", tunes(1))
    (tmp_path / "shape.json").write_text(shape)
    assert train(folder, *arguments) == 2
    sentence = refusal(capsys)
    assert says in sentence
    assert "shape.json" in sentence


def test_a_shape_whose_heads_do_not_fit_is_refused(tmp_path, arguments, capsys):
    folder = fill(tmp_path / "songs", tunes(1))
    shape = {"trunk": "transformer", "width": 20, "layers": 1, "heads": 3, "feed_forward": 8}
    (tmp_path / "shape.json").write_text(json.dumps(shape))
    assert train(folder, *arguments) == 2
    assert "width of 20" in refusal(capsys)


@pytest.mark.parametrize(
    "wrong", [("--notes", "0"), ("--notes", "nan"), ("--minutes", "-3"), ("--threads", "-1"), ("--threads", "100000")]
)
def test_settings_that_make_no_sense_are_refused(tmp_path, arguments, capsys, wrong):
    assert train(fill(tmp_path / "songs", tunes(1)), *arguments, *wrong) == 2
    refusal(capsys)


def test_a_learning_rate_that_breaks_the_network_is_said(tmp_path, arguments, capsys):
    assert train(fill(tmp_path / "songs", tunes(3)), *arguments, "--learning-rate", "1e30") == 2
    assert "lower the learning rate" in capsys.readouterr().err.splitlines()[-1]


def test_a_run_folder_that_cannot_be_made_is_named(tmp_path, arguments, capsys):
    folder = fill(tmp_path / "songs", tunes(3))
    (tmp_path / "run").write_text("a file stands here")
    assert train(folder, *arguments) == 2
    assert "run" in refusal(capsys)


def test_an_interrupted_run_says_how_to_go_on(tmp_path, arguments, capsys, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ml.training.loop.Trainer.update", interrupted)
    assert train(fill(tmp_path / "songs", tunes(3)), *arguments) == 130
    assert "The same command goes on" in capsys.readouterr().err


def test_a_run_that_is_told_to_end_writes_a_checkpoint_and_says_where_it_is(tmp_path, arguments, capsys, monkeypatch):
    update = Trainer.update

    def last(trainer: Trainer, batch: Batch) -> StepLoss:
        if trainer.progress.step == 2:
            signal.raise_signal(signal.SIGTERM)
        return update(trainer, batch)

    monkeypatch.setattr(Trainer, "update", last)
    songs = fill(tmp_path / "songs", tunes(6))
    assert train(songs, *arguments) == 128 + signal.SIGTERM
    assert "Stopped at step 3." in capsys.readouterr().err
    monkeypatch.setattr(Trainer, "update", update)
    assert train(songs, *arguments) == 0
    assert "resumed at step 3" in capsys.readouterr().err


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_file_that_cannot_be_written_in_the_end_is_named(tmp_path, arguments, capsys, monkeypatch, code):
    def full(path: Path, data: bytes) -> None:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr("ml.training.run_checkpoint.write_whole", full)
    assert train(fill(tmp_path / "songs", tunes(3)), *arguments) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "resume-" in last
    assert ("disk is full: free some space" in last) == (code == errno.ENOSPC)


def test_the_best_model_is_put_beside_others_when_asked(tmp_path, arguments):
    songs = fill(tmp_path / "songs", tunes(3))
    assert train(songs, *arguments, "--name", "Mine", "--install", tmp_path / "models") == 0
    assert load_model(tmp_path / "models" / "mine").card["name"] == "Mine"


def test_what_pieces_were_changed_by_is_on_the_card(tmp_path, arguments):
    assert train(fill(tmp_path / "songs", tunes(3)), *arguments, "--no-louder", "--transpose", "-1", "2") == 0
    changes = load_model(tmp_path / "run" / "best").card["training"]["augmentation"]
    assert (changes["louder"], changes["transpose"]) == (0, [-1, 2])
