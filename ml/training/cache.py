"""A corpus as memory-mapped columns on disk, read once from a zip or a folder of MIDI files."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.music.midi import UnreadableMidi, read_midi
from ml.tensors.piece import PieceEvents, piece_events
from ml.tensors.vocabulary import STYLES
from ml.training.corpora import KNOWN, Corpus
from ml.training.sources import (
    SPLITS,
    EmptyCorpus,
    SourceFile,
    check_source,
    corpus_name,
    given_splits,
    metadata,
    midi_files,
    own_split,
    source_hash,
)

NOTE_COLUMNS = {"onset": np.int32, "part": np.uint8, "pitch": np.uint8, "length": np.int32, "velocity": np.uint8}
FACTS = ("style", "metre", "tempo", "tonic", "minor", "flat")
LONGEST_BARS = 20_000
"""Longer pieces are damaged files: a stray note at the end of time, and millions of empty bars before it."""


@dataclass(frozen=True)
class CachedCorpus:
    """Pieces of one corpus by split; columns stay on disk until they are used."""

    name: str
    folder: Path
    names: list[str]
    splits: dict[str, NDArray[np.int64]]
    """Piece numbers of "train", "valid" and "test"."""
    sizes: NDArray[np.int64]
    """Notes of each piece."""
    unreadable: list[str]
    data_hash: str

    def piece(self, number: int) -> PieceEvents:
        """One piece; its columns are copied out of the map."""
        arrays = self._arrays
        low, high = arrays["note_offsets"][number : number + 2]
        onset, part, pitch, length, velocity = (np.asarray(arrays[name][low:high], np.int64) for name in NOTE_COLUMNS)
        bars = slice(*arrays["bar_offsets"][number : number + 2])
        parts = slice(*arrays["part_offsets"][number : number + 2])
        style, metre, tempo, tonic, minor, flat = (int(value) for value in arrays["facts"][number])
        return PieceEvents(
            onset=onset,
            part=part,
            pitch=pitch,
            length=length,
            velocity=velocity,
            bar_starts=np.asarray(arrays["bars"][bars], np.int64),
            instruments=np.asarray(arrays["instruments"][parts], np.int64),
            tracks=(),
            style=style,
            metre=metre,
            tempo=tempo,
            tonic=tonic,
            minor=bool(minor),
            flat=bool(flat),
        )

    @cached_property
    def _arrays(self) -> dict[str, NDArray[np.int64]]:
        return {file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in self.folder.glob("*.npy")}

    def notes(self, split: str) -> int:
        """How many notes the pieces of a split hold."""
        return int(self.sizes[self.splits[split]].sum())


def open_corpus(source: Path, cache: Path, report: Callable[[str], None] = lambda text: None) -> CachedCorpus:
    """The corpus at `source` (zip or folder), read from `cache` or written there first.

    Raises EmptyCorpus with a plain sentence when nothing can be learned from it.
    """
    check_source(source)
    name, digest = corpus_name(source), source_hash(source)
    folder = cache / f"{name}-{digest}"
    if not (folder / "index.json").is_file():
        write_cache(source, folder, report)
    index = json.loads((folder / "index.json").read_text("utf-8"))
    splits = {split: np.array(numbers, np.int64) for split, numbers in index["splits"].items()}
    left_out = index["unreadable"]
    if left_out:
        report(f"{name}: files left out: {len(left_out)}. The first: {left_out[0]}")
    return CachedCorpus(name, folder, index["names"], splits, np.array(index["sizes"], np.int64), left_out, digest)


def open_corpora(sources: list[Path], cache: Path, report: Callable[[str], None]) -> list[CachedCorpus]:
    """Several corpora, of different names; raises EmptyCorpus."""
    corpora: list[CachedCorpus] = []
    for source in sources:
        corpora.append(open_corpus(source, cache, report))
        if any(corpus.name == corpora[-1].name for corpus in corpora[:-1]):
            raise EmptyCorpus(f'Two corpora are called "{corpora[-1].name}": rename one of them.')
    return corpora


def write_cache(source: Path, folder: Path, report: Callable[[str], None]) -> None:
    """Read every piece and write the columns; the folder appears whole or not at all."""
    corpus = KNOWN.get(corpus_name(source), Corpus(corpus_name(source), 0.0, "the user's own"))
    style = STYLES.index(corpus.style) if corpus.style else None
    rows = metadata(source)
    known = given_splits(source, rows)
    pieces: list[PieceEvents] = []
    names: list[str] = []
    unreadable: list[str] = []
    splits: dict[str, list[int]] = {split: [] for split in SPLITS}
    forbidden = 0
    for file in midi_files(source):
        # Splits and metadata of a corpus name its pieces without the folder that they lie in.
        if not corpus.permitted(rows.get(file.name) or rows.get(file.stem) or {}):
            forbidden += 1
            continue
        try:
            piece = read_piece(file, style)
        except UnreadableMidi as problem:
            unreadable.append(str(problem))
            continue
        splits[known.get(file.name) or known.get(file.stem) or own_split(file.stem)].append(len(pieces))
        pieces.append(piece)
        names.append(file.stem)
        if len(pieces) % 500 == 0:
            report(f"{corpus.name}: {len(pieces)} pieces read")
    if not pieces:
        refused = f", {forbidden} may not be learned from by their licence" if forbidden else ""
        raise EmptyCorpus(
            f"{source} holds no MIDI file that can be learned from "
            f"({len(unreadable)} were unreadable or empty{refused}): name another folder or zip."
        )
    if not known and not splits["train"]:
        # So few pieces that all of them would be held out.
        splits["train"], splits["valid"] = splits["valid"], []
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))
    try:
        write_columns(draft, pieces)
        sizes = [len(piece) for piece in pieces]
        index = {"names": names, "splits": splits, "sizes": sizes, "unreadable": unreadable}
        (draft / "index.json").write_text(json.dumps(index), "utf-8")
        draft.replace(folder)
    except OSError:
        # Another process may have been faster; then its columns serve as well.
        if not (folder / "index.json").is_file():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def read_piece(file: SourceFile, style: int | None) -> PieceEvents:
    """The piece in a file; raises UnreadableMidi with a sentence for one that cannot be learned from."""
    score = read_midi(file.read(), file.stem).score
    bars = score.time_map.bar_at(score.end_tick)
    if bars > LONGEST_BARS:
        raise UnreadableMidi(f"{file.stem} lasts {bars:,} bars, more than {LONGEST_BARS:,}.")
    piece = piece_events(score, style)
    if len(piece) < 2:
        raise UnreadableMidi(f"{file.stem} holds fewer than two notes.")
    if piece.bar_starts[-1] > np.iinfo(np.int32).max:
        raise UnreadableMidi(f"{file.stem} lasts longer than its columns can count.")
    return piece


def write_columns(folder: Path, pieces: list[PieceEvents]) -> None:
    """Notes, bars, instruments and facts of all pieces, one after the other, and where each piece starts in them."""

    def offsets(lengths: list[int]) -> NDArray[np.int64]:
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    for column, dtype in NOTE_COLUMNS.items():
        values = np.concatenate([getattr(piece, column) for piece in pieces])
        np.save(folder / f"{column}.npy", values.astype(dtype))
    np.save(folder / "note_offsets.npy", offsets([len(piece) for piece in pieces]))
    np.save(folder / "bars.npy", np.concatenate([piece.bar_starts for piece in pieces]).astype(np.int32))
    np.save(folder / "bar_offsets.npy", offsets([len(piece.bar_starts) for piece in pieces]))
    np.save(folder / "instruments.npy", np.concatenate([piece.instruments for piece in pieces]).astype(np.uint8))
    np.save(folder / "part_offsets.npy", offsets([len(piece.instruments) for piece in pieces]))
    np.save(folder / "facts.npy", np.array([[getattr(p, fact) for fact in FACTS] for p in pieces], np.int16))
