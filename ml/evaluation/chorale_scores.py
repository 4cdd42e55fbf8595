"""How well models predict chorales: nats per note and per frame, with n-gram floors on the same notes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ml.models.chorale_mixture import ChoraleNetwork
from ml.tensors.chorale_batch import stack_pieces
from ml.tensors.chorale_grid import Frames, GridFormat
from ml.tensors.chorale_past import grid_piece

FORMULA = "chorales 1"
"""Version of the definitions; raised when a figure would change."""
DEFINITIONS = {
    "nats_per_note": "minus the sum over pieces, frames and voices of ln p(token | earlier frames, earlier voices of "
    "the frame), divided by frames times voices; first frame, held notes and rests counted; whole pieces; no END",
    "nats_per_frame": "the same sum divided by frames; for sets: every note from high to low, then END",
    "macro_nats_per_note": "mean over pieces of each piece's own nats per note",
    "nats_per_frame_after_first": "nats per frame without each piece's first frame",
    "accuracy": "share of tokens that were the likeliest in their place",
}
ALPHAS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True)
class ChoraleScore:
    """One row of the table; see DEFINITIONS."""

    name: str
    pieces: int
    notes: int
    nats_per_note: float
    nats_per_frame: float
    macro_nats_per_note: float
    nats_per_frame_after_first: float
    accuracy: float


def model_score(name: str, model: ChoraleNetwork, pieces: Sequence[Frames]) -> ChoraleScore:
    """Measure a model on pieces of pitches (frames, voices), one piece at a time."""
    form = model.config.grid
    nats: list[NDArray[np.float64]] = []
    right: list[NDArray[np.bool_]] = []
    with torch.inference_mode():
        for frames in pieces:
            piece_nats, piece_right = model.eval().losses(stack_pieces([grid_piece(frames, form)], form))
            nats.append(piece_nats.double().numpy())
            right.append(piece_right.numpy())
    return score_of(name, nats, right)


def score_of(name: str, nats: list[NDArray[np.float64]], right: list[NDArray[np.bool_]]) -> ChoraleScore:
    """The row of pieces with known nats and hits, each (frames, voices)."""
    every = np.concatenate(nats)
    after_first = np.concatenate([piece[1:] for piece in nats])
    return ChoraleScore(
        name=name,
        pieces=len(nats),
        notes=every.size,
        nats_per_note=float(every.mean()),
        nats_per_frame=float(every.sum(axis=1).mean()),
        macro_nats_per_note=float(np.mean([piece.mean() for piece in nats])),
        nats_per_frame_after_first=float(after_first.sum(axis=1).mean()) if len(after_first) else math.nan,
        accuracy=float(np.concatenate(right).mean()),
    )


def floors(
    train: Sequence[Frames], valid: Sequence[Frames], pieces: Sequence[Frames], form: GridFormat
) -> list[ChoraleScore]:
    """Each voice's tokens counted alone, and after its token before at each place in the beat; both add alpha to every
    count, alpha chosen on `valid`."""
    return [floor("unigram", train, valid, pieces, form), floor("bigram by beat", train, valid, pieces, form)]


def floor(
    name: str, train: Sequence[Frames], valid: Sequence[Frames], pieces: Sequence[Frames], form: GridFormat
) -> ChoraleScore:
    counts = counted(name, train, form)
    alpha = min(ALPHAS, key=lambda alpha: counted_score(name, counts, valid, form, alpha).nats_per_note)
    return counted_score(name, counts, pieces, form, alpha)


def contexts(name: str, tokens: Frames, form: GridFormat) -> Frames:
    """(frames, voices): what each token is counted after."""
    if name == "unigram":
        return np.zeros_like(tokens)
    before = np.vstack([np.full((1, form.voices), form.tokens), tokens[:-1]])
    place = (
        np.arange(len(tokens))[:, None] % form.bar if form.beat == 1 else np.arange(len(tokens))[:, None] % form.beat
    )
    result: Frames = before * form.bar + place
    return result


def counted(name: str, train: Sequence[Frames], form: GridFormat) -> NDArray[np.float64]:
    """(voices, contexts, tokens)."""
    counts = np.zeros((form.voices, (form.tokens + 1) * form.bar, form.tokens))
    voices = np.arange(form.voices)[None]
    for frames in train:
        tokens = form.to_tokens(frames)
        np.add.at(counts, (voices, contexts(name, tokens, form), tokens), 1.0)
    return counts


def counted_score(
    name: str, counts: NDArray[np.float64], pieces: Sequence[Frames], form: GridFormat, alpha: float
) -> ChoraleScore:
    shares = np.log((counts + alpha) / (counts.sum(axis=2, keepdims=True) + alpha * form.tokens))
    voices = np.arange(form.voices)[None]
    nats, right = [], []
    for frames in pieces:
        tokens = form.to_tokens(frames)
        at = contexts(name, tokens, form)
        nats.append(-shares[voices, at, tokens])
        right.append(shares[voices, at].argmax(axis=2) == tokens)
    return score_of(name, nats, right)
