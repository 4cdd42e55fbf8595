"""Every setting and every augmentation can be given; nonsense is refused by name."""

from __future__ import annotations

import argparse
from dataclasses import fields

import pytest

from ml.training.augmentation import Augmentation
from ml.training.options import SETTINGS, augmentation, augmentations, declare, model_shape, readers, training_config
from ml.training.presets import PRESETS
from ml.training.settings import TrainingConfig


def options(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    declare(parser)
    return parser.parse_args(["songs", "-o", "run", *given])


def test_without_options_the_usual_settings_hold():
    assert training_config(options()) == TrainingConfig()
    assert augmentation(options()) == Augmentation()
    assert model_shape(options()) == PRESETS["lstm"]
    assert readers(options(), "cpu") == 0


def test_every_setting_can_be_given():
    given = [word for name in SETTINGS for word in ("--" + name.replace("_", "-"), "7")]
    config = training_config(options(*given))
    assert all(getattr(config, name) == 7 for name in SETTINGS)
    assert type(config.notes) is type(config.seed) is int
    assert {field.name for field in fields(config)} - set(SETTINGS) == {"clip", "half"}


def test_fine_tuning_is_short_and_gentle_unless_told_otherwise():
    config = training_config(options("--from", "lstm"))
    assert config.minutes == 10
    assert config.patience > 0
    assert config.learning_rate < TrainingConfig.learning_rate
    assert training_config(options("--from", "lstm", "--minutes", "0")).minutes == 0


def test_augmentation_is_set_field_by_field():
    changed = augmentation(options("--transpose", "-2", "3", "--louder", "5", "--hide", "0.5", "--no-loose"))
    assert changed == Augmentation(transpose=(-2, 3), louder=5, hide=0.5, loose=0.0)
    assert type(changed.louder) is int


def test_augmentation_is_switched_off_as_a_whole():
    off = augmentation(options("--no-augmentation"))
    assert {name: getattr(off, name) for name in augmentations()} == {
        name: (0, 0) if name == "transpose" else 0 for name in augmentations()
    }


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--transpose", "2", "5"], "transpose"),
        (["--transpose", "-5", "nan"], "transpose"),
        (["--louder", "-1"], "louder"),
        (["--hide", "1.5"], "hide must lie between 0 and 1, not 1.5"),
        (["--stretch", "nan"], "stretch"),
    ],
)
def test_augmentation_that_makes_no_sense_is_refused_by_name(given, says):
    with pytest.raises(ValueError, match=says):
        augmentation(options(*given))


@pytest.mark.parametrize("name", ["notes", "batch-events", "max-events", "seed"])
def test_whole_numbers_are_asked_for(name):
    with pytest.raises(ValueError, match="must be a whole number, not inf"):
        training_config(options(f"--{name}", "inf"))


def test_readers_make_no_sense_beyond_the_machine():
    with pytest.raises(ValueError, match="readers must lie between"):
        readers(options("--readers", "100000"), "cpu")
    assert readers(options("--readers", "2"), "cuda") == 2
    assert 0 <= readers(options(), "cuda") <= 8


@pytest.mark.parametrize("trunk", sorted(PRESETS))
def test_each_trunk_has_a_shape(trunk):
    assert model_shape(options("--trunk", trunk)) == PRESETS[trunk]


def test_a_trunk_that_contradicts_the_shape_is_refused(tmp_path):
    path = tmp_path / "shape.json"
    path.write_text('{"family": "event", "vocabulary": "1", "trunk": "gru", "width": 8, "layers": 1, "hidden": 8}')
    assert model_shape(options("--config", str(path), "--trunk", "gru")).hidden == 8
    with pytest.raises(ValueError, match="describes a gru, not a lstm"):
        model_shape(options("--config", str(path), "--trunk", "lstm"))
