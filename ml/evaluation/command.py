"""`python -m ml evaluate`: the scoreboard."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ml.evaluation.bench import FLOORS, QUICK, Bench, Scale
from ml.evaluation.bits_by_place import place_section
from ml.evaluation.bits_table import bits_section
from ml.evaluation.board import Section, add_to_board, section_text
from ml.evaluation.cards import write_card
from ml.evaluation.copying_table import copying_section
from ml.evaluation.duration import expected_minutes
from ml.evaluation.feature_tables import feature_section
from ml.evaluation.four_voices import chorale_section
from ml.evaluation.note_cost import cost_section
from ml.evaluation.obedience_table import obedience_section
from ml.evaluation.ranking_table import ranking_section
from ml.evaluation.samples import Sampler
from ml.evaluation.trunk_table import trunk_section
from ml.models.checkpoint import LoadedModel, load_model
from ml.models.chorale_checkpoint import FAMILY, LoadedChoraleModel, load_chorale_model
from ml.models.model_folder import CONFIG_FILE, UnusableCheckpoint, read_json
from ml.training.cache import open_corpora
from ml.training.sources import EmptyCorpus

SECTIONS = ("bits", "places", "trunks", "features", "copying", "obedience", "ranking", "chorales", "cost")
SHIPPED, BOARD = Path("resources/models"), Path("ml/evaluation")


def add_to(commands: Any) -> None:
    """Declare the command."""
    text = (
        "Measure models on held-out music; print tables and write the scoreboard (scoreboard.json, and scoreboard.md "
        "made from it). Sections that are not measured now stay as they are in it."
    )
    parser = commands.add_parser("evaluate", help="measure models on held-out music", description=text)
    parser.add_argument(
        "models", nargs="*", type=Path, metavar="MODEL", help=f"model folders; without any, those in {SHIPPED}"
    )
    parser.add_argument("--corpora", nargs="+", type=Path, required=True, metavar="CORPUS", help="zips or folders")
    parser.add_argument("--split", choices=("valid", "test"), default="valid")
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, default=SECTIONS, metavar="SECTION",
                        help=f"what to measure: {', '.join(SECTIONS)}; all without this")  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="a few pieces only, to see that all runs")
    parser.add_argument("--seed", type=int, default=0, help="decides which passages are sampled, and the samples")
    parser.add_argument("--cache", type=Path, default=Path("cache"), help="where read corpora are kept")
    where = f"folder of the scoreboard; without this {BOARD} if no models are named, else none"
    parser.add_argument("-o", "--output", type=Path, help=where)
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
    """Measure section by section; print and write each as soon as it is there."""
    folders = options.models or sorted(folder.parent for folder in SHIPPED.glob("*/card.json"))
    # The board that ships is for the models that ship.
    output = options.output or (None if options.quick or options.models else BOARD)
    if output:
        output.mkdir(parents=True, exist_ok=True)
    on_grid = {folder for folder in folders if read_json(folder / CONFIG_FILE, folder.name).get("family") == FAMILY}
    events = [folder for folder in folders if folder not in on_grid]
    models = told_apart([load_model(folder) for folder in events], events)
    chorale_models = [load_chorale_model(folder) for folder in folders if folder in on_grid]
    corpora = open_corpora(options.corpora, options.cache, report)
    bench = Bench(corpora, models, options.split, report, QUICK if options.quick else Scale(), options.seed)
    sampler = Sampler(bench)
    made = makers(bench, sampler, events, chorale_models, options.corpora)
    started = time.monotonic()
    minutes = expected_minutes(bench, sampler, options.sections)
    report(f"Expected to take about {minutes + (time.monotonic() - started) / 60:.0f} minutes, chorales besides.")
    for number, name in enumerate(options.sections, 1):
        report(f"Section {number} of {len(options.sections)}: {name}")
        section = made[name]()
        print(section_text(section.as_data()), flush=True)
        if output:
            add_to_board(output, section)
        if options.write_cards:
            for folder, model in zip(events, models, strict=True):
                write_card(folder, model.id, section)
            for folder, chorale_model in zip((f for f in folders if f in on_grid), chorale_models, strict=True):
                write_card(folder, chorale_model.id, section)
        report(f"{name} done after {(time.monotonic() - started) / 60:.1f} minutes")


def makers(
    bench: Bench, sampler: Sampler, folders: list[Path], chorale_models: list[LoadedChoraleModel], sources: list[Path]
) -> dict[str, Callable[[], Section]]:
    """What measures each section; `folders` are those of the bench's models."""
    return {
        "bits": lambda: bits_section(bench),
        "places": lambda: place_section(bench),
        "trunks": lambda: trunk_section(bench, folders),
        "features": lambda: feature_section(bench, sampler),
        "copying": lambda: copying_section(bench, sampler),
        "obedience": lambda: obedience_section(bench, sampler),
        "ranking": lambda: ranking_section(bench),
        "chorales": lambda: chorale_section(bench, chorale_models, sources),
        "cost": lambda: cost_section(bench),
    }


def told_apart(models: list[LoadedModel], folders: list[Path]) -> list[LoadedModel]:
    """The models, called by their whole path where several folders have one name, as "best" of two runs have."""
    names = [*FLOORS, *(model.id for model in models)]
    return [
        replace(model, id=folder.as_posix()) if names.count(model.id) > 1 else model
        for model, folder in zip(models, folders, strict=True)
    ]


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
