"""The training loop: optimise, validate, checkpoint, resume, and keep the best model."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ml.models.event_model import EventModel, ModelConfig
from ml.tensors.sequence import EventRow
from ml.training.batches import Batch
from ml.training.distributed import ALONE, Ranks
from ml.training.interruption import Interruption, Stopped
from ml.training.loss_curve import LossCurve
from ml.training.model_card import HELD_OUT_DEFINITION, held_out_figures
from ml.training.optimiser import optimiser_of
from ml.training.precision import bfloat16_is_faster
from ml.training.progress import Progress, is_done, learning_rate, progress_line
from ml.training.run_checkpoint import UnusableRun, load_run, save_run
from ml.training.run_record import RunRecord
from ml.training.settings import TrainingConfig
from ml.training.validation import model_bits

REPORT_SECONDS = 20
MAY_CHANGE = ("half", "notes", "minutes", "patience")
"""Settings with which a run may go on without a word: budgets, and what the checkpoint itself decides."""


class BatchSource(Protocol):
    """Endless batches that can be gone on with, such as `RowSource`."""

    def batches(self, batch_events: int) -> Iterator[Batch]:
        """Batches of at most `batch_events` padded events."""

    def state(self) -> dict[str, Any]:
        """Where the source stands, for JSON."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a `state`. Raises ValueError for one of other corpora."""


@dataclass(frozen=True)
class StepLoss:
    """Bits of all notes of a batch together, as it was before the step."""

    bits: float
    bits_without_velocity: float


@dataclass(frozen=True)
class Start:
    """Weights to begin from instead of random ones: the model's name, and the SHA-256 of its file of weights."""

    name: str
    checkpoint: str
    weights: dict[str, Tensor]


class Trainer:
    """Trains one model in the folder `run`; calling `train` again with the same folder resumes."""

    def __init__(
        self, run: Path, model_config: ModelConfig, config: TrainingConfig, source: BatchSource,
        held_out: dict[str, list[EventRow]], card: dict[str, Any], report: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic, *, start: Start | None = None, ranks: Ranks = ALONE,
        interruption: Interruption | None = None,
    ) -> None:  # fmt: skip
        self.run, self.config, self.source, self.held_out = run, config, source, held_out
        self.card, self.report, self.clock, self.start, self.ranks = card, report, clock, start, ranks
        self.interruption = interruption or Interruption()
        self.device = ranks.device()
        self.half = ranks.agree_on(bfloat16_is_faster(self.device) if config.half is None else config.half)
        torch.manual_seed(config.seed)
        self.model = EventModel(model_config)
        if start:
            self.model.load_state_dict(start.weights)
        self.model.to(self.device)
        self.optimiser = optimiser_of(self.model, config.learning_rate, config.weight_decay)
        # Each process drops out other units; the first one those of a run alone.
        if ranks.rank:
            torch.manual_seed(config.seed + ranks.rank)
        self.progress = Progress()
        self.record = RunRecord(run, str(card.get("name", run.name)), report)
        run.mkdir(parents=True, exist_ok=True)
        self.resume()

    @property
    def log(self) -> list[dict[str, Any]]:
        """One entry for each validation."""
        return self.record.log

    # --- the loop

    def train(self) -> Path:
        """Train to the end of the budget; returns the folder of the best model on the held-out rows.

        Raises Stopped when a signal came, after a checkpoint; FloatingPointError when the loss is no number; OSError
        when what was learned cannot be written in the end.
        """
        with self.interruption.held():
            stopped = self.steps()
            if not stopped and (not self.log or self.log[-1]["step"] != self.progress.step):
                self.validate(last=True)
                stopped = self.interruption.requested
            if self.ranks.first:
                self.record.write()
            self.checkpoint(last=True)
            if self.ranks.first and not stopped:
                self.record.complete_card()
        if stopped:
            raise Stopped(self.interruption.number)
        return self.run / "best"

    def steps(self) -> bool:
        """Learn until the budget is used; returns whether a signal ended it before."""
        config, progress = self.config, self.progress
        batches = self.source.batches(config.batch_events)
        started = self.clock() - progress.seconds
        last_checkpoint = last_report = progress.seconds
        bits, notes = 0.0, 0
        stopped = self.agreed(progress.seconds)
        if self.start and not self.log and not stopped:
            self.validate()  # what the weights to begin from know already
        while not (stopped or is_done(config, progress)):
            batch = next(batches)
            loss = self.update(batch)
            progress.step += 1
            progress.notes += batch.notes
            stopped = self.agreed(self.clock() - started)
            self.record.curve.add(
                progress.step, progress.notes, progress.seconds, loss.bits_without_velocity, batch.notes
            )
            bits, notes = bits + loss.bits, notes + batch.notes
            if progress.seconds - last_report >= REPORT_SECONDS:
                speed = notes / (progress.seconds - last_report)
                self.report(progress_line(config, progress, bits / max(notes, 1), speed))
                last_report, bits, notes = progress.seconds, 0.0, 0
            if not stopped and progress.seconds - progress.validated_s >= 60 * config.validate_minutes:
                self.validate()
                stopped = self.agreed(progress.seconds)
            if not stopped and progress.seconds - last_checkpoint >= 60 * config.checkpoint_minutes:
                last_checkpoint = progress.seconds
                self.checkpoint()
        return stopped

    def update(self, batch: Batch) -> StepLoss:
        """One optimiser step; returns its loss. Raises FloatingPointError for one that is no number."""
        rate = learning_rate(self.config, self.progress)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.model.train()
        self.optimiser.zero_grad(set_to_none=True)
        sums = torch.zeros(2, device=self.device)
        share = self.ranks.share(batch)
        if share is not None:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
                losses, _ = self.model.losses(*share.inputs(self.device))
                fields = {name: value.sum() for name, value in losses.items()}
                loss: Tensor = torch.stack(list(fields.values())).sum()
            torch.autograd.backward(loss / max(batch.notes, 1))
            sums = torch.stack([loss, loss - fields["velocity"]]).detach().float()
        nats, without_velocity = self.ranks.add_up(list(self.model.parameters()), sums).tolist()
        if not math.isfinite(nats):
            raise FloatingPointError(
                f"The loss is {nats} at step {self.progress.step}: lower the learning rate. "
                "What was kept before it, the best model and the last checkpoint, is whole."
            )
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimiser.step()
        return StepLoss(nats / math.log(2), without_velocity / math.log(2))

    def agreed(self, seconds: float) -> bool:
        """Set the time and let all processes hear what the first one decides; returns whether to stop."""
        progress = self.progress
        progress.seconds, progress.worse, stop = self.ranks.agree(seconds, progress.worse, self.interruption.requested)
        return stop

    # --- reports

    def validate(self, last: bool = False) -> None:
        """Measure the held-out rows and keep the best model so far; without any the last one.

        A model that cannot be written is told, and is an OSError only at the end (`last`).
        """
        progress, before = self.progress, self.progress.validated_s
        progress.validated_s = progress.seconds
        if not self.ranks.first:
            return
        self.model.eval()
        try:
            with self.interruption.at_once():
                measured = {name: model_bits(self.model, rows, self.device) for name, rows in self.held_out.items()}
        except Stopped:
            progress.validated_s = before
            return
        mean = sum(value.per_note for value in measured.values()) / max(len(measured), 1)
        if not math.isfinite(mean):
            raise FloatingPointError(
                f"The weights give no numbers at step {progress.step}: begin again with a lower learning rate."
            )
        self.report("valid  " + "  ".join(f"{name} {value.per_note:.3f}" for name, value in measured.items()))
        self.record.log.append({
            "step": progress.step,
            "notes": progress.notes,
            "minutes": round(progress.seconds / 60, 2),
            "bits_per_note": {name: round(value.per_note, 4) for name, value in measured.items()},
        })  # fmt: skip
        self.record.write()
        if measured and mean >= progress.best:
            progress.worse += 1
            return
        try:
            self.record.keep(self.model, self.card_now())
        except OSError as error:
            if last:
                raise
            self.report(f"The best model could not be written ({error.strerror}): free some space. Training goes on.")
            return
        progress.best, progress.worse = mean, 0

    def card_now(self) -> dict[str, Any]:
        """The card with what is known of the training so far."""
        progress = self.progress
        training = {
            **self.card.get("training", {}),
            "notes_seen": progress.notes,
            "minutes": round(progress.seconds / 60, 1),
            "steps": progress.step,
            "settings": asdict(self.config),
        }
        card = {**self.card, "training": training}
        if self.start and self.log and self.log[0]["bits_per_note"]:
            before, now = self.log[0]["bits_per_note"], self.log[-1]["bits_per_note"]
            card |= {"figures": held_out_figures(before, now, self.start.name)}
            card |= {"figures_definition": HELD_OUT_DEFINITION}
        return card

    # --- checkpoints of the run itself

    def checkpoint(self, last: bool = False) -> None:
        """Write all that is needed to go on exactly: weights, optimiser, random states, place in the data.

        One that cannot be written is told, and is an OSError only at the end (`last`); the one before is kept.
        """
        random_states = self.ranks.random_states()
        if not self.ranks.first:
            return
        facts = {
            "progress": asdict(self.progress),
            "source": self.source.state(),
            "log": self.log,
            "curve": self.record.curve.to_json(),
            "half": self.half,
            "settings": {**asdict(self.config), "augmentation": self.card.get("training", {}).get("augmentation")},
            "begun_from": self.start.checkpoint if self.start else None,
        }
        try:
            save_run(self.run, str(self.progress.step), self.model, self.optimiser, facts, random_states)
        except OSError as error:
            if last:
                raise
            self.report(
                f"The checkpoint could not be written ({error.strerror}): free some space. "
                "The one before is kept, and training goes on."
            )

    def resume(self) -> None:
        """Go on from the run folder's checkpoint, if there is one. Raises UnusableRun."""
        facts = load_run(self.run, self.model, self.optimiser, self.ranks.rank)
        if facts is None:
            return
        try:
            self.source.restore(facts["source"])
            self.progress = Progress(**facts["progress"])
            self.record.log, self.half = facts["log"], facts.get("half", self.half)
            if "curve" in facts:
                self.record.curve = LossCurve.from_json(facts["curve"])
        except (KeyError, TypeError, ValueError) as error:
            raise UnusableRun(
                f"The run in {self.run} is damaged or was begun with other corpora or readers, or they have changed "
                "since: choose another run folder, or give what it was begun with."
            ) from error
        if facts.get("begun_from") != (self.start.checkpoint if self.start else None):
            raise UnusableRun(
                f"The run in {self.run} was begun from other weights: choose another run folder, "
                "or name the model that it was begun from."
            )
        self.report(f"resumed at step {self.progress.step}")
        changes = self.card.get("training", {}).get("augmentation")
        now = json.loads(json.dumps({**asdict(self.config), "augmentation": changes}))
        for name, value in facts.get("settings", {}).items():
            if name not in MAY_CHANGE and value != now.get(name, value):
                self.report(f"{name.replace('_', ' ')} is now {now[name]}; the run was begun with {value}.")
