"""What is usual: held-out music of each kind and length measured against a copy index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ml.measures.copy_index import CopyIndex
from ml.measures.note_runs import NoteRuns
from ml.measures.usual_copying import (
    DRUMS,
    ONE_VOICE,
    PARTS,
    SEVERAL_VOICES,
    UsualCopying,
    UsualRuns,
    kind_of,
    upper_rows,
)
from ml.training.cache import CachedCorpus
from ml.training.copy_index import Lines, lines_of
from ml.training.corpora import KNOWN

LENGTHS = (16, 24, 32, 48, 64, 96, 128, 192, 256)
PASSAGES = 500
"""Passages of each length and kind that are taken of a corpus, where it has so many."""
LEAST_PASSAGES = 40
"""Fewer passages of a length say too little about their extremes."""
TOGETHER = 50
"""Passages that are looked up together."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One passage: its kind, its corpus, its length and its longest runs in notes."""

    kind: str
    corpus: str
    length: int
    exact: int
    transposed: int


def usual_copying(
    corpora: Sequence[CachedCorpus], index: CopyIndex, quantile: float, seed: int, report: Callable[[str], None]
) -> UsualCopying:
    """The longest runs below or at which the share `quantile` of held-out passages lies.

    A passage is so many notes of one part on end, in no other passage of that length; which ones is drawn with the
    seed. In kinds that reach over corpora each corpus weighs the same. Lengths of which a kind has few passages are
    left out of it. What a single fingerprint says is always usual: it may have come by chance.
    """
    draw = np.random.default_rng(seed)
    held_out = {corpus.name: list(lines_of(corpus, "valid")) for corpus in corpora}
    measured: list[Measured] = []
    for length in LENGTHS:
        for name, chunks in held_out.items():
            measured += passages_of(name, chunks, index, length, draw)
        report(f"{sum(p.length == length for p in measured)} held-out passages of {length} notes measured")
    found, least = {}, index.winnowing.notes
    for kind, belongs in kinds(corpora).items():
        by_length = {length: [p for p in measured if p.length == length and belongs(p)] for length in LENGTHS}
        enough = {length: rows for length, rows in by_length.items() if len(rows) >= LEAST_PASSAGES}
        if enough:
            found[kind] = UsualRuns(
                tuple(enough),
                usual_of(enough.values(), lambda passage: passage.exact, quantile, least),
                usual_of(enough.values(), lambda passage: passage.transposed, quantile, least),
                tuple(len(rows) for rows in enough.values()),
            )
    return UsualCopying(quantile, found)


def usual_of(
    passages: Collection[Sequence[Measured]], longest: Callable[[Measured], int], quantile: float, least: int
) -> tuple[tuple[int, ...], ...]:
    """For each of PARTS and each length the longest usual run, `least` at the least.

    A part alone exceeds it with probability 1 - quantile, one of n with n times less (Bonferroni), so that any of them
    does no more often than a part alone.
    """
    return tuple(
        tuple(
            max(least, weighted_quantile(rows, [longest(row) for row in rows], 1 - (1 - quantile) / parts))
            for rows in passages
        )
        for parts in PARTS
    )


def styles(corpora: Sequence[CachedCorpus]) -> dict[str, set[str]]:
    """The corpora of each style that a model can be asked to lean to; drums are a kind anyway."""
    found: dict[str, set[str]] = defaultdict(set)
    for corpus in corpora:
        style = KNOWN[corpus.name].style if corpus.name in KNOWN else None
        if style is not None and style != DRUMS:
            found[style].add(corpus.name)
    return found


def kinds(corpora: Sequence[CachedCorpus]) -> dict[str, Callable[[Measured], bool]]:
    """Every kind, with what tells its passages."""

    def of_kind(kind: str) -> Callable[[Measured], bool]:
        return lambda passage: passage.kind == kind

    def of_style(names: set[str]) -> Callable[[Measured], bool]:
        return lambda passage: passage.corpus in names and passage.kind != DRUMS

    by_kind = {kind: of_kind(kind) for kind in (DRUMS, ONE_VOICE, SEVERAL_VOICES)}
    return {**by_kind, **{style: of_style(names) for style, names in styles(corpora).items()}}


def passages_of(
    corpus: str, chunks: Sequence[Lines], index: CopyIndex, length: int, draw: np.random.Generator
) -> list[Measured]:
    """Up to PASSAGES passages of each kind of line, of a corpus's held-out lines."""
    rows: dict[str, list[tuple[Lines, int]]] = defaultdict(list)
    for lines in chunks:
        starts = np.flatnonzero(np.diff(lines.runs.line, prepend=-1))
        ends = np.append(starts[1:], len(lines.runs))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            for first in range(start, end - length + 1, length):
                kind = kind_of(lines.onset[first : first + length], bool(lines.drums[first]))
                rows[kind].append((lines, first))
    measured = []
    for kind, places in sorted(rows.items()):
        chosen = draw.permutation(len(places))[:PASSAGES]
        for part in range(0, len(chosen), TOGETHER):
            group = [places[int(number)] for number in chosen[part : part + TOGETHER]]
            exact, transposed = longest(group, length, index, kind == SEVERAL_VOICES)
            for own, any_pitch in zip(exact, transposed, strict=True):
                measured.append(Measured(kind, corpus, length, int(own), int(own if kind == DRUMS else any_pitch)))
    return measured


def longest(
    places: Sequence[tuple[Lines, int]], length: int, index: CopyIndex, upper: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Longest exact and transposed run of each passage; with `upper` also of its upper voice alone."""
    rows = np.array([np.arange(first, first + length) for _, first in places])
    onset = np.concatenate([lines.onset[row] for (lines, _), row in zip(places, rows, strict=True)])
    pitch = np.concatenate([lines.runs.pitch[row] for (lines, _), row in zip(places, rows, strict=True)])
    line, numbers = np.repeat(np.arange(len(places)), length), np.arange(len(places))
    sought = [np.arange(len(line)), *([upper_rows(line, onset)] if upper else [])]
    shared = [index.shared(NoteRuns.in_order(line[rows], onset[rows], pitch[rows])) for rows in sought]
    exact, transposed = (
        np.max([found.longest_of(numbers, same) for found in shared], axis=0) for same in (True, False)
    )
    return exact, transposed


def weighted_quantile(passages: Sequence[Measured], values: Sequence[int], quantile: float) -> int:
    """The smallest value that at least this share of the passages does not exceed, each corpus weighing the same."""
    corpus = np.array([passage.corpus for passage in passages])
    weight = np.zeros(len(corpus))
    for name in np.unique(corpus):
        weight[corpus == name] = 1 / np.count_nonzero(corpus == name)
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    return int(np.asarray(values)[order][min(int(np.searchsorted(share, quantile - 1e-12)), len(order) - 1)])
