"""Bits per note of models and floors on the same held-out events, corpus by corpus."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.evaluation.ngrams import NGram
from ml.models.checkpoint import LoadedModel
from ml.tensors.sequence import EventRow
from ml.training.cache import CachedCorpus
from ml.training.validation import Bits, evaluation_rows, model_bits, validation_rows

FLOORS = {"unigram": False, "bigram": True}
"""Floors by name, and whether each sees the note before."""
FLOOR_NOTES = 600_000
"""The floors count so many training notes at most: far beyond where their figures stop moving."""


@dataclass(frozen=True)
class Figure:
    """One cell: bits per note without and with velocity, by field, and how many notes were measured."""

    corpus: str
    name: str
    per_note: float
    with_velocity: float
    fields: dict[str, float]
    notes: int

    @staticmethod
    def of(corpus: str, name: str, bits: Bits) -> Figure:
        fields = {field: round(value, 4) for field, value in bits.field_per_note().items()}
        return Figure(corpus, name, round(bits.per_note, 4), round(bits.per_note_with_velocity, 4), fields, bits.notes)


def floors(corpus: CachedCorpus, rows: list[EventRow], valid_rows: list[EventRow], seed: int = 0) -> list[Figure]:
    """Unigram and bigram trained on the corpus's own training split; alpha chosen on validation."""
    numbers = np.random.default_rng(seed).permutation(corpus.splits["train"])
    training: list[EventRow] = []
    notes = 0
    for number in numbers:
        training.extend(evaluation_rows(corpus.piece(int(number))))
        notes += min(int(corpus.sizes[number]), 1024)
        if notes >= FLOOR_NOTES:
            break
    found = []
    for name, bigram in FLOORS.items():
        model = NGram(training, bigram)
        # Without pieces to choose alpha on, the floor gets the alpha that suits it best: it may only seem too good.
        found.append(Figure.of(corpus.name, name, model.bits(rows, model.best_alpha(valid_rows or rows))))
    return found


def bits_table(
    corpora: list[CachedCorpus], models: list[LoadedModel], split: str, report: Callable[[str], None]
) -> list[Figure]:
    """Floors and every model on the first 1,024 notes of up to 120 pieces, evenly spread, of each corpus's split."""
    figures: list[Figure] = []
    for corpus in corpora:
        valid_rows = validation_rows(corpus, "valid")
        rows = valid_rows if split == "valid" else validation_rows(corpus, split)
        if not rows:
            report(f"{corpus.name} has no {split} pieces and is left out.")
            continue
        figures += floors(corpus, rows, valid_rows)
        for model in models:
            figures.append(Figure.of(corpus.name, model.id, model_bits(model.network, rows)))
            report(f"{corpus.name}: {model.id} {figures[-1].per_note:.3f} bits a note")
    return figures


def as_markdown(figures: list[Figure]) -> str:
    """Rows are models and floors, columns corpora; after each model the share below the bigram."""
    corpora = list(dict.fromkeys(figure.corpus for figure in figures))
    names = list(dict.fromkeys(figure.name for figure in figures))
    cells = {(figure.corpus, figure.name): figure for figure in figures}
    lines = ["| bits per note | " + " | ".join(corpora) + " |", "| --- |" + " ---: |" * len(corpora)]
    for name in names:
        row = []
        for corpus in corpora:
            figure, floor = cells.get((corpus, name)), cells.get((corpus, "bigram"))
            text = "" if figure is None else f"{figure.per_note:.2f}"
            if figure and floor and name not in FLOORS:
                text += f" (−{100 * (1 - figure.per_note / floor.per_note):.0f} %)"
            row.append(text)
        lines.append(f"| {name} | " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def card_figures(figures: list[Figure], model: str, split: str) -> dict[str, Any]:
    """What a model's card says of itself: its bits per note and the bigram's, by corpus."""
    floor = {figure.corpus: figure.per_note for figure in figures if figure.name == "bigram"}
    return {
        f"bits per note, {split}, without velocity": {
            figure.corpus: figure.per_note for figure in figures if figure.name == model
        },
        f"bits per note of a bigram on the same {split} events": floor,
    }


def write_tables(figures: list[Figure], folder: Path, facts: dict[str, Any]) -> None:
    """Write scoreboard.json and scoreboard.md."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {**facts, "figures": [asdict(figure) for figure in figures]}
    (folder / "scoreboard.json").write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    text = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    (folder / "scoreboard.md").write_text(f"# Scoreboard\n\n{text}\n\n{as_markdown(figures)}", "utf-8")
