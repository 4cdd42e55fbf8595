"""`continuo models`: which models are installed, what they are good at, how fast they are; adding and removing them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from studio.engine import ModelCard
from studio.engine.card_text import CardTable, bits_per_note, card_sections, readable
from studio.engine.machine import machine_text
from studio.project import AppFolders
from studio.session.cli.output import ProgressLine
from studio.session.model_desk import ModelDesk, rounded
from studio.session.speed_book import SpeedBook
from studio.session.start import studio_without_sound
from studio.session.studio import Studio

HELP = "list the installed models; add, remove or measure them"
DESCRIPTION = """\
List the models that can answer, with their size, what they learned from, what they are good at and how fast they
write here, and those that cannot be used, with the reason. A model is a folder with card.json, config.json and
model.safetensors; your own lie in your models folder. Speeds are notes a second of one take, measured once."""
WAIT_S = 0.5


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="show the whole card of these models")
    parser.add_argument("--measure", action="store_true", help="measure how fast the models write here, anew")
    parser.add_argument("--add", type=Path, metavar="DIR", help="check a model folder and copy it to your own models")
    parser.add_argument("--remove", metavar="NAME", help="take a model of your own off the shelf; its folder is kept")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--models-folder", type=Path, action="append", default=[], metavar="DIR",
                        help="look for models in this folder too")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Change the shelf as asked, then print it. Raises UnknownModel or RefusedModel."""
    folders = AppFolders.of_user()
    studio = studio_without_sound(folders, options.models_folder)
    desk = ModelDesk(studio, SpeedBook(folders.cache, machine_text()))
    try:
        if options.add is not None:
            _add(studio, desk, options.add)
        if options.remove is not None:
            desk.remove(options.remove)
            print(studio.status, file=sys.stderr)
        named = [studio.shelf.find(name) for name in options.names]
        if options.measure:
            _measure(studio, desk)
        if options.json:
            print(json.dumps(_shelf_json(studio, desk, named or studio.shelf.models()), indent=2))
        elif named:
            print("\n\n".join(_whole_card(card, desk) for card in named))
        else:
            _print_shelf(studio, desk)
    finally:
        desk.close()
        studio.close()
    return 0


def _add(studio: Studio, desk: ModelDesk, source: Path) -> None:
    """Copy a folder, let the engine load it, and wait for what it says."""
    troubles: list[Exception] = []
    desk.on_trouble = troubles.append
    desk.adopt(desk.copying(source.expanduser().absolute())(lambda: False))
    while desk.adding:
        studio.wait(WAIT_S)
    if troubles:
        raise troubles[0]
    print(studio.status, file=sys.stderr)


def _measure(studio: Studio, desk: ModelDesk) -> None:
    """Measure all models, one after the other."""
    line = ProgressLine(sys.stderr)
    desk.measure_again()
    try:
        while desk.measuring is not None:
            line.show(f"measuring {desk.measuring} ...")
            studio.wait(WAIT_S)
    finally:
        line.clear()
    for card in studio.shelf.answering():
        if why := desk.why_unmeasured(card):
            line.say(f"{card.id}: {why}")
    if not all(desk.was_quiet(card) for card in studio.shelf.answering()):
        line.say("The machine was busy with other things: these speeds are too low and will not be remembered.")


def _shelf_json(studio: Studio, desk: ModelDesk, cards: list[ModelCard]) -> dict[str, object]:
    return {
        "models": [_json(card, desk) for card in cards],
        "problems": [{"folder": str(p.folder), "sentence": p.sentence} for p in studio.shelf.problems],
        "folders": [str(folder) for folder in studio.shelf.folders],
        "machine": machine_text(),
    }


def _json(card: ModelCard, desk: ModelDesk) -> dict[str, object]:
    return {
        "id": card.id,
        "name": card.name,
        "family": card.family,
        "trunk": card.trunk,
        "parameters": card.parameters,
        "good_at": card.good_at,
        "cannot": card.cannot,
        "corpora": list(card.corpora),
        "licence": card.licence,
        "figures": dict(card.figures),
        "notes_per_second": desk.speed(card),
        "own": card.own,
        "folder": str(card.folder),
    }


def _print_shelf(studio: Studio, desk: ModelDesk) -> None:
    shelf = studio.shelf
    standard = {card.id for card in shelf.standard()}
    for card in shelf.models():
        print(_short_card(card, desk, standard=card.id in standard))
    for problem in shelf.problems:
        print(f"not usable: {problem.sentence}")
    if not shelf.models():
        print(f"No models are installed. Put model folders into {shelf.folders[-1]}.")
    elif desk.unmeasured:
        print("Speeds that are missing: continuo models --measure", file=sys.stderr)


def _short_card(card: ModelCard, desk: ModelDesk, *, standard: bool) -> str:
    facts = [
        readable(card.trunk),
        f"{card.size_text} parameters",
        desk.speed_text(card),
        "your own" if card.own else "",
        "answers unless others are chosen" if standard else "",
    ]
    lines = [f"{card.id}  ({', '.join(filter(None, (card.name, *facts)))})"]
    bits = ", ".join(f"{corpus} {value:.2f}" for corpus, value in bits_per_note(card).items())
    for what, text in (
        ("good at", card.good_at),
        ("cannot", card.cannot),
        ("learned from", ", ".join(map(readable, card.corpora))),
        ("bits per note", bits),
        ("licence", card.licence),
    ):
        if text:
            lines.append(f"    {what}: {text}")
    return "\n".join(lines)


def _whole_card(card: ModelCard, desk: ModelDesk) -> str:
    """Everything that the card says, as text."""
    lines = [card.name]
    speed = desk.speed(card)
    if speed is not None:
        lines += ["", "Speed here", f"  About {rounded(speed):,} notes a second for one take ({machine_text()})."]
    for section in card_sections(card):
        if section.title:
            lines += ["", section.title]
        if section.text:
            lines.append(f"  {section.text}")
        if section.table is not None:
            lines += _table_lines(section.table)
    return "\n".join(lines)


def _table_lines(table: CardTable) -> list[str]:
    """A table in columns; long headings stand above it, one to a line, by number."""
    long = [title for title in table.header[1:] if len(title) > 12]
    header = table.header if not long else (table.header[0], *(f"({n})" for n in range(1, len(table.header))))
    legend = [f"  ({n}) {title}" for n, title in enumerate(table.header[1:], 1)] if long else []
    widths = [max(len(row[column]) for row in (header, *table.rows)) for column in range(len(header))]
    return legend + [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *table.rows)
    ]
