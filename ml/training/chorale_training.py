"""Training of a chorale model: passes over all pieces, an averaged model, the best on the held-out pieces kept."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ml.models.chorale_checkpoint import save_chorale_model
from ml.models.chorale_model import ChoraleConfig, ChoraleModel
from ml.tensors.chorale_batch import ChoraleBatch, stack_pieces
from ml.tensors.chorale_past import GridPiece
from ml.tensors.chorale_pitch import SHIFT_LIMIT
from ml.training.run_checkpoint import UnusableRun, load_run, save_run

POOL_BATCHES = 5
"""Pieces of so many batches are sorted by length together, so that little is padding."""


@dataclass(frozen=True)
class ChoraleTraining:
    """`passes` over the training pieces. The learning rate warms up, stays, and falls to a fiftieth by a cosine over
    the last `decay` of the run. `averaging`: the share of the averaged weights that each step keeps. `jitter`: share
    of pieces read from another home, by -6 to 6 semitones. `share_between`: share of the frames between eighths that
    a step looks at."""

    passes: int = 68
    batch_pieces: int = 8
    learning_rate: float = 2e-3
    warmup: int = 100
    decay: float = 0.6
    weight_decay: float = 0.1
    clip: float = 1.0
    averaging: float = 0.998
    jitter: float = 0.5
    share_between: float = 0.34
    validate_passes: int = 4
    checkpoint_minutes: float = 3.0
    seed: int = 1

    def __post_init__(self) -> None:
        """Raises ValueError with a sentence for settings with which nothing could be trained."""
        for name in ("passes", "batch_pieces", "learning_rate", "warmup", "decay", "clip", "share_between"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name.replace('_', ' ')} must be above 0, not {getattr(self, name)}.")
        for name in ("weight_decay", "checkpoint_minutes", "seed", "validate_passes", "jitter", "averaging"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name.replace('_', ' ')} must be 0 or more, not {getattr(self, name)}.")


@dataclass
class ChoraleProgress:
    """`batch` is the next one of the pass; `seconds` of work, over all sessions of the run."""

    done: int = 0
    batch: int = 0
    step: int = 0
    seconds: float = 0.0
    best: float = math.inf


class ChoraleTrainer:
    """Trains one model in the folder `run`; calling `train` again with the same folder resumes."""

    def __init__(
        self, run: Path, model_config: ChoraleConfig, config: ChoraleTraining, pieces: list[GridPiece],
        held_out: list[GridPiece], card: dict[str, Any], report: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.run, self.config, self.pieces, self.card = run, config, pieces, card
        self.report, self.clock = report, clock
        self.form = model_config.grid
        torch.manual_seed(config.seed)
        model = ChoraleModel(model_config)
        self.models = nn.ModuleDict({"live": model, "averaged": copy.deepcopy(model)})
        self.model, self.averaged = model, self.models["averaged"]
        self.optimiser = torch.optim.AdamW(
            chorale_groups(model, config.weight_decay), config.learning_rate, betas=(0.9, 0.99)
        )
        self.held_out = batches_by_length(held_out, config.batch_pieces)
        self.progress = ChoraleProgress()
        self.log: list[dict[str, float]] = []
        run.mkdir(parents=True, exist_ok=True)
        self.resume()

    def train(self) -> Path:
        """Train to the end of the passes; returns the folder of the best model on the held-out pieces."""
        config, progress = self.config, self.progress
        started = self.clock() - progress.seconds
        saved = progress.seconds
        loss, notes = 0.0, 0
        while progress.done < config.passes:
            for group, jitter in self.batches(progress.done, progress.batch):
                loss += self.update(group, jitter)
                notes += self.form.voices * sum(map(len, group))
                progress.batch += 1
                progress.step += 1
                progress.seconds = self.clock() - started
                if progress.seconds - saved >= 60 * config.checkpoint_minutes:
                    saved = progress.seconds
                    self.checkpoint()
            progress.done, progress.batch = progress.done + 1, 0
            if progress.done == config.passes or progress.done % max(config.validate_passes, 1) == 0:
                self.validate(loss / max(notes, 1))
                loss, notes = 0.0, 0
        self.checkpoint()
        return self.run / "best"

    def batches(self, number: int, first: int) -> Iterator[tuple[list[GridPiece], list[int]]]:
        """Pass `number` from its batch `first` on: pieces, and from how far off home each is read."""
        rng = np.random.default_rng([self.config.seed, number])
        size = self.config.batch_pieces
        order = [self.pieces[int(index)] for index in rng.permutation(len(self.pieces))]
        groups: list[list[GridPiece]] = []
        for low in range(0, len(order), size * POOL_BATCHES):
            pool = sorted(order[low : low + size * POOL_BATCHES], key=len)
            groups += [pool[start : start + size] for start in range(0, len(pool), size)]
        shuffled = [groups[int(index)] for index in rng.permutation(len(groups))]
        for position, group in enumerate(shuffled):
            away = rng.integers(-SHIFT_LIMIT, SHIFT_LIMIT + 1, len(group))
            jitter = np.where(rng.random(len(group)) < self.config.jitter, away, 0)
            if position >= first:
                yield group, jitter.tolist()

    def update(self, group: list[GridPiece], jitter: list[int]) -> float:
        """One optimiser step; returns the nats of all notes (of the random sample, weighted up)."""
        for parameters in self.optimiser.param_groups:
            parameters["lr"] = self.learning_rate()
        self.model.train()
        nats, _ = self.model.losses(stack_pieces(group, self.form, jitter), self.config.share_between)
        total = nats.sum()
        if not torch.isfinite(total):
            raise FloatingPointError(
                f"The loss is {total.item()} at step {self.progress.step}: lower the learning rate."
            )
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(total / (self.form.voices * sum(map(len, group))))
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimiser.step()
        # A young average forgets its random start quickly.
        keep = min(self.config.averaging, (1 + self.progress.step) / (10 + self.progress.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.averaged.parameters()), list(self.model.parameters()), 1 - keep)
        return float(total.detach())

    def learning_rate(self) -> float:
        config, progress = self.config, self.progress
        per_pass = -(-len(self.pieces) // config.batch_pieces)
        share = (progress.done + progress.batch / per_pass) / config.passes
        falling = min(1.0, max(0.0, (share - (1 - config.decay)) / config.decay))
        warm = min(1.0, (progress.step + 1) / config.warmup)
        return config.learning_rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * falling)))

    def validate(self, loss: float) -> None:
        """Measure the averaged model on the held-out pieces and keep the best so far."""
        progress = self.progress
        valid = mean_nats(self.averaged, self.held_out)
        self.report(
            f"pass {progress.done}  step {progress.step}  {progress.seconds / 60:.1f} min  "
            f"train {loss:.4f}  valid {valid:.4f} nats a note"
        )
        self.log.append({"pass": progress.done, "minutes": progress.seconds / 60, "train": loss, "valid": valid})
        (self.run / "log.json").write_text(json.dumps(self.log, indent=1), "utf-8")
        if valid < progress.best:
            progress.best = valid
            facts = {
                "passes": progress.done, "steps": progress.step, "minutes": round(progress.seconds / 60, 1),
                "settings": asdict(self.config),
            }  # fmt: skip
            card = {
                **self.card,
                "training": {**self.card.get("training", {}), **facts},
                "figures": {"valid nats per note in training": round(valid, 4)},
            }
            assert isinstance(self.averaged, ChoraleModel)
            save_chorale_model(self.run / "best", self.averaged, card)

    def checkpoint(self) -> None:
        """Write all that is needed to go on exactly: both models, optimiser, random states, place in the pass."""
        facts = {"progress": asdict(self.progress), "log": self.log, "pieces": len(self.pieces)}
        save_run(self.run, str(self.progress.step), self.models, self.optimiser, facts)

    def resume(self) -> None:
        """Go on from the run folder's checkpoint, if there is one. Raises UnusableRun."""
        facts = load_run(self.run, self.models, self.optimiser)
        if facts is None:
            return
        try:
            if facts["pieces"] != len(self.pieces):
                raise ValueError("other pieces")
            self.progress, self.log = ChoraleProgress(**facts["progress"]), facts["log"]
        except (KeyError, TypeError, ValueError) as error:
            raise UnusableRun(
                f"The run in {self.run} is damaged or was begun with other chorales: choose another run folder."
            ) from error
        self.report(f"resumed at step {self.progress.step}")


def batches_by_length(pieces: list[GridPiece], size: int) -> list[list[GridPiece]]:
    ordered = sorted(pieces, key=len)
    return [ordered[low : low + size] for low in range(0, len(ordered), size)]


def mean_nats(model: nn.Module, groups: list[list[GridPiece]]) -> float:
    """Nats per note over all frames and voices (micro average); NaN without pieces."""
    assert isinstance(model, ChoraleModel)
    model.eval()
    total, notes = 0.0, 0
    with torch.inference_mode():
        for group in groups:
            batch: ChoraleBatch = stack_pieces(group, model.config.grid)
            nats, _ = model.losses(batch)
            total, notes = total + float(nats.double().sum()), notes + nats.numel()
    return total / notes if notes else math.nan


def chorale_groups(model: ChoraleModel, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; embedding tables, norms and biases do not."""
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.EmbeddingBag)}
    decayed = [p for p in model.parameters() if p.ndim >= 2 and id(p) not in tables]
    others = [p for p in model.parameters() if p.ndim < 2 or id(p) in tables]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
