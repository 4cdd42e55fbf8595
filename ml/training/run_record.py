"""What a run folder tells about its run: log.json, train.json, loss.svg, and the best model with its card."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from ml.models.checkpoint import save_model
from ml.models.event_model import EventModel
from ml.models.model_folder import CARD_FILE
from ml.training.loss_curve import LossCurve
from ml.training.loss_plot import loss_plot
from ml.training.run_checkpoint import write_whole

MOST_ON_CARD = 120
"""Validations that a card lists; of more, some spread evenly."""


class RunRecord:
    """`log`: one entry for each validation (step, notes, minutes, bits_per_note by corpus); `curve`: training."""

    def __init__(self, run: Path, title: str, report: Callable[[str], None]) -> None:
        self.run, self.title, self.report = run, title, report
        self.log: list[dict[str, Any]] = []
        self.curve = LossCurve()

    def write(self) -> None:
        """Write the logs and the picture anew. A full disk is told and does no harm: they are written again later."""
        rows = self.curve.rows()
        try:
            write_whole(self.run / "log.json", json.dumps(self.log, indent=1).encode())
            write_whole(self.run / "train.json", json.dumps(rows, indent=1).encode())
            write_whole(self.run / "loss.svg", loss_plot(self.title, self.log, rows).encode())
        except OSError as error:
            self.report(f"The log could not be written ({error.strerror}): free some space. Training goes on.")

    def card_curve(self) -> list[dict[str, Any]]:
        """The validations as a card lists them: minutes, notes, bits per note by corpus."""
        stride = -(-len(self.log) // MOST_ON_CARD) or 1
        entries = self.log[::-1][::stride][::-1]
        return [{key: entry[key] for key in ("minutes", "notes", "bits_per_note")} for entry in entries]

    def keep(self, model: EventModel, card: dict[str, Any]) -> None:
        """Write the model as the best so far. Raises OSError when it cannot be written."""
        card["training"]["curve"] = self.card_curve()
        try:
            save_model(self.run / "best", model, card)
        except SafetensorError as error:
            # What a full disk looks like to the library that writes the weights.
            raise OSError(None, str(error), str(self.run / "best")) from error

    def complete_card(self) -> None:
        """Put the whole curve on the best model's card, also what came after it."""
        path = self.run / "best" / CARD_FILE
        try:
            card = json.loads(path.read_text("utf-8"))
            card["training"]["curve"] = self.card_curve()
        except (OSError, ValueError, KeyError, TypeError):
            return
        write_whole(path, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
