"""A trained model goes beside the others; none is ever replaced."""

from __future__ import annotations

import pytest

from ml.models.checkpoint import load_model, save_model
from ml.models.event_model import EventModel, ModelConfig
from ml.training.install import folder_name, install


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "run" / "best"
    save_model(folder, EventModel(ModelConfig("gru", width=8, layers=1, hidden=8)), {"name": "Mine"})
    (folder / "notes.txt").write_text("not part of a model")
    return folder


def test_the_model_is_copied_under_its_name_and_can_be_used(tmp_path, model):
    place = install(model, tmp_path / "models", "My Songs!")
    assert place == tmp_path / "models" / "my-songs"
    assert load_model(place).card == {"name": "Mine"}
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["my-songs"]
    assert len(list(place.iterdir())) == 3


def test_what_is_there_already_stays(tmp_path, model):
    first, second = (install(model, tmp_path, "Mine") for _ in range(2))
    (tmp_path / "mine-3").write_text("a file of the user's")
    third = install(model, tmp_path, "mine")
    assert [first.name, second.name, third.name] == ["mine", "mine-2", "mine-4"]


def test_a_model_that_is_not_whole_leaves_nothing(tmp_path, model):
    (model / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError):
        install(model, tmp_path / "models", "Mine")
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "folder"),
    [("Études à Lili", "etudes-a-lili"), ("../../etc", "etc"), ("日本", "model"), ("", "model"), ("a" * 99, "a" * 60)],
)
def test_any_name_gives_a_plain_folder(name, folder):
    assert folder_name(name) == folder
