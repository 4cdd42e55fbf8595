"""A model's card in words and tables for people: what it learned from, how, how well it predicts, where it is thin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from studio.engine.card import ModelCard, plain_text

ROWS, COLUMNS = 40, 4
TEXT = 2000
"""Characters of a longer text, such as a definition, that are shown."""
BITS = "bits per note"
FLOORS = ("bigram", "unigram", "corpus")
"""Words that tell a figure of something simpler, given for comparison, from the model's own."""
SPELLINGS = {
    "jsb": "JSB", "gm": "GM", "midi": "MIDI", "openscore": "OpenScore", "openewld": "OpenEWLD",
    "lstm": "LSTM", "gru": "GRU", "rnn": "RNN",
}  # fmt: skip
SHOWN_ELSEWHERE = frozenset({
    "name", "family", "trunk", "good_at", "thin_in", "corpora", "training", "licence", "license", "figures",
    "figures_definition", "order", "vocabulary", "size", "parameters",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class CardTable:
    """Texts in rows, all as long as `header`."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CardSection:
    """A heading with plain text, a table, or both."""

    title: str
    text: str = ""
    table: CardTable | None = None


def card_sections(card: ModelCard) -> list[CardSection]:
    """The whole card in reading order; empty sections are left out."""
    details = card.details
    definition = _words(details.get("figures_definition"))
    figures = _figure_tables(details.get("figures"))
    sections = [
        CardSection("What it is", ", ".join(filter(None, (readable(card.trunk), f"{card.parameters:,} parameters")))),
        CardSection("What it cannot do", card.cannot),
        CardSection("Good at", card.good_at),
        CardSection("Thin in", _words(details.get("thin_in"))),
        CardSection("Learned from", table=_corpora(details.get("corpora"))),
        CardSection("Training", _training(details.get("training"))),
        *(
            CardSection("How well it predicts" if number == 0 else "", "", table)
            for number, table in enumerate(figures)
        ),
        CardSection("What the figures mean", definition),
        *(
            CardSection(readable(str(name)), _words(value))
            for name, value in list(details.items())[:ROWS]
            if name not in SHOWN_ELSEWHERE
        ),
        CardSection("Licence", card.licence),
        CardSection("Where it lies", plain_text(str(card.folder), TEXT)),
    ]
    return [section for section in sections if section.text or section.table]


def bits_per_note(card: ModelCard) -> dict[str, float]:
    """The model's own bits per note by corpus, as its card gives them; the first such figure that is not a floor."""
    figures = card.details.get("figures")
    if not isinstance(figures, dict):
        return {}
    for name, values in figures.items():
        low = str(name).lower()
        if BITS in low and isinstance(values, dict) and not any(word in low for word in FLOORS):
            found = {readable(str(corpus)): value for corpus, value in values.items() if _is_number(value)}
            return dict(list(found.items())[:ROWS])
    return {}


def readable(name: str) -> str:
    """A name from a file as people write it: "jsb_chorales" becomes "JSB chorales"."""
    words = plain_text(name, 80).replace("_", " ").split()
    words = [SPELLINGS.get(word.lower(), word) for word in words]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def number_text(value: float) -> str:
    """A number as short as it may be: 2.96, 25.4 million, 3,363."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.1f} million"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def minutes_text(minutes: float) -> str:
    """A duration: "84 min" below two hours, "5.5 h" above."""
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _corpora(value: object) -> CardTable | None:
    """One row for each corpus, with the columns that any of them fills."""
    if isinstance(value, dict):
        entries: list[Any] = [{"name": n, **(facts if isinstance(facts, dict) else {})} for n, facts in value.items()]
    elif isinstance(value, list):
        entries = value
    else:
        return None
    rows: list[tuple[str, ...]] = []
    for entry in entries[:ROWS]:
        facts: Mapping[str, Any] = entry if isinstance(entry, dict) else {"name": entry}
        share = facts.get("share_of_notes_seen", facts.get("share"))
        rows.append(
            (
                readable(str(facts.get("name", ""))),
                f"{100 * share:.0f} %" if _is_number(share) else "",
                number_text(facts["pieces"]) if _is_number(facts.get("pieces")) else "",
                number_text(facts["notes"]) if _is_number(facts.get("notes")) else "",
                _words(facts.get("licence", facts.get("license"))),
            )
        )
    return _without_empty_columns(("Corpus", "Share", "Pieces", "Notes", "Licence"), rows)


def _training(value: object) -> str:
    """Time, hardware and amount in one sentence each; then what the card remarks."""
    if not isinstance(value, dict):
        return _words(value)
    sentences = []
    minutes, seen, steps = value.get("minutes"), value.get("notes_seen"), value.get("steps")
    hardware = _words(value.get("hardware"))
    if _is_number(minutes):
        sentences.append(f"Trained for {minutes_text(minutes)}" + (f" on {hardware}." if hardware else "."))
    elif hardware:
        sentences.append(f"Trained on {hardware}.")
    if _is_number(seen):
        sentences.append(f"It saw {number_text(seen)} notes" + (f" in {steps:,} steps." if _is_number(steps) else "."))
    settings = value.get("settings")
    seed = value.get("seed", settings.get("seed") if isinstance(settings, dict) else None)
    if _is_number(seed):
        sentences.append(f"Seed {seed}.")
    sentences.append(_words(value.get("remark")))
    return " ".join(filter(None, sentences))


def _figure_tables(value: object) -> list[CardTable]:
    """Figures that are given for the same things stand side by side, at most four in a table."""
    if not isinstance(value, dict):
        return []
    groups = {str(name): _flat(inner) for name, inner in list(value.items())[:ROWS]}
    tables: list[list[str]] = []
    for name, rows in groups.items():
        fitting = next(
            (t for t in tables if len(t) < COLUMNS and len(rows) > 1 and groups[t[0]].keys() == rows.keys()), None
        )
        if fitting is not None:
            fitting.append(name)
        elif rows:
            tables.append([name])
    return [
        CardTable(
            ("", *(readable(name) for name in names)),
            tuple(
                (readable(row), *(number_text(groups[name][row]) for name in names))
                for row in list(groups[names[0]])[:ROWS]
            ),
        )
        for names in tables
    ]


def _flat(value: object, prefix: str = "", depth: int = 3) -> dict[str, float]:
    """Numbers in nested tables by their path; a lone number has an empty path."""
    if _is_number(value):
        return {prefix: float(value)}
    found: dict[str, float] = {}
    if isinstance(value, dict) and depth:
        for name, inner in list(value.items())[:ROWS]:
            path = f"{prefix}, {plain_text(str(name), 60)}" if prefix else plain_text(str(name), 60)
            found |= _flat(inner, path, depth - 1)
    return dict(list(found.items())[:ROWS])


def _words(value: object, depth: int = 3) -> str:
    """Any value of a card as running text: lists by commas, tables as "name: value" by semicolons."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return plain_text(value, TEXT)
    if _is_number(value):
        return number_text(value)
    if not depth:
        return ""
    if isinstance(value, list):
        return plain_text(", ".join(filter(None, (_words(item, depth - 1) for item in value[:ROWS]))), TEXT)
    if isinstance(value, dict):
        pairs = ((readable(str(name)), _words(inner, depth - 1)) for name, inner in list(value.items())[:ROWS])
        return plain_text("; ".join(f"{name}: {text}" for name, text in pairs if text), TEXT)
    return ""


def _without_empty_columns(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> CardTable | None:
    kept = [column for column in range(len(header)) if any(row[column] for row in rows)]
    if not kept:
        return None
    return CardTable(
        tuple(header[column] for column in kept), tuple(tuple(row[column] for column in kept) for row in rows)
    )


def _is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number that can be shown: no truth value, not endless, not absurdly large."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15
