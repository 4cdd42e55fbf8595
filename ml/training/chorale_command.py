"""`python -m ml train-chorales`: from the chorales' JSON to a model folder."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ml.models.chorale_model import ChoraleConfig
from ml.models.chorale_trunk import TRUNKS
from ml.tensors.chorale_grid import FORMATS, JSB_16, JSB_QUARTER, NOTTINGHAM_8, Chorales, UnreadableChorales
from ml.tensors.chorale_past import grid_piece
from ml.training.chorale_corpora import open_chorales
from ml.training.chorale_training import ChoraleTrainer, ChoraleTraining
from ml.training.corpora import KNOWN
from ml.training.run_checkpoint import UnusableRun

IN_SETS: dict[str, Any] = {"stride": 1, "order": (0, 1, 2, 3), "width": 192, "head_width": 160}
PRESETS = {
    JSB_16.name: (ChoraleConfig(), ChoraleTraining()),
    JSB_QUARTER.name: (
        ChoraleConfig(
            JSB_QUARTER.name, **IN_SETS, input_dropout=0.3, head_dropout=0.4, feature_dropout=0.2
        ),
        ChoraleTraining(passes=88, learning_rate=2.5e-3, decay=0.5, jitter=0.6, share_between=1.0),
    ),
    NOTTINGHAM_8.name: (
        ChoraleConfig(
            NOTTINGHAM_8.name, **{**IN_SETS, "order": tuple(range(NOTTINGHAM_8.voices))},
            dropout=0.2, input_dropout=0.1,
            head_dropout=0.1, feature_dropout=0.05,
        ),
        ChoraleTraining(passes=6, validate_passes=1, jitter=0.2, share_between=1.0, weight_decay=0.05),
    ),
}  # fmt: skip
"""What did best on the held-out chorales; the settings for Nottingham, a benchmark only, were not tuned."""

DESCRIPTION = """
Train a model of four-part chorales on a grid, which predicts every voice of every frame exactly. It learns from the
training split and keeps the best of the held-out split; the test split is not looked at. The run folder holds the log,
a checkpoint every few minutes and the best model so far; the same command goes on where it stopped.
"""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("train-chorales", help="train a chorale model", description=DESCRIPTION)
    parser.add_argument("source", type=Path, metavar="CHORALES", help="zip of the chorales, or one of its JSON files")
    parser.add_argument("--form", choices=sorted(FORMATS), default=JSB_16.name, help="which grid (default JSB-16)")
    parser.add_argument("--trunk", choices=TRUNKS, help="what remembers the frames before (default lstm)")
    parser.add_argument(
        "--config", type=Path, help='JSON with "model" and "training" settings that differ from the usual'
    )
    parser.add_argument("--name", help="name on the card (default: the grid)")
    parser.add_argument("-o", "--run", dest="run_folder", type=Path, required=True, metavar="RUN", help="run folder")
    parser.add_argument("--passes", type=int, help="passes over the pieces")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--threads", type=int, default=0, help="processor threads (default: all)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0; 2 after one sentence on stderr; 130 when it was interrupted."""
    try:
        trainer = prepared(options)
        report(f"best model: {trainer.train()}")
    except (UnreadableChorales, UnusableRun, ValueError, FloatingPointError) as error:
        report(str(error))
        return 2
    except OSError as error:
        report(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return 2
    except KeyboardInterrupt:
        report("Stopped. The same command goes on from the last checkpoint.")
        return 130
    return 0


def prepared(options: argparse.Namespace) -> ChoraleTrainer:
    """A trainer for the command's options. Raises ValueError with a sentence for options that make no sense."""
    given = settings_in(options.config) if options.config else {}
    usual_model, usual_training = PRESETS[options.form]
    trunk = {"trunk": options.trunk} if options.trunk else {}
    model_config = ChoraleConfig.from_json({**usual_model.to_json(), **trunk, **given.get("model", {})})
    training: dict[str, Any] = {**asdict(usual_training), **given.get("training", {})}
    training.update({name: value for name in ("passes", "seed") if (value := getattr(options, name)) is not None})
    try:
        config = ChoraleTraining(**training)
    except TypeError as error:
        raise ValueError(f"{options.config} has training settings that are unknown or no numbers.") from error
    if options.threads < 0:
        raise ValueError(f"threads must be 0 or more, not {options.threads}.")
    if options.threads:
        torch.set_num_threads(options.threads)
    chorales = open_chorales(options.source, model_config.grid)
    learned, held_out = (
        [grid_piece(frames, chorales.form) for frames in chorales.splits[split]] for split in ("train", "valid")
    )
    card = card_start(options.name or model_config.form, model_config, chorales)
    trainer = ChoraleTrainer(options.run_folder, model_config, config, learned, held_out, card, report)
    report(f"{trainer.model.parameter_count} parameters, {len(learned)} chorales to learn from")
    return trainer


def settings_in(path: Path) -> dict[str, Any]:
    """The two groups of settings in a JSON file; raises ValueError with a sentence that names it."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{path} is not a JSON file: give one with "model" and "training".') from error
    if not isinstance(data, dict) or not all(
        name in ("model", "training") and isinstance(group, dict) for name, group in data.items()
    ):
        raise ValueError(f'{path} must hold the groups "model" and "training" only.')
    return data


def card_start(name: str, config: ChoraleConfig, chorales: Chorales) -> dict[str, Any]:
    """The card as far as it is known before training."""
    pieces = chorales.splits["train"]
    form = chorales.form
    published = form.fingerprint == chorales.data_hash
    source = form.corpus + (f", {form.member if published else 'not the published file'}" if form.member else "")
    return {
        "name": name,
        "family": "chorale",
        "trunk": config.trunk,
        "good_at": "four-part chorales in the manner of J. S. Bach: predicting and writing them"
        if form.member
        else "benchmarks only",
        "corpora": [
            {
                "name": source,
                "licence": KNOWN[form.corpus].licence,
                "pieces": len(pieces),
                "notes": sum(frames.size for frames in pieces),
                "data": chorales.data_hash,
            }
        ],
        "training": {"hardware": f"{platform.machine()}, {os.cpu_count()} cores, no GPU"},
    }


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
