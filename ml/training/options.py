"""The options of `python -m ml train`, and the settings that they make."""

from __future__ import annotations

import argparse
import json
import math
import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ml.models.event_model import ModelConfig
from ml.training.augmentation import Augmentation
from ml.training.presets import PRESETS
from ml.training.settings import TrainingConfig

SETTINGS = {
    "notes": "notes to see in all",
    "minutes": "stop after so many minutes if that is earlier; 0 for never",
    "patience": "stop after so many validations without a better one; 0 for never",
    "learning_rate": "highest learning rate; it warms up and falls over the run",
    "batch_events": "events in a batch, padding counted; with several processes they share it",
    "max_events": "events in a row: how far the model sees",
    "warmup": "steps until the highest learning rate",
    "weight_decay": "how strongly weights are drawn to zero",
    "validate_minutes": "minutes between measurements of the held-out pieces",
    "checkpoint_minutes": "minutes between checkpoints",
    "seed": "the same seed gives the same run",
}
"""The settings that can be given, and what they mean."""
FINE_TUNING = {
    "minutes": 10.0, "learning_rate": 8e-4, "batch_events": 2048, "warmup": 40, "validate_minutes": 0.5, "patience": 5,
}  # fmt: skip
"""Settings that differ when weights to begin from are given: small steps, so that little is forgotten."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS", help="zip or folder of MIDI files")
    parser.add_argument("-o", "--run", dest="run_folder", type=Path, required=True, metavar="RUN", help="run folder")
    parser.add_argument("--name", help="name on the card (default: the trunk, or the model and the corpora)")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where read corpora are kept")
    parser.add_argument(
        "--from", dest="begun_from", metavar="MODEL",
        help="begin from a model that ships (its name) or from a model folder, and report what it gains",
    )  # fmt: skip
    parser.add_argument(
        "--install", type=Path, metavar="FOLDER",
        help="copy the best model into this folder of models in the end, beside what is there",
    )  # fmt: skip
    shape = parser.add_argument_group("the network")
    shape.add_argument(
        "--trunk", choices=list(PRESETS), help="default: lstm; blend is a transformer on a recurrent layer"
    )
    shape.add_argument("--config", type=Path, metavar="JSON", help="shapes as in a model's config.json")
    training = parser.add_argument_group("training")
    for name, meaning in SETTINGS.items():
        default = getattr(TrainingConfig, name)
        other = f"; with --from {FINE_TUNING[name]:g}" if name in FINE_TUNING else ""
        training.add_argument(
            option(name), type=float, metavar="NUMBER", help=f"{meaning} (default {default:g}{other})"
        )
    training.add_argument("--threads", type=int, default=0, metavar="NUMBER", help="processor threads (default: all)")
    training.add_argument(
        "--readers", type=int, metavar="NUMBER",
        help="processes that lay out batches ahead (default: 0, with a GPU one for each two cores, up to 8)",
    )  # fmt: skip
    training.add_argument("--full-precision", action="store_true", help="train in float32 instead of bfloat16")
    changes = parser.add_argument_group(
        "augmentation",
        "Each piece is heard a little different each time. Chances lie between 0 and 1.",
    )
    for name, usual in augmentations().items():
        if isinstance(usual, tuple):
            shown: Any = {"nargs": len(usual), "metavar": ("DOWN", "UP"), "help": f"default {usual[0]} {usual[1]}"}
        else:
            shown = {"metavar": "CHANCE" if isinstance(usual, float) else "NUMBER", "help": f"default {usual}"}
        changes.add_argument(option(name), dest=f"augment_{name}", type=float, **shown)
        changes.add_argument(f"--no-{name.replace('_', '-')}", dest=f"no_{name}", action="store_true")
    changes.add_argument("--no-augmentation", action="store_true", help="pieces as they are")


def option(name: str) -> str:
    return "--" + name.replace("_", "-")


def augmentations() -> Mapping[str, Any]:
    """The fields of `Augmentation` and their usual values."""
    return {field.name: getattr(Augmentation(), field.name) for field in fields(Augmentation)}


def training_config(options: argparse.Namespace) -> TrainingConfig:
    """The settings. Raises ValueError with a sentence for what makes no sense."""
    given = {name: getattr(options, name) for name in SETTINGS if getattr(options, name) is not None}
    base = FINE_TUNING if options.begun_from else {}
    whole = {field.name for field in fields(TrainingConfig) if field.type == "int"}
    values = {name: as_whole(name, value) if name in whole else value for name, value in {**base, **given}.items()}
    return TrainingConfig(**values, half=False if options.full_precision else None)


def as_whole(name: str, value: float) -> int:
    """The number without its fraction; raises ValueError for one that is none."""
    if not math.isfinite(value):
        raise ValueError(f"{name.replace('_', ' ')} must be a whole number, not {value}.")
    return int(value)


def readers(options: argparse.Namespace, device: str) -> int:
    """How many processes lay batches out ahead; a processor learns no faster than it can do that itself."""
    cores = os.cpu_count() or 1
    if options.readers is None:
        return min(8, cores // 2) if device == "cuda" else 0
    if not 0 <= options.readers <= 4 * cores:
        raise ValueError(f"readers must lie between 0 and {4 * cores} on this machine, not {options.readers}.")
    return int(options.readers)


def augmentation(options: argparse.Namespace) -> Augmentation:
    """How pieces are changed. Raises ValueError with a sentence for what makes no sense."""
    changed: dict[str, Any] = {}
    for name, usual in augmentations().items():
        given = getattr(options, f"augment_{name}")
        if options.no_augmentation or getattr(options, f"no_{name}"):
            changed[name] = tuple(0 for _ in usual) if isinstance(usual, tuple) else type(usual)(0)
        elif given is not None:
            changed[name] = checked(name, given, usual)
    return replace(Augmentation(), **changed)


def checked(name: str, given: Any, usual: Any) -> Any:
    """A value of an augmentation in the type of its usual one."""
    if isinstance(usual, tuple):
        low, high = (as_whole(name, value) for value in given)
        if not -127 <= low <= 0 <= high <= 127:
            raise ValueError(f"{name} must be a number from -127 to 0 and one from 0 to 127, not {low} and {high}.")
        return low, high
    largest = 1.0 if isinstance(usual, float) else 127
    if not 0 <= given <= largest:
        raise ValueError(f"{name} must lie between 0 and {largest:g}, not {given}.")
    return type(usual)(given)


def model_shape(options: argparse.Namespace) -> ModelConfig:
    """The network to build. Raises ValueError with a sentence for one that is impossible."""
    if options.config:
        shape = shape_in(options.config)
        if options.trunk and options.trunk != shape.trunk:
            raise ValueError(f"{options.config} describes a {shape.trunk}, not a {options.trunk}: leave out --trunk.")
        return shape
    return PRESETS[options.trunk or "lstm"]


def shape_in(path: Path) -> ModelConfig:
    """The shape that a JSON file describes; raises ValueError with a sentence that names the file."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a JSON file: give one with the entries of a model's config.json.") from error
    if isinstance(data, dict):
        # What a model's own config.json says beside its shape.
        data = {key: value for key, value in data.items() if key not in ("family", "vocabulary")}
    try:
        return ModelConfig.from_json(data)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
