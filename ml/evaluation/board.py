"""The scoreboard as data: sections of tables that state how they were measured; JSON is the source of the text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

JSON_FILE, TEXT_FILE = "scoreboard.json", "scoreboard.md"
SHORT_HASH = 12

Value = float | int | str | None | list[float] | dict[str, float]
"""A cell: a number, a text, nothing, a mean and a standard deviation, a `value` and the share that it lies `below` a
floor, or how many were `kept` `of` all."""


@dataclass(frozen=True)
class Table:
    """Rows by name, each with values by column; `digits` after the point, by column, else two."""

    title: str
    columns: tuple[str, ...]
    rows: dict[str, dict[str, Value]]
    digits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """Tables of one kind. `definition` says what the figures are, `facts` on what data, models and seed they were
    measured; `missing` what could not be measured, in sentences; `details` figures that only the JSON holds."""

    name: str
    title: str
    definition: str
    tables: tuple[Table, ...]
    facts: dict[str, Any]
    missing: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The section for JSON and for `section_text`."""
        data: dict[str, Any] = plain(asdict(self))
        return data


def read_board(folder: Path) -> dict[str, dict[str, Any]]:
    """The sections of the scoreboard in `folder` by key; none where there is no board of this kind."""
    try:
        sections = json.loads((folder / JSON_FILE).read_text("utf-8"))["sections"]
        return dict(sections)
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def add_to_board(folder: Path, section: Section) -> None:
    """Write a section into the scoreboard of `folder`, in place of the one of its name and split; others stay."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = read_board(folder)
    sections[f"{section.name} {section.facts.get('split', '')}".strip()] = section.as_data()
    for name, text in ((JSON_FILE, json.dumps({"sections": sections}, indent=1)), (TEXT_FILE, as_text(sections))):
        draft = folder / (name + ".draft")
        draft.write_text(text.rstrip("\n") + "\n", "utf-8")
        draft.replace(folder / name)


def plain(value: Any) -> Any:
    """The value for JSON: numbers rounded to six digits, and null for what is no number."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def as_text(sections: dict[str, dict[str, Any]]) -> str:
    """The scoreboard as Markdown."""
    return "# Scoreboard\n\n" + "\n".join(section_text(section) for section in sections.values())


def section_text(section: dict[str, Any]) -> str:
    """One section as Markdown: its definition, what it was measured on, its tables."""
    facts = section["facts"]
    split = f" ({facts['split']})" if facts.get("split") else ""
    lines = [f"## {section['title']}{split}", "", section["definition"], ""]
    lines += [f"- {name}: {fact_text(value)}" for name, value in facts.items() if value]
    lines += [f"- Missing: {sentence}" for sentence in section["missing"]]
    for table in section["tables"]:
        lines += ["", table_text(table)]
    return "\n".join(lines).rstrip("\n") + "\n"


def fact_text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {fact_text(item)}" for name, item in value.items())
    text = str(value)
    return text[:SHORT_HASH] if len(text) == 64 and text.isalnum() else text


def table_text(table: dict[str, Any]) -> str:
    """One table as Markdown."""
    columns, digits = table["columns"], table["digits"]
    lines = [f"| {table['title']} | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for name, row in table["rows"].items():
        cells = (cell_text(row.get(column), digits.get(column, 2)) for column in columns)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell_text(value: Any, digits: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return " ± ".join(cell_text(item, digits) for item in value)
    if isinstance(value, dict):
        if "of" in value:
            return f"{value['kept']:,} / {value['of']:,}"
        return f"{cell_text(value['value'], digits)} (−{100 * value['below']:.0f} %)".replace("−-", "+")
    return f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value
