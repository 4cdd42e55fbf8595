"""`python -m ml evaluate`: the scoreboard."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ml.evaluation.bits_table import FLOORS, as_markdown, bits_table, card_figures, write_tables
from ml.models.checkpoint import CARD_FILE, LoadedModel, UnusableCheckpoint, load_model
from ml.training.cache import open_corpora
from ml.training.sources import EmptyCorpus

DEFINITION = (
    "Bits per note without velocity, END counted, natural order of events, all parts asked from the start of the "
    "piece; first 1,024 notes of up to 120 pieces a corpus, evenly spread over the split, in rows of at most 512 "
    "events; floors are trained on each corpus's own training split, alpha chosen on validation"
)


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("evaluate", help="measure models on held-out music", description=DEFINITION)
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="model folders")
    parser.add_argument("--corpora", nargs="+", type=Path, required=True, metavar="CORPUS", help="zips or folders")
    parser.add_argument("--split", choices=("valid", "test"), default="valid")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where read corpora are kept")
    parser.add_argument("-o", "--output", type=Path, help="folder for scoreboard.json and scoreboard.md")
    parser.add_argument("--write-cards", action="store_true", help="put the figures on the models' cards")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0, or 2 after one sentence on stderr."""
    try:
        evaluate(options)
    except (UnusableCheckpoint, EmptyCorpus) as error:
        report(str(error))
        return 2
    except OSError as error:
        report(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return 2
    return 0


def evaluate(options: argparse.Namespace) -> None:
    """Measure, print, and write what was asked for."""
    models = told_apart([load_model(folder) for folder in options.models], options.models)
    corpora = open_corpora(options.corpora, options.cache, report)
    figures = bits_table(corpora, models, options.split, report)
    print(as_markdown(figures))
    facts = {
        "definition": DEFINITION,
        "split": options.split,
        "data": {corpus.name: corpus.data_hash for corpus in corpora},
        "checkpoints": {model.id: model.checkpoint for model in models},
    }
    if options.output:
        write_tables(figures, options.output, facts)
    if options.write_cards:
        for folder, model in zip(options.models, models, strict=True):
            write_card(folder, model, card_figures(figures, model.id, options.split))


def told_apart(models: list[LoadedModel], folders: list[Path]) -> list[LoadedModel]:
    """The models, called by their whole path where several folders have one name, as "best" of two runs have."""
    names = [*FLOORS, *(model.id for model in models)]
    return [
        replace(model, id=folder.as_posix()) if names.count(model.id) > 1 else model
        for model, folder in zip(models, folders, strict=True)
    ]


def write_card(folder: Path, model: LoadedModel, figures: dict[str, Any]) -> None:
    """Add figures to a model's card, corpus by corpus; others that stand there stay."""
    known = dict(model.card.get("figures", {}))
    for title, by_corpus in figures.items():
        known[title] = {**known.get(title, {}), **by_corpus}
    card = {**model.card, "figures": known}
    draft = folder / (CARD_FILE + ".draft")
    draft.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(folder / CARD_FILE)


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
