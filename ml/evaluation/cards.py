"""Figures of the scoreboard on the models' own cards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ml.evaluation.board import Section, plain
from ml.models.model_folder import CARD_FILE

REFERENCES = {"bits": ("bigram",)}
"""Rows beside its own that a card repeats, by section: a figure alone says little."""


def card_figures(section: Section, model: str) -> dict[str, Any]:
    """What a section says of one model: its rows by table and split. Rows "model, free" and the like count too."""
    split = section.facts.get("split", "")
    found: dict[str, Any] = {}
    for table in section.tables:
        own = {
            name.removeprefix(model): row for name, row in table.rows.items() if f"{name}, ".startswith(f"{model}, ")
        }
        for what, row in own.items():
            found[", ".join(filter(None, (f"{table.title}{what}", split)))] = bare(row)
        for name in REFERENCES.get(section.name, ()) if own else ():
            if name in table.rows:
                found[f"{table.title} of a {name} on the same {split} events"] = bare(table.rows[name])
    return found


def bare(row: dict[str, Any]) -> dict[str, Any]:
    """A row with one number for each cell that has any: of a cell with a floor the value, of counts the share."""

    def number(cell: Any) -> Any:
        if isinstance(cell, dict):
            return cell["kept"] / max(cell["of"], 1) if "of" in cell else cell["value"]
        return cell[0] if isinstance(cell, list) else cell

    return {column: number(cell) for column, cell in row.items() if cell is not None}


def write_card(folder: Path, model: str, section: Section) -> None:
    """Add a section's figures and their definition to a model's card, cell by cell; others that stand there stay."""
    found = plain(card_figures(section, model))
    if not found:
        return
    card = json.loads((folder / CARD_FILE).read_text("utf-8"))
    known = dict(card.get("figures", {}))
    for title, row in found.items():
        before = known.get(title)
        known[title] = {**(before if isinstance(before, dict) else {}), **row}
    definitions = card.get("figures_definition")
    if not isinstance(definitions, dict):
        definitions = {} if definitions is None else {"earlier figures": definitions}
    card = {**card, "figures": known, "figures_definition": {**definitions, section.title: section.definition}}
    draft = folder / (CARD_FILE + ".draft")
    draft.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(folder / CARD_FILE)
