"""`continuo models`: which models are installed, what they are good at, and what is wrong with the others."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from studio.engine import ModelCard, Shelf
from studio.project import AppFolders, SettingsStore
from studio.session.start import model_folders

HELP = "list the installed models"
DESCRIPTION = """\
List the models that can answer, with their size and what they are good at, and those that cannot be used, with the
reason. A model is a folder with card.json, config.json and model.safetensors."""


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--models-folder", type=Path, action="append", default=[], metavar="DIR",
                        help="look for models in this folder too")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Print the shelf."""
    folders = AppFolders.of_user()
    shelf = Shelf(model_folders(SettingsStore(folders.settings_file), folders, options.models_folder))
    if options.json:
        found = {
            "models": [_json(card) for card in shelf.models()],
            "problems": [{"folder": str(p.folder), "sentence": p.sentence} for p in shelf.problems],
            "folders": [str(folder) for folder in shelf.folders],
        }
        print(json.dumps(found, indent=2))
        return 0
    for card in shelf.models():
        print(_text(card))
    for problem in shelf.problems:
        print(f"not usable: {problem.sentence}")
    if not shelf.models():
        print(f"No models are installed. Put model folders into {shelf.folders[-1]}.")
    return 0


def _json(card: ModelCard) -> dict[str, object]:
    return {
        "id": card.id,
        "name": card.name,
        "family": card.family,
        "trunk": card.trunk,
        "parameters": card.parameters,
        "good_at": card.good_at,
        "corpora": list(card.corpora),
        "licence": card.licence,
        "figures": dict(card.figures),
        "folder": str(card.folder),
    }


def _text(card: ModelCard) -> str:
    lines = [f"{card.id}  ({card.name}, {card.size_text} parameters)"]
    for what, text in (
        ("good at", card.good_at),
        ("learned from", ", ".join(card.corpora)),
        ("licence", card.licence),
    ):
        if text:
            lines.append(f"    {what}: {text}")
    return "\n".join(lines)
