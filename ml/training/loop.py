"""The training loop: optimise, validate, checkpoint, resume, and write the model folder."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ml.models.checkpoint import save_model
from ml.models.event_model import EventModel, ModelConfig
from ml.tensors.sequence import EventRow
from ml.training.batches import Batch, RowSource
from ml.training.run_checkpoint import UnusableRun, load_run, save_run
from ml.training.validation import model_bits


@dataclass(frozen=True)
class TrainingConfig:
    """`notes`: how many note targets to see in all; `minutes`: or so long, whichever is first. The learning rate
    warms up over `warmup` steps, then follows a cosine down to a twentieth over the run (Loshchilov and Hutter, 2017).
    `patience`: validations without a better one before stopping early, 0 for never."""

    notes: int = 40_000_000
    minutes: float = 0.0
    batch_events: int = 4096
    max_events: int = 1536
    learning_rate: float = 2e-3
    warmup: int = 300
    weight_decay: float = 0.05
    clip: float = 1.0
    validate_minutes: float = 8.0
    checkpoint_minutes: float = 10.0
    patience: int = 0
    seed: int = 1
    half: bool | None = None
    """Train in bfloat16 or not; None measures which is faster here."""

    def __post_init__(self) -> None:
        """Raises ValueError with a sentence for settings with which nothing could be trained."""
        for name in ("notes", "batch_events", "learning_rate", "warmup", "clip", "validate_minutes"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name.replace('_', ' ')} must be above 0, not {getattr(self, name)}.")
        for name in ("minutes", "weight_decay", "checkpoint_minutes", "patience", "seed"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name.replace('_', ' ')} must be 0 or more, not {getattr(self, name)}.")


@dataclass
class Progress:
    step: int = 0
    notes: int = 0
    seconds: float = 0.0
    best: float = math.inf
    worse: int = 0


class Trainer:
    """Trains one model in the folder `run`; calling `train` again with the same folder resumes."""

    def __init__(
        self, run: Path, model_config: ModelConfig, config: TrainingConfig, source: RowSource,
        held_out: dict[str, list[EventRow]], card: dict[str, Any], report: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.run, self.config, self.source, self.held_out = run, config, source, held_out
        self.card, self.report, self.clock = card, report, clock
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.half = bfloat16_is_faster(self.device) if config.half is None else config.half
        torch.manual_seed(config.seed)
        self.model = EventModel(model_config).to(self.device)
        self.optimiser = torch.optim.AdamW(
            parameter_groups(self.model, config.weight_decay), config.learning_rate, betas=(0.9, 0.98)
        )
        self.progress = Progress()
        self.log: list[dict[str, Any]] = []
        run.mkdir(parents=True, exist_ok=True)
        self.resume()

    # --- the loop

    def train(self) -> Path:
        """Train to the end of the budget; returns the folder of the best model on the held-out rows."""
        config, progress = self.config, self.progress
        batches = self.source.batches(config.batch_events)
        started = self.clock() - progress.seconds
        last_validation = last_checkpoint = last_report = progress.seconds
        loss_sum, loss_notes = 0.0, 0
        while not self.done():
            batch = next(batches)
            loss = self.update(batch)
            progress.step += 1
            progress.notes += batch.notes
            loss_sum, loss_notes = loss_sum + loss * batch.notes, loss_notes + batch.notes
            progress.seconds = self.clock() - started
            if progress.seconds - last_report >= 20:
                last_report = progress.seconds
                self.report(self.line(loss_sum / max(loss_notes, 1)))
                loss_sum, loss_notes = 0.0, 0
            if progress.seconds - last_validation >= 60 * config.validate_minutes:
                last_validation = progress.seconds
                self.validate()
            if progress.seconds - last_checkpoint >= 60 * config.checkpoint_minutes:
                last_checkpoint = progress.seconds
                self.checkpoint()
        if not self.log or self.log[-1]["step"] != progress.step:
            self.validate()
        self.checkpoint()
        return self.run / "best"

    def update(self, batch: Batch) -> float:
        """One optimiser step; returns the mean nats per note."""
        rate = self.learning_rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.model.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            losses, _ = self.model.losses(*batch.inputs(self.device))
            loss: Tensor = torch.stack([value.sum() for value in losses.values()]).sum() / max(batch.notes, 1)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"The loss is {loss.item()} at step {self.progress.step}: lower the learning rate."
            )
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimiser.step()
        return float(loss.detach())

    def share_done(self) -> float:
        """How much of the budget is used, 0 to 1."""
        config, progress = self.config, self.progress
        by_time = progress.seconds / (60 * config.minutes) if config.minutes else 0.0
        return min(1.0, max(progress.notes / config.notes, by_time))

    def done(self) -> bool:
        """Whether the budget is used or patience has run out."""
        tired = bool(self.config.patience) and self.progress.worse >= self.config.patience
        return tired or self.share_done() >= 1.0

    def learning_rate(self) -> float:
        config = self.config
        warm = min(1.0, (self.progress.step + 1) / config.warmup)
        return config.learning_rate * warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * self.share_done())))

    # --- reports

    def line(self, loss: float) -> str:
        """One progress line: loss, speed, time left."""
        progress = self.progress
        done = max(self.share_done(), 1e-6)
        left = progress.seconds * (1 - done) / done
        return (
            f"step {progress.step}  {progress.notes / 1e6:.2f} M notes  {loss / math.log(2):.3f} bits a note  "
            f"{progress.notes / max(progress.seconds, 1e-6):.0f} notes/s  {left / 60:.0f} min left"
        )

    def validate(self) -> None:
        """Measure the held-out rows and keep the best model so far; without any the last one."""
        self.model.eval()
        bits = {name: model_bits(self.model, rows, self.device) for name, rows in self.held_out.items()}
        mean = sum(value.per_note for value in bits.values()) / max(len(bits), 1)
        self.report("valid  " + "  ".join(f"{name} {value.per_note:.3f}" for name, value in bits.items()))
        entry = {
            "step": self.progress.step,
            "notes": self.progress.notes,
            "minutes": round(self.progress.seconds / 60, 2),
            "bits_per_note": {name: round(value.per_note, 4) for name, value in bits.items()},
        }
        self.log.append(entry)
        (self.run / "log.json").write_text(json.dumps(self.log, indent=1), "utf-8")
        if mean < self.progress.best or not bits:
            self.progress.best, self.progress.worse = mean, 0
            card = {
                **self.card,
                "training": {
                    **self.card.get("training", {}),
                    "notes_seen": self.progress.notes,
                    "minutes": round(self.progress.seconds / 60, 1),
                    "steps": self.progress.step,
                    "settings": asdict(self.config),
                },
            }
            save_model(self.run / "best", self.model, card)
        else:
            self.progress.worse += 1

    # --- checkpoints of the run itself

    def checkpoint(self) -> None:
        """Write all that is needed to go on exactly: weights, optimiser, random states, place in the data."""
        facts = {
            "progress": asdict(self.progress),
            "source": self.source.state(),
            "log": self.log,
            "half": self.half,
        }
        save_run(self.run, str(self.progress.step), self.model, self.optimiser, facts)

    def resume(self) -> None:
        """Go on from the run folder's checkpoint, if there is one. Raises UnusableRun."""
        facts = load_run(self.run, self.model, self.optimiser)
        if facts is None:
            return
        try:
            self.source.restore(facts["source"])
            self.progress = Progress(**facts["progress"])
            self.log, self.half = facts["log"], facts.get("half", self.half)
        except (KeyError, TypeError, ValueError) as error:
            raise UnusableRun(
                f"The run in {self.run} is damaged or was begun with other corpora, or they have changed since: "
                "choose another run folder, or give the corpora that it was begun with."
            ) from error
        self.report(f"resumed at step {self.progress.step}")


def bfloat16_is_faster(device: torch.device) -> bool:
    """Time one matrix product in both precisions; processors without bfloat16 units are several times slower in it."""
    if device.type == "cuda":
        return True
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        left, right = torch.ones(2048, 256, dtype=dtype), torch.ones(256, 512, dtype=dtype)
        left @ right
        started = time.perf_counter()
        for _ in range(5):
            left @ right
        seconds[dtype] = time.perf_counter() - started
    return seconds[torch.bfloat16] < 0.7 * seconds[torch.float32]


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; embeddings, norms and biases do not."""
    tables = {id(m.weight) for m in model.modules() if isinstance(m, nn.EmbeddingBag)}
    decayed = [p for p in model.parameters() if p.ndim >= 2 and id(p) not in tables]
    others = [p for p in model.parameters() if p.ndim < 2 or id(p) in tables]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
