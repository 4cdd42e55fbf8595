"""Makes a copy index from the training pieces of corpora, and measures held-out music against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.measures.copy_index import CopyIndex
from ml.measures.copy_postings import index_of, layout_for
from ml.measures.note_runs import Array, NoteRuns
from ml.measures.winnowing import Fingerprints, Winnowing
from ml.tensors import vocabulary as v
from ml.training.cache import CachedCorpus

CHUNK_NOTES = 500_000
"""Notes that are looked at together."""


@dataclass(frozen=True)
class Lines:
    """Parts of pieces as lines, one after the other. `piece` (notes,) numbers the pieces, `drums` marks percussion."""

    runs: NoteRuns
    onset: Array
    piece: Array
    drums: np.ndarray


def lines_of(corpus: CachedCorpus, split: str, first_piece: int = 0) -> Iterator[Lines]:
    """The parts of a split's pieces as lines, in chunks; pieces are numbered in the split's order."""
    columns: list[np.ndarray] = []
    notes = 0
    for number, index in enumerate(corpus.splits[split], first_piece):
        piece = corpus.piece(int(index))
        drums = piece.instruments[piece.part] == v.DRUMS
        columns.append(np.stack([number * v.PARTS + piece.part, piece.onset, piece.pitch, drums]))
        notes += len(piece)
        if notes >= CHUNK_NOTES:
            yield joined(columns)
            columns, notes = [], 0
    if columns:
        yield joined(columns)


def joined(columns: list[np.ndarray]) -> Lines:
    line, onset, pitch, drums = np.concatenate(columns, axis=1)
    order = np.lexsort((pitch, onset, line))
    line, onset, pitch, drums = line[order], onset[order], pitch[order], drums[order].astype(bool)
    return Lines(NoteRuns.in_order(line, onset, pitch), onset, line // v.PARTS, drums)


def made_index(
    corpora: Sequence[CachedCorpus],
    title: Callable[[CachedCorpus, str], str],
    winnowing: Winnowing,
    common_pieces: int,
    report: Callable[[str], None],
) -> CopyIndex:
    """The index of the corpora's training pieces; figures that stand in more than `common_pieces` are common.

    Raises TooManyPieces.
    """
    names = [
        title(corpus, corpus.names[int(index)]).replace("\n", " ")
        for corpus in corpora
        for index in corpus.splits["train"]
    ]
    layout = layout_for(len(names), sum(corpus.notes("train") for corpus in corpora) // winnowing.window)
    found: list[Fingerprints] = []
    pieces: list[Array] = []
    first_piece = 0
    for corpus in corpora:
        for lines in lines_of(corpus, "train", first_piece):
            prints = winnowing.fingerprints(lines.runs)
            found.append(prints)
            pieces.append(lines.piece[prints.row])
        first_piece += len(corpus.splits["train"])
        report(f"{corpus.name}: {len(corpus.splits['train'])} training pieces read")
    sizes = tuple((corpus.name, len(corpus.splits["train"])) for corpus in corpora)
    prints = Fingerprints.joined(found)
    return index_of(prints, np.concatenate(pieces), winnowing, layout, common_pieces, tuple(names), sizes)
