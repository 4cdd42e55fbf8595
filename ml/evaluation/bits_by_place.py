"""Bits per note by place in the piece, and on themes that come back: where remembering far back should pay."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.bench import Bench, HeldOut
from ml.evaluation.board import Section, Table, Value
from ml.evaluation.note_bits import asked_events
from ml.measures.returns import THEME_NOTES, returns
from ml.training.cache import CachedCorpus

BORDERS = (0, 64, 128, 256, 512, 1024)
"""Notes of the piece before the one that is measured."""
DEFINITION = (
    "Bits per note without velocity and without END, by how many notes of the piece came before, and on returns: notes "
    f"inside a run of at least {THEME_NOTES} notes of one part that repeats, in pitches, times between onsets and "
    "lengths, a run that any part had ended before (literal), or repeats it at another pitch only (transposed). "
    "Pieces, rows and floors are those of the bits per note."
)
LITERAL, TRANSPOSED, REST = "literal returns", "transposed returns", "all other notes"


def place_section(bench: Bench) -> Section:
    """The section "places"."""
    tables = tuple(place_table(bench, corpus) for corpus in bench.measured())
    facts = bench.facts(pieces={corpus.name: len(bench.held_out(corpus)) for corpus in bench.measured()})
    return Section("places", "Bits by place and on returns", DEFINITION, tables, facts, bench.missing())


def place_table(bench: Bench, corpus: CachedCorpus) -> Table:
    """Rows are the count of notes, floors and models; columns places and returns. Empty places are left out."""
    masks = [places(held_out) for held_out in bench.held_out(corpus)]
    columns = tuple(name for name in masks[0] if any(mask[name].any() for mask in masks))
    counts: dict[str, Value] = {name: sum(int(mask[name].sum()) for mask in masks) for name in columns}
    rows: dict[str, dict[str, Value]] = {"notes": counts}
    for name in bench.names:
        bits = [piece.per_note for piece in bench.bits(name, corpus)]
        rows[name] = {
            column: float(np.concatenate([b[mask[column]] for b, mask in zip(bits, masks, strict=True)]).mean())
            for column in columns
        }
    bench.report(f"{corpus.name}: bits by place and on returns")
    return Table(f"{corpus.name}: bits per note", columns, rows)


def places(held_out: HeldOut) -> dict[str, NDArray[np.bool_]]:
    """Masks over the asked notes of a piece by the columns of the table."""
    piece, asked = held_out.piece, asked_notes(held_out)
    number = np.arange(asked)
    found: dict[str, NDArray[np.bool_]] = {
        f"{low:,} to {high - 1:,}": (number >= low) & (number < high) for low, high in pairwise(BORDERS)
    }
    found[f"{BORDERS[-1]:,} on"] = number >= BORDERS[-1]
    back = returns(piece.part[:asked], piece.onset[:asked], piece.pitch[:asked], piece.length[:asked])
    return {**found, LITERAL: back.literal, TRANSPOSED: back.transposed, REST: ~(back.literal | back.transposed)}


def asked_notes(held_out: HeldOut) -> int:
    """How many of the piece's first notes its rows ask."""
    return sum(len(asked_events(row)) - 1 for row in held_out.rows)
