"""`python -m ml train`: from corpora to a model folder."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import torch

from ml.models.event_model import TRUNKS, ModelConfig
from ml.training.augmentation import Augmentation
from ml.training.batches import RowSource
from ml.training.cache import CachedCorpus, open_corpora
from ml.training.corpora import KNOWN
from ml.training.loop import Trainer
from ml.training.run_checkpoint import UnusableRun
from ml.training.settings import TrainingConfig
from ml.training.sources import EmptyCorpus
from ml.training.validation import validation_rows

PRESETS = {
    "lstm": ModelConfig("lstm", width=96, layers=2, hidden=176),
    "transformer": ModelConfig(
        "transformer", width=192, layers=3, heads=4, feed_forward=448, recurrent_layers=1, dropout=0.05
    ),
}
"""The shapes that ship."""

DESCRIPTION = """
Train an event model on zips or folders of MIDI files. Known corpora are mixed by their shares and only their
permitted pieces are used; others by their size. The run folder holds the log, a checkpoint every ten minutes and
the best model so far; the same command goes on where it stopped.
"""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("train", help="train a model on MIDI files", description=DESCRIPTION)
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS", help="zip or folder of MIDI files")
    parser.add_argument("--trunk", choices=sorted(TRUNKS), default="lstm")
    parser.add_argument("--config", type=Path, help="JSON with shapes, instead of the trunk's own")
    parser.add_argument("--name", help="name on the card (default: the trunk)")
    parser.add_argument("-o", "--run", dest="run_folder", type=Path, required=True, metavar="RUN", help="run folder")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where read corpora are kept")
    parser.add_argument("--notes", type=float, default=40e6, help="notes to see in all (default 40e6)")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many minutes if that is earlier")
    parser.add_argument("--learning-rate", type=float, default=TrainingConfig.learning_rate)
    parser.add_argument("--batch-events", type=int, default=TrainingConfig.batch_events)
    parser.add_argument("--patience", type=int, default=0, help="stop after so many validations without a better one")
    parser.add_argument("--validate-minutes", type=float, default=TrainingConfig.validate_minutes)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="processor threads (default: all)")
    parser.add_argument("--full-precision", action="store_true", help="train in float32 instead of bfloat16")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0; 2 after one sentence on stderr; 130 when it was interrupted."""
    try:
        trainer = prepared(options)
        report(f"best model: {trainer.train()}")
    except (EmptyCorpus, UnusableRun, ValueError, OverflowError, FloatingPointError) as error:
        return refused(str(error))
    except OSError as error:
        return refused(f"{error.filename or 'A file'}: {error.strerror or error}.")
    except KeyboardInterrupt:
        report("Stopped. The same command goes on from the last checkpoint.")
        return 130
    return 0


def refused(sentence: str) -> int:
    report(sentence)
    return 2


def prepared(options: argparse.Namespace) -> Trainer:
    """A trainer for the command's options. Raises ValueError with a sentence for options that make no sense."""
    config = TrainingConfig(
        notes=int(options.notes), minutes=options.minutes, batch_events=options.batch_events,
        learning_rate=options.learning_rate, patience=options.patience, seed=options.seed,
        validate_minutes=options.validate_minutes, half=False if options.full_precision else None,
    )  # fmt: skip
    model_config = shape_in(options.config) if options.config else PRESETS[options.trunk]
    if options.threads < 0:
        raise ValueError(f"threads must be 0 or more, not {options.threads}.")
    if options.threads:
        torch.set_num_threads(options.threads)
    corpora = open_corpora(options.corpora, options.cache, report)
    source = RowSource(with_shares(corpora), config.max_events, Augmentation(), config.seed)
    held_out = {corpus.name: validation_rows(corpus, pieces=20, notes=480) for corpus in corpora}
    trainer = Trainer(
        options.run_folder, model_config, config, source, {name: rows for name, rows in held_out.items() if rows},
        card_start(options.name or model_config.trunk, model_config, corpora), report,
    )  # fmt: skip
    report(f"{trainer.model.parameter_count} parameters, {sum(c.notes('train') for c in corpora)} notes to learn from")
    return trainer


def shape_in(path: Path) -> ModelConfig:
    """The shape that a JSON file describes; raises ValueError with a sentence that names the file."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a JSON file: give one with the entries of a model's config.json.") from error
    try:
        return ModelConfig.from_json(data)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def with_shares(corpora: list[CachedCorpus]) -> list[tuple[CachedCorpus, float]]:
    """Known corpora with their share; when any is unknown or benchmark-only, all by their number of notes."""
    shares = [KNOWN[corpus.name].share if corpus.name in KNOWN else 0.0 for corpus in corpora]
    if min(shares) <= 0:
        shares = [float(corpus.notes("train")) for corpus in corpora]
    return list(zip(corpora, shares, strict=True))


def card_start(name: str, config: ModelConfig, corpora: list[CachedCorpus]) -> dict[str, Any]:
    """The card as far as it is known before training."""
    shares = with_shares(corpora)
    total = sum(share for _, share in shares)
    return {
        "name": name,
        "family": "event",
        "trunk": config.trunk,
        "good_at": "continuing melodies and pieces in several parts",
        "corpora": [
            {
                "name": corpus.name,
                "licence": KNOWN[corpus.name].licence if corpus.name in KNOWN else "the user's own",
                "pieces": len(corpus.splits["train"]),
                "notes": corpus.notes("train"),
                "share_of_notes_seen": round(share / total, 3),
                "data": corpus.data_hash,
            }
            for corpus, share in shares
        ],
        "training": {
            "hardware": f"{platform.machine()}, {os.cpu_count()} cores"
            + (f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ", no GPU")
        },
    }
