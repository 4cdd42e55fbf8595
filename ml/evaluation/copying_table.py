"""How much of the samples stands literally in the training pieces, with the composers' own bars as the referee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from ml.evaluation.bench import Bench
from ml.evaluation.board import Section, Table, Value
from ml.evaluation.samples import Sampler
from ml.measures.copying import Copying, Library
from ml.measures.note_runs import NoteRuns
from ml.measures.passage import Passage
from ml.tensors import vocabulary as v
from ml.training.cache import CachedCorpus

CHUNK_NOTES = 1_000_000
"""Training notes that are looked at together."""
COLUMNS = {
    "notes": "notes", "longest": "longest run", "longest_transposed": "transposed",
    "share_8": "8-note runs", "share_8_transposed": "8 transposed",
    "share_16": "16-note runs", "share_16_transposed": "16 transposed",
}  # fmt: skip
DEFINITION = (
    "Longest run of notes of one part that also stands in a training piece of any corpus measured here, equal in "
    "pitches and times between onsets, or in intervals and times (transposed), 0 for less than 8 notes; and the share "
    "of all runs of 8 and of 16 notes that do. The split's own row looks at what the composers wrote in the same bars "
    "of the same pieces: it is the referee. "
)


def copying_section(bench: Bench, sampler: Sampler) -> Section:
    """The section "copying"."""
    asked: dict[str, dict[str, NoteRuns]] = {}
    for corpus in bench.measured():
        samples = sampler.samples(corpus)
        if samples.excerpts:
            own = [excerpt.continuation for excerpt in samples.excerpts]
            everyone = {f"{bench.split} pieces": own, **samples.written}
            asked[corpus.name] = {name: runs_of(passages) for name, passages in everyone.items()}
    library = Library(runs for by_name in asked.values() for runs in by_name.values())
    for corpus in bench.corpora:
        for runs in training_runs(corpus):
            library.add(runs)
        bench.report(f"{corpus.name}: training pieces searched for copies")
    tables = tuple(
        Table(
            f"{corpus}: copied from training pieces", tuple(COLUMNS.values()),
            {name: row_of(library.copying(runs)) for name, runs in by_name.items()}, dict.fromkeys(COLUMNS.values(), 3),
        )
        for corpus, by_name in asked.items()
    )  # fmt: skip
    facts = bench.facts(training_notes={corpus.name: corpus.notes("train") for corpus in bench.corpora})
    definition = DEFINITION + sampler.definition()
    return Section("copying", "Copying", definition, tables, facts, bench.missing())


def runs_of(passages: list[Passage]) -> NoteRuns:
    """Every part of every passage as a line."""
    columns = [
        np.stack([np.full(len(passage), number * v.PARTS) + passage.part, passage.start, passage.pitch])
        for number, passage in enumerate(passages)
    ]
    line, onset, pitch = np.concatenate([np.zeros((3, 0), np.int64), *columns], axis=1)
    return NoteRuns.of(line, onset, pitch)


def training_runs(corpus: CachedCorpus) -> Iterator[NoteRuns]:
    """The training pieces' parts as lines, in chunks that fit into memory."""
    columns: list[np.ndarray] = []
    notes = 0
    for number, index in enumerate(corpus.splits["train"]):
        piece = corpus.piece(int(index))
        columns.append(np.stack([number * v.PARTS + piece.part, piece.onset, piece.pitch]))
        notes += len(piece)
        if notes >= CHUNK_NOTES:
            yield NoteRuns.of(*np.concatenate(columns, axis=1))
            columns, notes = [], 0
    if columns:
        yield NoteRuns.of(*np.concatenate(columns, axis=1))


def row_of(copying: Copying) -> dict[str, Value]:
    return {COLUMNS[name]: value for name, value in asdict(copying).items()}
