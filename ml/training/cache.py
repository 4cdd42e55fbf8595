"""A corpus as memory-mapped columns on disk, read once from a zip or a folder of MIDI files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.music.midi import UnreadableMidi, read_midi
from ml.tensors.piece import PieceEvents, piece_events
from ml.tensors.vocabulary import STYLES, vocabulary_hash
from ml.training.corpora import KNOWN, Corpus, Row

FORMAT = 3
NOTE_COLUMNS = {"onset": np.int32, "part": np.uint8, "pitch": np.uint8, "length": np.int32, "velocity": np.uint8}
FACTS = ("style", "metre", "tempo", "tonic", "minor", "flat")
LARGEST_FILE_BYTES = 32 << 20


class EmptyCorpus(ValueError):
    """A corpus from which nothing can be learned; the text is one plain sentence."""


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
        arrays = self._arrays()
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

    def _arrays(self) -> dict[str, NDArray[np.int64]]:
        arrays: dict[str, NDArray[np.int64]] | None = self.__dict__.get("_opened")
        if arrays is None:
            arrays = {file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in self.folder.glob("*.npy")}
            self.__dict__["_opened"] = arrays
        return arrays

    def notes(self, split: str) -> int:
        return int(self.sizes[self.splits[split]].sum())


def midi_files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name (without suffix) and content of every MIDI file in a zip or a folder, sorted by name."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.suffix.lower() in (".mid", ".midi", ".kar", ".rmi") and path.stat().st_size <= LARGEST_FILE_BYTES:
                yield str(path.relative_to(source).with_suffix("")), path.read_bytes()
        return
    with zipfile.ZipFile(source) as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.filename.lower().endswith((".mid", ".midi")) and info.file_size <= LARGEST_FILE_BYTES:
                yield Path(info.filename).stem, archive.read(info)


def metadata(source: Path) -> dict[str, Row]:
    """Rows of metadata.csv by piece name; empty when there is none."""
    text = ""
    if source.is_dir() and (source / "metadata.csv").is_file():
        text = (source / "metadata.csv").read_text("utf-8", "replace")
    elif not source.is_dir():
        with zipfile.ZipFile(source) as archive:
            if "metadata.csv" in archive.namelist():
                text = archive.read("metadata.csv").decode("utf-8", "replace")
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text)) if row.get("name")}


def given_splits(source: Path, rows: dict[str, Row]) -> dict[str, str]:
    """Split of each piece by name: from splits/NAME.json beside the corpus, else from metadata.csv."""
    beside = source.parent / "splits" / f"{source.stem}.json"
    if beside.is_file():
        lists = json.loads(beside.read_text("utf-8"))
        return {name: split for split, names in lists.items() for name in names}
    return {name: row["split"] for name, row in rows.items() if row.get("split") in ("train", "valid", "test")}


def own_split(name: str) -> str:
    """A tenth of a corpus without splits is held out, chosen by the hash of the piece's name."""
    return "valid" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 == 0 else "train"


def source_hash(source: Path) -> str:
    """SHA-256 of a zip's bytes, or of names, sizes and times of a folder's files."""
    digest = hashlib.sha256(f"{FORMAT} {vocabulary_hash()}".encode())
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            status = path.stat()
            digest.update(f"{path.relative_to(source)} {status.st_size} {status.st_mtime_ns}".encode())
    else:
        with source.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        beside = source.parent / "splits" / f"{source.stem}.json"
        if beside.is_file():
            digest.update(beside.read_bytes())
    return digest.hexdigest()[:16]


def open_corpus(source: Path, cache: Path, report: Callable[[str], None] = lambda text: None) -> CachedCorpus:
    """The corpus at `source` (zip or folder), read from `cache` or written there first.

    Raises EmptyCorpus with a plain sentence when nothing can be learned from it.
    """
    if not source.exists():
        raise EmptyCorpus(f"{source} does not exist: name a folder or a zip of MIDI files.")
    if not source.is_dir() and not zipfile.is_zipfile(source):
        raise EmptyCorpus(f"{source} is neither a folder nor a zip archive: name one of MIDI files.")
    digest = source_hash(source)
    folder = cache / f"{source.stem}-{digest}"
    if not (folder / "index.json").is_file():
        write_cache(source, folder, digest, report)
    index = json.loads((folder / "index.json").read_text("utf-8"))
    splits = {split: np.array(numbers, np.int64) for split, numbers in index["splits"].items()}
    return CachedCorpus(
        source.stem, folder, index["names"], splits, np.array(index["sizes"], np.int64), index["unreadable"], digest
    )


def write_cache(source: Path, folder: Path, digest: str, report: Callable[[str], None]) -> None:
    """Read every piece and write the columns; the folder appears whole or not at all."""
    corpus = KNOWN.get(source.stem, Corpus(source.stem, 0.0, "the user's own"))
    style = STYLES.index(corpus.style) if corpus.style else None
    rows = metadata(source)
    known = given_splits(source, rows)
    pieces: list[PieceEvents] = []
    names: list[str] = []
    unreadable: list[str] = []
    splits: dict[str, list[int]] = {"train": [], "valid": [], "test": []}
    for name, data in midi_files(source):
        if rows and not corpus.permitted(rows.get(name, {})):
            continue
        try:
            piece = piece_events(read_midi(data, name).score, style)
        except UnreadableMidi as problem:
            unreadable.append(str(problem))
            continue
        if len(piece) < 2:
            unreadable.append(f"{name} holds fewer than two notes.")
            continue
        splits[known.get(name) or own_split(name)].append(len(pieces))
        pieces.append(piece)
        names.append(name)
        if len(pieces) % 500 == 0:
            report(f"{source.stem}: {len(pieces)} pieces read")
    if not pieces:
        raise EmptyCorpus(
            f"{source} holds no MIDI file that can be learned from ({len(unreadable)} were unreadable or empty)."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))

    def offsets(lengths: list[int]) -> NDArray[np.int64]:
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    for column, dtype in NOTE_COLUMNS.items():
        values = np.concatenate([getattr(piece, column) for piece in pieces])
        np.save(draft / f"{column}.npy", values.astype(dtype))
    sizes = [len(piece) for piece in pieces]
    np.save(draft / "note_offsets.npy", offsets(sizes))
    np.save(draft / "bars.npy", np.concatenate([piece.bar_starts for piece in pieces]).astype(np.int32))
    np.save(draft / "bar_offsets.npy", offsets([len(piece.bar_starts) for piece in pieces]))
    np.save(draft / "instruments.npy", np.concatenate([piece.instruments for piece in pieces]).astype(np.uint8))
    np.save(draft / "part_offsets.npy", offsets([len(piece.instruments) for piece in pieces]))
    np.save(draft / "facts.npy", np.array([[getattr(p, fact) for fact in FACTS] for p in pieces], np.int16))
    index = {"names": names, "splits": splits, "sizes": sizes, "unreadable": unreadable, "source": digest}
    (draft / "index.json").write_text(json.dumps(index), "utf-8")
    try:
        draft.replace(folder)
    except OSError:  # another process was faster
        shutil.rmtree(draft)
    os.utime(folder)
