"""Bits per note of models and floors on the same held-out events, corpus by corpus."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ml.evaluation.bench import FLOORS, Bench
from ml.evaluation.board import Section, Table, Value
from ml.evaluation.note_bits import total
from ml.training.validation import MAX_EVENTS, Bits

DEFINITION = (
    "Bits per note without velocity, END counted, natural order of events, all parts asked from the start of the "
    "piece; in brackets how many fewer than the bigram needs. The first {notes:,} notes of up to {pieces} pieces a "
    "corpus, evenly spread over the split, in rows of at most {events:,} events. With velocity: its bits are added; "
    "pieces of one loudness have none. By field: bits per note of each field, mean of the corpora. Floors are trained "
    "on each corpus's own training split, alpha chosen on validation."
)


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


def bits_figures(bench: Bench) -> list[Figure]:
    """Floors and every model on the pieces that the bench chose of each corpus's split."""
    figures: list[Figure] = []
    for corpus in bench.measured():
        for name in bench.names:
            figures.append(Figure.of(corpus.name, name, total(bench.bits(name, corpus))))
            bench.report(f"{corpus.name}: {name} {figures[-1].per_note:.3f} bits a note")
    return figures


def bits_section(bench: Bench) -> Section:
    """The section "bits"."""
    figures = bits_figures(bench)
    scale = bench.scale
    definition = DEFINITION.format(notes=scale.notes, pieces=scale.pieces, events=MAX_EVENTS)
    facts = bench.facts(
        pieces={corpus.name: len(bench.held_out(corpus)) for corpus in bench.measured()},
        notes={figure.corpus: figure.notes for figure in figures},
        alpha={corpus.name: bench.floors(corpus)["bigram"][1] for corpus in bench.measured()},
    )
    tables = (bits_table(figures), velocity_table(figures), field_table(figures))
    details = {"figures": [asdict(figure) for figure in figures]}
    return Section("bits", "Bits per note", definition, tables, facts, bench.missing(), details)


def bits_table(figures: list[Figure]) -> Table:
    """Rows are floors and models, columns corpora; after each model the share below the bigram."""
    floor = {figure.corpus: figure.per_note for figure in figures if figure.name == "bigram"}
    rows: dict[str, dict[str, Value]] = {}
    for figure in figures:
        below = 1 - figure.per_note / floor.get(figure.corpus, figure.per_note)
        known = figure.name not in FLOORS and figure.corpus in floor
        cell: Value = {"value": figure.per_note, "below": below} if known else figure.per_note
        rows.setdefault(figure.name, {})[figure.corpus] = cell
    return Table("bits per note", corpora_of(figures), rows)


def velocity_table(figures: list[Figure]) -> Table:
    """The same with velocity, of the corpora that have any."""
    expressive = [figure for figure in figures if figure.fields["velocity"] > 0]
    rows: dict[str, dict[str, Value]] = {}
    for figure in expressive:
        rows.setdefault(figure.name, {})[figure.corpus] = figure.with_velocity
    return Table("bits per note with velocity", corpora_of(expressive), rows)


def field_table(figures: list[Figure]) -> Table:
    """Bits per note by field, mean of the corpora."""
    rows: dict[str, dict[str, Value]] = {}
    for name in dict.fromkeys(figure.name for figure in figures):
        mine = [figure.fields for figure in figures if figure.name == name]
        rows[name] = {field: sum(fields[field] for fields in mine) / len(mine) for field in mine[0]}
    columns = tuple(figures[0].fields) if figures else ()
    return Table("bits by field", columns, rows)


def corpora_of(figures: list[Figure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(figure.corpus for figure in figures))
