"""From fingerprints to a copy index: each as one number, put in order, without those that are common."""

from __future__ import annotations

import numpy as np

from ml.measures.copy_index import (
    LARGEST_BUCKET_BITS,
    LARGEST_PIECE_BITS,
    LINK_BITS,
    PITCH_BITS,
    WORD_BITS,
    CopyIndex,
    Layout,
)
from ml.measures.copying import among
from ml.measures.note_runs import Array
from ml.measures.winnowing import Fingerprints, Winnowing

SMALLEST_BUCKET_BITS = 8
BUCKETS_BITS_MORE = 2
"""Four to eight buckets for each fingerprint: a bucket costs a bit, and the more, the fewer match by chance."""
MOST_PIECES = 1 << LARGEST_PIECE_BITS


class TooManyPieces(ValueError):
    """More pieces than an index can tell apart; the text is one plain sentence."""


def layout_for(pieces: int, fingerprints: int) -> Layout:
    """Room for so many pieces, and buckets for about so many fingerprints. Raises TooManyPieces."""
    if pieces > MOST_PIECES:
        raise TooManyPieces(f"{pieces} pieces are too many for one index: take {MOST_PIECES} or fewer.")
    bucket_bits = int(np.clip(fingerprints.bit_length() + BUCKETS_BITS_MORE, SMALLEST_BUCKET_BITS, LARGEST_BUCKET_BITS))
    return Layout(bucket_bits, max(pieces - 1, 1).bit_length())


def index_of(
    prints: Fingerprints,
    piece: Array,
    winnowing: Winnowing,
    layout: Layout,
    common_pieces: int,
    names: tuple[str, ...],
    corpora: tuple[tuple[str, int], ...],
) -> CopyIndex:
    """The index of these fingerprints, `piece` (fingerprints,) numbers the piece of each; figures that stand in more
    than `common_pieces` pieces are common. Fingerprints that say the same of one piece are kept once."""
    short = layout.short(prints.hash)
    pairs = np.unique(short << np.uint64(layout.piece_bits) | piece.astype(np.uint64))
    found, pieces = np.unique(pairs >> np.uint64(layout.piece_bits), return_counts=True)
    common = found[pieces > common_pieces]
    rare = ~among(short, common)
    prints, piece = prints.only(rare), piece[rare]
    # All of a posting as one number, from the highest bits down: hash, pitch, piece, link.
    postings = layout.short(prints.hash)
    pitch = prints.pitch & ((1 << PITCH_BITS) - 1)
    for bits, column in ((PITCH_BITS, pitch), (layout.piece_bits, piece), (LINK_BITS, prints.links())):
        postings = postings << np.uint64(bits) | (column.astype(np.uint64) & np.uint64((1 << bits) - 1))
    postings = np.unique(postings)
    bucket = (postings >> np.uint64(WORD_BITS)).astype(np.int64)
    starts = np.zeros((1 << layout.bucket_bits) + 1, np.int32)
    np.cumsum(np.bincount(bucket, minlength=1 << layout.bucket_bits), out=starts[1:])
    words = (postings & np.uint64((1 << WORD_BITS) - 1)).astype(np.uint32)
    return CopyIndex(winnowing, layout, starts, words, common, names, corpora)
