"""Trunks at equal training time and at equal notes seen, from the curves that training left on the cards."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from ml.evaluation.bench import Bench
from ml.evaluation.board import Section, Table, Value
from ml.models.checkpoint import LoadedModel

SHARES = (0.125, 0.25, 0.5, 0.75, 1.0)
"""Where the curves are compared, as shares of what the shortest run reached."""
DEFINITION = (
    "Bits per note without velocity on validation while training, mean of the corpora that all runs measured; between "
    "two validations a straight line is drawn. A run that had not yet measured at a point has none there. Times are "
    "those of each run's own machine and load (see the cards)."
)

Curve = list[tuple[float, float, dict[str, float]]]
"""Minutes, notes seen, bits per note by corpus, at each validation."""


def trunk_section(bench: Bench, folders: list[Path]) -> Section:
    """The section "trunks"; `folders` are those of the models."""
    curves: dict[str, Curve] = {}
    missing: list[str] = []
    for model, folder in zip(bench.models, folders, strict=True):
        curve = curve_of(model, folder)
        if curve:
            curves[model.id] = curve
        else:
            missing.append(f"The card of {model.id} holds no training curve, and no log.json lies beside its folder.")
    corpora = sorted(
        set.intersection(*(set(bits) for curve in curves.values() for *_, bits in curve)) if curves else []
    )
    if curves and not corpora:
        missing.append("The runs have no corpus in common on which all were validated.")
    means = {
        name: [(minutes, notes, sum(map(bits.__getitem__, corpora)) / len(corpora)) for minutes, notes, bits in curve]
        for name, curve in curves.items() if corpora
    }  # fmt: skip
    by_time = {name: [(minutes, bits) for minutes, _, bits in mean] for name, mean in means.items()}
    by_notes = {name: [(notes / 1e6, bits) for _, notes, bits in mean] for name, mean in means.items()}
    tables = (compared(by_time, "minutes"), compared(by_notes, "million notes seen")) if means else ()
    facts = {
        "split": "valid",
        "corpora": ", ".join(corpora),
        "parameters": {model.id: model.network.parameter_count for model in bench.models},
        "checkpoints": {model.id: model.checkpoint for model in bench.models},
    }
    return Section("trunks", "Trunks at equal cost", DEFINITION, tables, facts, tuple(missing))


def curve_of(model: LoadedModel, folder: Path) -> Curve:
    """The training curve on the model's card, else of the run that its folder lies in; empty without one."""
    training = model.card.get("training")
    points: Any = training.get("curve") if isinstance(training, dict) else None
    try:
        if not points:
            points = json.loads((folder.parent / "log.json").read_text("utf-8"))
        curve = [
            (
                float(point["minutes"]), float(point["notes"]),
                {str(name): float(value) for name, value in point["bits_per_note"].items()},
            )
            for point in points
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return [point for point in curve if all(map(math.isfinite, (*point[:2], *point[2].values())))]


def compared(runs: dict[str, list[tuple[float, float]]], unit: str) -> Table:
    """Bits of each run, given as (cost, bits) pairs, at some costs up to where the shortest run ends."""
    last = min(run[-1][0] for run in runs.values())
    points = [last * share for share in SHARES]
    columns = tuple(f"{point:,.3g}" for point in points)
    rows: dict[str, dict[str, Value]] = {}
    for name, run in runs.items():
        cost, bits = np.array(run).T
        known = np.interp(points, cost, bits, left=np.nan)
        rows[name] = dict(zip(columns, known.tolist(), strict=True))
    return Table(f"bits per note at {unit}", columns, rows)
