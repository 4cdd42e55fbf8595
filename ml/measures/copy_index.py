"""CopyIndex: which pieces of large corpora share runs with some lines, from a few bits for each fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.measures.copying import among
from ml.measures.note_runs import Array, Hashes, NoteRuns
from ml.measures.winnowing import Winnowing

LINK_BITS = 4
"""Of the hash of the way to the next fingerprint so much is kept."""
PITCH_BITS = 4
"""Pitches are kept modulo 16, so a transposition by a tenth, or by more than two octaves, may look exact."""
WORD_BITS = 28
"""A posting: the lowest bits of its hash, the pitch of its first note modulo 16, its piece, its link."""
LARGEST_BUCKET_BITS, LARGEST_PIECE_BITS = 22, 16
"""Limits of a layout, for who makes an index and for who reads one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How many bits of a posting say what. The first `bucket_bits` of the bits that are known of a hash say in which
    bucket it is; they are not in its word."""

    bucket_bits: int
    piece_bits: int

    @property
    def low_bits(self) -> int:
        return WORD_BITS - PITCH_BITS - self.piece_bits - LINK_BITS

    @property
    def hash_bits(self) -> int:
        """Bits of a hash that are known in all."""
        return self.bucket_bits + self.low_bits

    def short(self, hashes: Hashes) -> Hashes:
        """The bits that are known: the lowest, as winnowing prefers hashes whose highest bits are small, so that
        these tell less."""
        return hashes & np.uint64((1 << self.hash_bits) - 1)


@dataclass(frozen=True, slots=True)
class SharedRuns:
    """Stretches of lines that stand in pieces of the index; columns of shape (stretches,), in no order.

    `line` is the line asked about, `first` the row of the stretch's first note, `notes` its length, `piece` a piece
    that has it, `exact` whether at the same pitches.
    """

    line: Array
    first: Array
    notes: Array
    piece: Array
    exact: NDArray[np.bool_]

    def only(self, rows: NDArray[np.bool_] | Array) -> SharedRuns:
        return SharedRuns(self.line[rows], self.first[rows], self.notes[rows], self.piece[rows], self.exact[rows])

    def longest_of(self, lines: Sequence[int] | Array, exact: bool) -> Array:
        """Notes of the longest stretch of each of these lines (ascending), 0 without any; `exact` leaves out those
        that are transposed."""
        wanted = np.asarray(lines, np.int64)
        found = self.only(self.exact) if exact else self
        longest = np.zeros(len(wanted), np.int64)
        known = np.isin(found.line, wanted)
        np.maximum.at(longest, np.searchsorted(wanted, found.line[known]), found.notes[known])
        return longest


@dataclass(frozen=True)
class CopyIndex:
    """Winnowed fingerprints of the lines of many pieces, without any note.

    `bucket_starts` (2^bucket_bits + 1,) says where the postings of each bucket begin in `words`; `common` are hashes
    of figures in so many pieces that they are nobody's, sorted. Piece number n is `names[n]` of `corpus_of(n)`.
    """

    winnowing: Winnowing
    layout: Layout
    bucket_starts: NDArray[np.int32]
    words: NDArray[np.uint32]
    common: Hashes
    names: tuple[str, ...]
    corpora: tuple[tuple[str, int], ...]
    """Corpora in the order of their pieces, each with how many pieces it has."""

    def corpus_of(self, piece: int) -> str:
        ends = np.cumsum([count for _, count in self.corpora])
        return self.corpora[int(np.searchsorted(ends, piece, side="right"))][0]

    def shared(self, runs: NoteRuns) -> SharedRuns:
        """The stretches of these lines that pieces of the index share.

        A stretch is made of neighbouring fingerprints of a line that one piece has at one transposition, each linked
        to the next there as here; common figures are left out on both sides. No fingerprint is in it twice: of a run
        that repeats itself only what is new counts. So it tells at least so many notes. A run that does not repeat
        itself goes on for up to a window less one at either end, more where common figures stand. A run of
        `winnowing.guaranteed` notes is always found unless all its fingerprints are common. What is found is there
        but for chance: a wrong match for len(words) / 2^hash_bits of all fingerprints, a wrong link for 1 / 16 of
        the neighbours that stand in one piece apart from each other.
        """
        prints = self.winnowing.fingerprints(runs)
        prints = prints.only(~among(self.layout.short(prints.hash), self.common))
        short, links = self.layout.short(prints.hash), prints.links() & np.uint64((1 << LINK_BITS) - 1)
        which, piece, pitch, link = self._postings(short)
        shift = (prints.pitch[which] - pitch) & ((1 << PITCH_BITS) - 1)
        linked = link == links[which].astype(np.int64)
        order = np.lexsort((linked, which, shift, piece))
        # One posting of each fingerprint, piece and shift: the linked one, where there is one.
        last = np.append((np.diff(np.stack([which, shift, piece])[:, order], axis=1) != 0).any(axis=0), True)
        which, piece, shift, linked = (column[order[last[: len(order)]]] for column in (which, piece, shift, linked))
        line = prints.line[which]
        joined = (piece[1:] == piece[:-1]) & (shift[1:] == shift[:-1]) & (line[1:] == line[:-1])
        joined &= (which[1:] == which[:-1] + 1) & linked[:-1]
        chain = np.cumsum(np.append(True, ~joined))[: len(which)]
        # How far back the stretch that ends at each match reaches: to where the chain begins, or to where its
        # fingerprints begin to repeat. Chains ascend, so that a running maximum does not look beyond one.
        starts = np.where(np.append(True, ~joined)[: len(which)], which, 0)
        back = np.maximum(starts, _after_last_same(short, prints.line)[which])
        span = len(prints) + 1
        first = np.maximum.accumulate(chain * span + back) - chain * span
        first_row = prints.row[first]
        notes = prints.row[which] - first_row + self.winnowing.notes
        return SharedRuns(line, first_row, notes, piece, shift == 0)

    def _postings(self, short: Hashes) -> tuple[Array, Array, Array, Array]:
        """Of all postings of these hashes: index of the hash, piece, pitch modulo 16, link."""
        layout = self.layout
        bucket = (short >> np.uint64(layout.low_bits)).astype(np.int64)
        low = self.bucket_starts[bucket].astype(np.int64)
        count = self.bucket_starts[bucket + 1] - low
        which = np.repeat(np.arange(len(short)), count)
        words = self.words[np.arange(len(which)) + np.repeat(low - np.cumsum(count) + count, count)].astype(np.int64)
        wanted = (short & np.uint64((1 << layout.low_bits) - 1)).astype(np.int64)
        same = words >> (WORD_BITS - layout.low_bits) == wanted[which]
        which, words = which[same], words[same]
        link = words & ((1 << LINK_BITS) - 1)
        piece = words >> LINK_BITS & ((1 << layout.piece_bits) - 1)
        return which, piece, words >> (LINK_BITS + layout.piece_bits) & ((1 << PITCH_BITS) - 1), link


def _after_last_same(short: Hashes, line: Array) -> Array:
    """For each fingerprint the place after the last one before it in its line with the same hash, 0 without any."""
    order = np.lexsort((np.arange(len(short)), short, line))
    same = (short[order][1:] == short[order][:-1]) & (line[order][1:] == line[order][:-1])
    after = np.zeros(len(short), np.int64)
    after[order[1:][same]] = order[:-1][same] + 1
    return after
