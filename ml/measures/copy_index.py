"""CopyIndex: which pieces of large corpora share runs with some lines, from a few bits for each fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

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
LOOKS_BACK = 4
"""So many matches before one are tried for a link to it: between them may stand what the piece has elsewhere."""
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

    `line` is the line asked about; a stretch has its rows from `first` to before `end`, of which `notes` count: what
    it says again does not. `piece` is a piece that has it, `exact` whether at the same pitches.
    """

    line: Array
    first: Array
    end: Array
    notes: Array
    piece: Array
    exact: NDArray[np.bool_]

    def only(self, rows: NDArray[np.bool_] | Array) -> SharedRuns:
        return SharedRuns(*(getattr(self, column.name)[rows] for column in fields(self)))

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
    of figures in so many pieces that none is named, sorted. Piece number n is `names[n]` of `corpus_of(n)`.
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

        Every run of `winnowing.notes` notes is looked up, not only those that winnowing would choose of these lines:
        so all fingerprints of a shared run are found, and lines too short to be winnowed are searched too. A stretch
        is made of fingerprints that one piece has at one transposition, each linked to the next there as here. It
        tells at least so many notes: the shared run may go on for up to a window less one at either end, more where
        common figures stand, and of what comes again in it only what is different counts.

        A shared run of `winnowing.guaranteed` notes is always found, here or among `common_figures`. What is found is
        there but for chance: a wrong match for len(words) / 2^hash_bits of all runs looked up, a wrong link for 1 / 16
        of the neighbours that stand in one piece apart from each other.
        """
        short, row = self._short(runs)
        which, piece, pitch, link = self._postings(short)
        shift = (runs.pitch[row[which]] - pitch) & ((1 << PITCH_BITS) - 1)
        order = np.lexsort((which, shift, piece))
        which, piece, shift, link = (column[order] for column in (which, piece, shift, link))
        before = self._linked(runs, row, short, which, piece << PITCH_BITS | shift, link)
        last = np.ones(len(which), bool)
        last[before[before != np.arange(len(which))]] = False
        begin = which[_roots(before)[last]]
        end, piece, shift = which[last], piece[last], shift[last]
        notes = _told_once(_same_before(short, runs.line[row]), begin, end, self.winnowing.notes)
        first = row[begin]
        return SharedRuns(runs.line[first], first, row[end] + self.winnowing.notes, notes, piece, shift == 0)

    def common_figures(self, runs: NoteRuns) -> Array:
        """The rows at which a common figure begins: `winnowing.notes` notes that are in too many pieces to name."""
        short, row = self._short(runs)
        return row[among(short, self.common)]

    def _short(self, runs: NoteRuns) -> tuple[Hashes, Array]:
        """Of every run of `winnowing.notes` notes the bits that are known, and the row of its first note."""
        hashes, row = runs.windows(self.winnowing.notes, True)
        return self.layout.short(hashes), row

    def _linked(self, runs: NoteRuns, row: Array, short: Hashes, which: Array, place: Array, link: Array) -> Array:
        """For each match the one before it that is linked to it, itself without any.

        A match says that the run of index `which` stands in `place`, a piece at a transposition; matches are in order
        of place, then run. Linked are neighbours that one window may have between them, or more windows where common
        figures stand, which have no match.
        """
        before, size = np.arange(len(which)), len(which)
        common = np.cumsum(among(short, self.common))
        first = row[which]
        for step in range(1, min(LOOKS_BACK, size - 1) + 1):
            one, other = np.arange(size - step), np.arange(step, size)
            near = (place[one] == place[other]) & (which[one] < which[other]) & (before[other] == other)
            near &= runs.line[first[one]] == runs.line[first[other]]
            windows = 1 + common[which[other]] - common[which[one]]
            near &= which[other] - which[one] <= self.winnowing.window * windows
            one, other = one[near], other[near]
            way = runs.between(first[one], first[other] + self.winnowing.notes - 1)
            linked = (way & np.uint64((1 << LINK_BITS) - 1)).astype(np.int64) == link[one]
            before[other[linked]] = one[linked]
        return before

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


def _roots(before: Array) -> Array:
    """Where one comes to by going from each place to the one `before` it again and again."""
    while True:
        further = before[before]
        if np.array_equal(further, before):
            return before
        before = further


def _same_before(short: Hashes, line: Array) -> Array:
    """For each run the last one before it in its line with the same hash, -1 without any."""
    order = np.lexsort((np.arange(len(short)), short, line))
    same = (short[order][1:] == short[order][:-1]) & (line[order][1:] == line[order][:-1])
    before = np.full(len(short), -1)
    before[order[1:][same]] = order[:-1][same]
    return before


def _told_once(same_before: Array, begin: Array, end: Array, notes: int) -> Array:
    """How many notes each stretch tells, from the run of so many `notes` of index `begin` to that of index `end`.

    One that repeats itself, as an ostinato of so many different runs does, tells no more notes than it has those.
    """
    stretches, number = np.unique(np.stack([begin, end]), axis=1, return_inverse=True)
    told = []
    for first, last in stretches.T.tolist():
        different = int(np.count_nonzero(same_before[first : last + 1] < first))
        repeats = different <= last - first
        told.append(max(different, notes) if repeats else different + notes - 1)
    return np.array(told, np.int64)[number.reshape(-1)]
