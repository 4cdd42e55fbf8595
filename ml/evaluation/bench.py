"""Bench: the models, corpora and settings of one measurement, and what several sections share of its work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ml.evaluation.ngrams import NGram
from ml.evaluation.note_bits import NoteBits, joined, model_note_bits
from ml.models.checkpoint import LoadedModel
from ml.tensors.piece import PieceEvents
from ml.tensors.sequence import EventRow
from ml.training.cache import CachedCorpus
from ml.training.validation import NOTES, PIECES, evaluation_rows, spread_pieces

FLOORS = {"unigram": False, "bigram": True}
"""Floors by name, and whether each sees the note before."""
FLOOR_NOTES = 600_000
"""The floors count so many training notes at most: far beyond where their figures stop moving."""


@dataclass(frozen=True)
class Scale:
    """How much is measured. `pieces` a corpus and the first `notes` of each for bits; `prompts` a corpus for samples,
    each `given_bars` continued by `asked_bars`; `references` passages of a split; `requests` for each limit;
    `ranked` passages a corpus for ranking; `chorale_bars` written by each chorale model: parallels are rare."""

    pieces: int = PIECES
    notes: int = NOTES
    prompts: int = 24
    given_bars: int = 8
    asked_bars: int = 8
    references: int = 60
    requests: int = 12
    ranked: int = 20
    floor_notes: int = FLOOR_NOTES
    chorale_bars: int = 2048


QUICK = Scale(pieces=6, notes=256, prompts=4, references=8, requests=2, ranked=1, floor_notes=20_000, chorale_bars=4)
"""Enough to see that everything runs; its figures mean little."""


@dataclass(frozen=True)
class HeldOut:
    """One held-out piece and its rows; the asked notes of the rows are the piece's first notes, in order."""

    piece: PieceEvents
    rows: list[EventRow]


@dataclass
class Bench:
    """`split` is "valid" or "test"; `report` gets lines for the screen. Raises nothing of its own."""

    corpora: list[CachedCorpus]
    models: list[LoadedModel]
    split: str
    report: Callable[[str], None]
    scale: Scale = Scale()
    seed: int = 0
    _held_out: dict[tuple[str, str], list[HeldOut]] = field(default_factory=dict)
    _floors: dict[str, dict[str, tuple[NGram, float]]] = field(default_factory=dict)
    _bits: dict[tuple[str, str], list[NoteBits]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Floors, then models: the rows of most tables."""
        return [*FLOORS, *(model.id for model in self.models)]

    def measured(self) -> list[CachedCorpus]:
        """The corpora that have pieces in the split."""
        return [corpus for corpus in self.corpora if len(corpus.splits[self.split])]

    def facts(self, **more: Any) -> dict[str, Any]:
        """What every section states: split, seed, data, checkpoints."""
        return {
            "split": self.split,
            "seed": self.seed,
            **more,
            "data": {corpus.name: corpus.data_hash for corpus in self.measured()},
            "checkpoints": {model.id: model.checkpoint for model in self.models},
        }

    def missing(self) -> tuple[str, ...]:
        """Corpora that are left out, in sentences."""
        empty = [corpus.name for corpus in self.corpora if not len(corpus.splits[self.split])]
        return tuple(f"{name} has no {self.split} pieces and is left out." for name in empty)

    # --- work that sections share

    def held_out(self, corpus: CachedCorpus, split: str | None = None) -> list[HeldOut]:
        """The pieces of a split on which bits are measured."""
        split = split or self.split
        if (corpus.name, split) not in self._held_out:
            pieces = (corpus.piece(number) for number in spread_pieces(corpus, split, self.scale.pieces))
            found = [HeldOut(piece, evaluation_rows(piece, self.scale.notes)) for piece in pieces]
            self._held_out[corpus.name, split] = found
        return self._held_out[corpus.name, split]

    def floors(self, corpus: CachedCorpus) -> dict[str, tuple[NGram, float]]:
        """Unigram and bigram trained on the corpus's own training split, and the alpha chosen on validation."""
        if corpus.name not in self._floors:
            training: list[EventRow] = []
            notes = 0
            for number in np.random.default_rng(self.seed).permutation(corpus.splits["train"]):
                training.extend(evaluation_rows(corpus.piece(int(number))))
                notes += min(int(corpus.sizes[number]), NOTES)
                if notes >= self.scale.floor_notes:
                    break
            # Without pieces to choose alpha on, the floor gets the alpha that suits it best: it may only seem too good.
            chosen_on = self.held_out(corpus, "valid") or self.held_out(corpus)
            rows = [row for held_out in chosen_on for row in held_out.rows]
            models = {name: NGram(training, bigram) for name, bigram in FLOORS.items()}
            self._floors[corpus.name] = {name: (model, model.best_alpha(rows)) for name, model in models.items()}
        return self._floors[corpus.name]

    def bits(self, name: str, corpus: CachedCorpus) -> list[NoteBits]:
        """Bits of the asked notes of every held-out piece under a floor or a model, by name."""
        if (name, corpus.name) not in self._bits:
            pieces = self.held_out(corpus)
            rows = [row for held_out in pieces for row in held_out.rows]
            if name in FLOORS:
                ngram, alpha = self.floors(corpus)[name]
                parts = iter([ngram.note_bits(row, alpha) for row in rows])
            else:
                model = next(model for model in self.models if model.id == name)
                parts = iter(model_note_bits(model.network, rows))
            found = [joined([next(parts) for _ in held_out.rows]) for held_out in pieces]
            self._bits[name, corpus.name] = found
        return self._bits[name, corpus.name]
