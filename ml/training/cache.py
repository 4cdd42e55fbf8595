"""A corpus as memory-mapped columns on disk, read once from a zip or a folder of MIDI files."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.music.midi import UnreadableMidi, read_midi
from ml.tensors.piece import PieceEvents, piece_events
from ml.tensors.vocabulary import STYLES
from ml.training.columns import NOTE_COLUMNS, ColumnWriter
from ml.training.corpora import KNOWN, Corpus
from ml.training.held_out import Sketch, melody_sketch, own_splits
from ml.training.sources import (
    SPLITS,
    EmptyCorpus,
    SourceFile,
    check_source,
    corpus_name,
    given_splits,
    metadata,
    midi_files,
    source_hash,
)

LONGEST_BARS = 20_000
"""Longer pieces are damaged files: a stray note at the end of time, and millions of empty bars before it."""
NAMED = 3
"""So many of the files that are left out are named on the screen; the cache's index lists them all."""
UNREADABLE, NO_NOTES, ENDLESS, FORBIDDEN = (
    "unreadable", "with fewer than two notes", "too long to be music", "not to be learned from by their licence",
)  # fmt: skip
"""Why files are left out."""


class LeftOut(ValueError):
    """A file that cannot be learned from, why, and one plain sentence that names it."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


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
    index = whole_index(folder)
    if index is None:
        if folder.exists():
            report(f"{name}: what was kept in {folder} is damaged and is made again.")
            shutil.rmtree(folder)
        write_cache(source, folder, report)
        index = json.loads((folder / "index.json").read_text("utf-8"))
    splits = {split: np.array(numbers, np.int64) for split, numbers in index["splits"].items()}
    for line in left_out_lines(name, index):
        report(line)
    sizes = np.array(index["sizes"], np.int64)
    return CachedCorpus(name, folder, index["names"], splits, sizes, index["unreadable"], digest)


def whole_index(folder: Path) -> dict[str, Any] | None:
    """The index of a cache folder; None when it is not there or does not fit its columns."""
    try:
        index: dict[str, Any] = json.loads((folder / "index.json").read_text("utf-8"))
        rows = {file.stem: len(np.load(file, mmap_mode="r", allow_pickle=False)) for file in folder.glob("*.npy")}
        notes, pieces = sum(index["sizes"]), len(index["names"])
        fits = all(rows[name] == notes for name in NOTE_COLUMNS) and rows["facts"] == pieces
        fits = fits and all(rows[name] == pieces + 1 for name in ("note_offsets", "bar_offsets", "part_offsets"))
        return index if fits and set(index["splits"]) == set(SPLITS) and "unreadable" in index else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def left_out_lines(name: str, index: dict[str, Any]) -> list[str]:
    """How many files of a corpus were left out, why, and the first few by name."""
    sentences: list[str] = index["unreadable"]
    reasons: dict[str, int] = index.get("left_out", {UNREADABLE: len(sentences)})
    count = sum(reasons.values())
    if not count:
        return []
    why = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
    lines = [f"{name}: files left out: {count} of {count + len(index['names'])} ({why})."]
    lines += [f"    {sentence}" for sentence in sentences[:NAMED]]
    if len(sentences) > NAMED:
        lines.append(f"    and {len(sentences) - NAMED} more")
    return lines


def open_corpora(sources: list[Path], cache: Path, report: Callable[[str], None]) -> list[CachedCorpus]:
    """Several corpora, of different names; raises EmptyCorpus."""
    corpora: list[CachedCorpus] = []
    for source in sources:
        corpora.append(open_corpus(source, cache, report))
        if any(corpus.name == corpora[-1].name for corpus in corpora[:-1]):
            raise EmptyCorpus(f'Two corpora are called "{corpora[-1].name}": rename one of them.')
    return corpora


def write_cache(source: Path, folder: Path, report: Callable[[str], None]) -> None:
    """Read every piece and write the columns, one piece at a time; the folder appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))
    try:
        with ColumnWriter(draft) as columns:
            index = read_pieces(source, columns, report)
        (draft / "index.json").write_text(json.dumps(index), "utf-8")
        draft.replace(folder)
    except OSError:
        # Another process may have been faster; then its columns serve as well.
        if whole_index(folder) is None:
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):
            folder.parent.rmdir()  # only where nothing else is kept


def read_pieces(source: Path, columns: ColumnWriter, report: Callable[[str], None]) -> dict[str, Any]:
    """Append every piece that may and can be learned from; returns the index. Raises EmptyCorpus when none is."""
    corpus = KNOWN.get(corpus_name(source), Corpus(corpus_name(source), 0.0, "the user's own"))
    style = STYLES.index(corpus.style) if corpus.style else None
    rows = metadata(source)
    known = given_splits(source, rows)
    names: list[str] = []
    sizes: list[int] = []
    split_by_piece: list[str | None] = []
    sketches: list[Sketch] = []
    sentences: list[str] = []
    reasons: Counter[str] = Counter()
    for file in midi_files(source):
        # Splits and metadata of a corpus name its pieces without the folder that they lie in.
        if not corpus.permitted(rows.get(file.name) or rows.get(file.stem) or {}):
            reasons[FORBIDDEN] += 1
            continue
        try:
            piece = read_piece(file, style)
        except LeftOut as problem:
            reasons[problem.why] += 1
            sentences.append(str(problem))
            continue
        split_by_piece.append(known.get(file.name) or known.get(file.stem))
        sketches.append(melody_sketch(piece) if split_by_piece[-1] is None else np.zeros(0, np.uint64))
        columns.append(piece)
        names.append(file.stem)
        sizes.append(len(piece))
        if len(names) % 500 == 0:
            report(f"{corpus.name}: {len(names)} pieces read")
    if not names:
        why = ", ".join(f"{number} {reason}" for reason, number in reasons.items()) or "it has none at all"
        raise EmptyCorpus(f"{source} holds no MIDI file that can be learned from ({why}): name another folder or zip.")
    splits: dict[str, list[int]] = {split: [] for split in SPLITS}
    unlisted = [number for number, split in enumerate(split_by_piece) if split is None]
    chosen = own_splits([names[number] for number in unlisted], [sketches[number] for number in unlisted])
    by_piece = {**dict(enumerate(split_by_piece)), **dict(zip(unlisted, chosen, strict=True))}
    for number, split in by_piece.items():
        splits[str(split)].append(number)
    return {"names": names, "splits": splits, "sizes": sizes, "unreadable": sentences, "left_out": dict(reasons)}


def read_piece(file: SourceFile, style: int | None) -> PieceEvents:
    """The piece in a file; raises LeftOut for one that cannot be learned from."""
    try:
        score = read_midi(file.read(), file.stem).score
    except UnreadableMidi as problem:
        raise LeftOut(UNREADABLE, str(problem)) from problem
    bars = score.time_map.bar_at(score.end_tick)
    if bars > LONGEST_BARS:
        raise LeftOut(ENDLESS, f"{file.stem} lasts {bars:,} bars, more than {LONGEST_BARS:,}.")
    piece = piece_events(score, style)
    if len(piece) < 2:
        raise LeftOut(NO_NOTES, f"{file.stem} holds fewer than two notes.")
    if piece.bar_starts[-1] > np.iinfo(np.int32).max:
        raise LeftOut(ENDLESS, f"{file.stem} lasts longer than its columns can count.")
    return piece
