"""Where a corpus comes from: a folder or a zip of MIDI files, its metadata, its splits. All of it is untrusted."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from ml.music.midi import UnreadableMidi
from ml.tensors.vocabulary import vocabulary_hash
from ml.training.corpora import Row

FORMAT = 3
SUFFIXES = (".mid", ".midi", ".kar", ".rmi")
SPLITS = ("train", "valid", "test")
LARGEST_FILE_BYTES = 32 << 20
LARGEST_METADATA_BYTES = 64 << 20


class EmptyCorpus(ValueError):
    """A corpus from which nothing can be learned; the text is one plain sentence."""


@dataclass(frozen=True)
class SourceFile:
    """A MIDI file of a corpus. `name`: its path in the corpus without suffix, parts joined by slashes.

    `read` gives its bytes; raises UnreadableMidi with one plain sentence.
    """

    name: str
    read: Callable[[], bytes]

    @property
    def stem(self) -> str:
        """The last part of the name: what metadata and splits call the piece."""
        return self.name.rpartition("/")[2]


def corpus_name(source: Path) -> str:
    """What a corpus is called: its folder, or its zip without the suffix."""
    return source.resolve().name if source.is_dir() else source.stem


def check_source(source: Path) -> None:
    """Raise EmptyCorpus for a path at which no corpus can be."""
    if not source.exists():
        raise EmptyCorpus(f"{source} does not exist: name a folder or a zip of MIDI files.")
    if not source.is_dir() and not zipfile.is_zipfile(source):
        raise EmptyCorpus(f"{source} is neither a folder nor a zip archive: name one of MIDI files.")


def midi_files(source: Path) -> Iterator[SourceFile]:
    """Every MIDI file in a zip or a folder, sorted by name; its bytes are read when they are asked for."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                yield SourceFile(path.relative_to(source).with_suffix("").as_posix(), partial(read_on_disk, path))
        return
    with opened_zip(source) as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            name = PurePosixPath(info.filename)
            if name.suffix.lower() in SUFFIXES and not info.is_dir():
                yield SourceFile(str(name.with_suffix("")), partial(read_packed, archive, info))


def opened_zip(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise EmptyCorpus(
            f"{source} is a damaged zip archive: get it again, or name a folder of MIDI files."
        ) from error


def read_on_disk(path: Path) -> bytes:
    """Raises UnreadableMidi for a file that is too large or cannot be read."""
    try:
        check_size(path.name, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableMidi(f"{path.name} cannot be read ({error.strerror}).") from error


def read_packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Raises UnreadableMidi for a member that is too large, damaged, encrypted or packed in an unknown way."""
    name = PurePosixPath(info.filename).name
    check_size(name, info.file_size)
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError) as error:
        raise UnreadableMidi(f"{name} cannot be unpacked from the archive.") from error


def check_size(name: str, size: int) -> None:
    if size > LARGEST_FILE_BYTES:
        raise UnreadableMidi(f"{name} is larger than {LARGEST_FILE_BYTES >> 20} MB.")


def metadata(source: Path) -> dict[str, Row]:
    """Rows of metadata.csv by piece name; empty when there is none. Raises EmptyCorpus for a damaged one."""
    damaged = f"The metadata.csv of {source} is damaged or too large: mend it or take it out."
    try:
        if source.is_dir():
            path = source / "metadata.csv"
            data = path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST_METADATA_BYTES else b""
        else:
            with opened_zip(source) as archive:
                infos = [info for info in archive.infolist() if info.filename == "metadata.csv"]
                if any(info.file_size > LARGEST_METADATA_BYTES for info in infos):
                    raise EmptyCorpus(damaged)
                data = archive.read(infos[0]) if infos else b""
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace")))
        return {row["name"]: row for row in rows if row.get("name")}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, csv.Error, OSError) as error:
        raise EmptyCorpus(damaged) from error


def splits_file(source: Path) -> Path:
    """Where the lists of pieces by split may stand: beside the corpus."""
    return source.resolve().parent / "splits" / f"{corpus_name(source)}.json"


def given_splits(source: Path, rows: dict[str, Row]) -> dict[str, str]:
    """Split of each piece by name: from splits/NAME.json beside the corpus, else from metadata.csv.

    Raises EmptyCorpus for a splits file that cannot be understood: guessing would let test pieces be learned.
    """
    path = splits_file(source)
    if not path.is_file():
        return {name: row["split"] for name, row in rows.items() if row.get("split") in SPLITS}
    try:
        lists = json.loads(path.read_text("utf-8"))
        if set(lists) <= set(SPLITS):
            return {str(name): split for split, names in lists.items() for name in list(names)}
    except (ValueError, TypeError, AttributeError, RecursionError, OSError):
        pass
    raise EmptyCorpus(f"{path} must hold a JSON object with lists of names under train, valid and test: mend it.")


def source_hash(source: Path) -> str:
    """SHA-256 of a zip's bytes, or of names, sizes and times of a folder's files; and of the splits beside it."""
    digest = hashlib.sha256(f"{FORMAT} {vocabulary_hash()}".encode())
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_file():
                status = path.stat()
                line = f"{path.relative_to(source).as_posix()} {status.st_size} {status.st_mtime_ns}\n"
                digest.update(line.encode(errors="surrogateescape"))
    else:
        with source.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    if splits_file(source).is_file():
        digest.update(splits_file(source).read_bytes())
    return digest.hexdigest()[:16]
