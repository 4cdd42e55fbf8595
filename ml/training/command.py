"""`python -m ml train`: from corpora to a model folder."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ml.models.checkpoint import LoadedModel
from ml.models.event_model import ModelConfig
from ml.models.model_folder import UnusableCheckpoint
from ml.training.augmentation import Augmentation
from ml.training.batches import RowSource
from ml.training.cache import CachedCorpus, open_corpora
from ml.training.distributed import Ranks, joined
from ml.training.fine_tuning import check_apart, gains, load_to_begin_from
from ml.training.install import install
from ml.training.interruption import Interruption, Stopped
from ml.training.loop import Start, Trainer
from ml.training.model_card import card_start, fine_tuned_card, with_shares
from ml.training.options import augmentation, declare, model_shape, readers, training_config
from ml.training.reading_ahead import ReadingAhead
from ml.training.run_checkpoint import UnusableRun
from ml.training.sources import EmptyCorpus
from ml.training.validation import validation_rows

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "models"
"""The models that ship, which no training may change."""
DESCRIPTION = """
Train an event model on zips or folders of MIDI files. Known corpora are mixed by their shares and only their
permitted pieces are used; others by their size. Corpora may be larger than memory. The run folder holds the log
(log.json, train.json), the plot loss.svg, a checkpoint every ten minutes and the best model so far in best/. Ctrl-C
writes a checkpoint; the same command goes on where it stopped. With --from, a trained model is made more like your
own pieces: some of them are held out, and what it gains on these is reported. A GPU is used when there is one; under
torchrun several processes share each batch and the run stays the same.
"""

Report = Callable[[str], None]


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("train", help="train a model on MIDI files", description=DESCRIPTION)
    declare(parser)
    parser.set_defaults(run=run, shipped=SHIPPED)


def run(options: argparse.Namespace) -> int:
    """Returns 0; 2 after one sentence on stderr; 128 and the signal's number when it was interrupted."""
    try:
        with Interruption() as interruption, joined() as ranks:
            return train(options, interruption, ranks)
    except ValueError as error:
        return refused(str(error))
    except KeyboardInterrupt as stopped:
        return getattr(stopped, "exit_code", 130)


def train(options: argparse.Namespace, interruption: Interruption, ranks: Ranks) -> int:
    """Train as one of `ranks`; only the first reports."""
    say: Report = report if ranks.first else silent
    trainer: Trainer | None = None
    try:
        with ExitStack() as until_the_end:
            trainer = prepared(options, say, interruption, ranks, until_the_end)
            best = trainer.train()
        if ranks.first:
            finished(options, trainer, best)
    except (EmptyCorpus, UnusableRun, UnusableCheckpoint, ValueError, OverflowError, FloatingPointError) as error:
        say(str(error))
        return 2
    except OSError as error:
        say(trouble(error))
        return 2
    except KeyboardInterrupt as stopped:
        where = f" at step {trainer.progress.step}" if trainer and isinstance(stopped, Stopped) else ""
        say(f"Stopped{where}. The same command goes on from the last checkpoint.")
        return getattr(stopped, "exit_code", 130)
    except RuntimeError:
        if ranks.first:
            raise
        return 2  # another process ended, and has said why
    return 0


def finished(options: argparse.Namespace, trainer: Trainer, best: Path) -> None:
    """Say what came of it, and install it where that was asked for."""
    if trainer.start:
        for line in gains(trainer.log, trainer.progress.best):
            report(line)
    report(f"best model: {best}")
    if options.install:
        report(f"installed: {install(best, options.install, str(trainer.card['name']))}")


def refused(sentence: str) -> int:
    report(sentence)
    return 2


def trouble(error: OSError) -> str:
    """A file that could not be read or written, in a sentence."""
    name = error.filename or "A file"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{name} could not be written, the disk is full: free some space and give the same command again."
    return f"{name}: {error.strerror or error}."


def prepared(
    options: argparse.Namespace, say: Report, interruption: Interruption, ranks: Ranks, until_the_end: ExitStack
) -> Trainer:
    """A trainer for the command's options, whose helpers end with `until_the_end`.

    Raises ValueError with a sentence for options that make no sense.
    """
    config, changes = training_config(options), augmentation(options)
    original: LoadedModel | None = None
    if options.begun_from:
        if options.trunk or options.config:
            raise ValueError("A model to begin from has its own shape: leave out --trunk and --config.")
        original = load_to_begin_from(options.begun_from, options.run_folder, options.shipped)
    shape = original.network.config if original else model_shape(options)
    if options.install:
        check_apart(options.install, options.shipped)
    set_threads(options.threads)
    corpora = ranks.in_turn(lambda: open_corpora(options.corpora, options.cache, say))
    rows = Rows(tuple(options.corpora), options.cache, config.max_events, changes, config.seed)
    count = readers(options, ranks.device().type)
    source = until_the_end.enter_context(ReadingAhead(rows, count)) if count else rows.of(corpora, 0)
    held_out = {corpus.name: validation_rows(corpus, pieces=20, notes=480) for corpus in corpora}
    trainer = Trainer(
        options.run_folder, shape, config, source, {name: rows for name, rows in held_out.items() if rows},
        card(options, shape, corpora, changes, original, ranks), say,
        start=begun_from(original) if original else None, ranks=ranks, interruption=interruption,
    )  # fmt: skip
    for corpus in corpora:
        say_size(corpus, say)
    say(
        f"{trainer.model.parameter_count} parameters, {sum(c.notes('train') for c in corpora)} notes to learn from, "
        f"{'bfloat16' if trainer.half else 'float32'} on {trainer.device.type}"
        + (f", {ranks.world} processes" if ranks.world > 1 else "")
    )
    return trainer


@dataclass(frozen=True)
class Rows:
    """Makes sources of rows, also in other processes: these read the corpora from the cache."""

    corpora: tuple[Path, ...]
    cache: Path
    max_events: int
    changes: Augmentation
    seed: int

    def __call__(self, number: int) -> RowSource:
        return self.of(open_corpora(list(self.corpora), self.cache, silent), number)

    def of(self, corpora: list[CachedCorpus], number: int) -> RowSource:
        """The source of process `number`, which draws other rows than the others."""
        return RowSource(with_shares(corpora), self.max_events, self.changes, self.seed + 1_000_003 * number)


def begun_from(original: LoadedModel) -> Start:
    name = str(original.card.get("name", original.id))
    return Start(name, original.checkpoint, original.network.state_dict())


def card(
    options: argparse.Namespace, shape: ModelConfig, corpora: list[CachedCorpus], changes: Augmentation,
    original: LoadedModel | None, ranks: Ranks,
) -> dict[str, Any]:  # fmt: skip
    """The new model's card before training."""
    if original is None:
        return card_start(options.name or shape.trunk, shape, corpora, changes, ranks.world)
    usual = f"{original.card.get('name', original.id)} on {' and '.join(corpus.name for corpus in corpora)}"
    return fine_tuned_card(card_start(options.name or usual, shape, corpora, changes, ranks.world), original)


def say_size(corpus: CachedCorpus, say: Report) -> None:
    """How much there is to learn from and to measure on."""
    learned, held_out = len(corpus.splits["train"]), len(corpus.splits["valid"])
    say(f"{corpus.name}: {learned} pieces with {corpus.notes('train')} notes to learn from, {held_out} held out")
    if not held_out:
        say(f"{corpus.name}: too few different pieces to hold any out, so what is learned from it cannot be measured.")


def set_threads(threads: int) -> None:
    """Raises ValueError with a sentence for a number of threads that makes no sense."""
    most = 4 * (os.cpu_count() or 1)
    if not 0 <= threads <= most:
        raise ValueError(f"threads must lie between 0 (all) and {most} on this machine, not {threads}.")
    if threads:
        torch.set_num_threads(threads)


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def silent(text: str) -> None:
    """What processes other than the first say."""
