"""The file of a copy index: a checked header and plain columns. Read as a stranger's: limits before allocation."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.measures.copy_index import LARGEST_BUCKET_BITS, LARGEST_PIECE_BITS, LINK_BITS, WORD_BITS, CopyIndex, Layout
from ml.measures.note_runs import NoteRuns
from ml.measures.winnowing import Winnowing

MAGIC = b"CopyIdx2"
FILE_LIMIT_BYTES = 64 << 20
HEADER_LIMIT_BYTES = 64 << 10
NAMES_LIMIT_BYTES = 8 << 20
COLUMNS = ("buckets", "words", "links", "common", "names")
WORD_BYTES = (WORD_BITS - LINK_BITS) // 8
"""`buckets`: for each bucket a 1 for each of its postings, then a 0, as bits. `words`: three bytes each without the
link, the lowest first. `links`: two to a byte, the lower first. `common`: 64-bit numbers. `names`: one line of UTF-8
for each piece, deflated."""
PROBE = (60, 62, 64, 65, 67, 65, 64, 62, 60, 67, 60)


class UnusableIndex(ValueError):
    """A copy index that cannot be used; the text says of it what is wrong, as the end of a sentence."""


def probe(winnowing: Winnowing) -> str:
    """What the hash of a known tune is, so that an index made with another way of hashing is noticed."""
    tune = np.resize(np.array(PROBE, np.int64), winnowing.notes)
    hashes, _ = NoteRuns.of(np.zeros_like(tune), np.arange(len(tune)) * 12, tune).windows(winnowing.notes, True)
    return f"{int(hashes[0]):016x}"


def write_index(index: CopyIndex, path: Path) -> None:
    """Write the file, in place of an older one only when it is complete. Equal indexes give equal bytes."""
    words = (index.words >> np.uint32(LINK_BITS)).astype("<u4").view(np.uint8).reshape(-1, 4)[:, :WORD_BYTES]
    links = (index.words & np.uint32((1 << LINK_BITS) - 1)).astype(np.uint8)
    links = np.append(links, np.zeros(len(links) % 2, np.uint8))
    columns = {
        "buckets": bucket_bits(index).tobytes(),
        "words": words.tobytes(),
        "links": (links[::2] | links[1::2] << 4).tobytes(),
        "common": index.common.astype("<u8").tobytes(),
        "names": zlib.compress("\n".join(index.names).encode(), 9),
    }
    data = b"".join(columns[name] for name in COLUMNS)
    header = {
        "notes": index.winnowing.notes,
        "window": index.winnowing.window,
        "bucket_bits": index.layout.bucket_bits,
        "piece_bits": index.layout.piece_bits,
        "postings": len(index.words),
        "corpora": [list(corpus) for corpus in index.corpora],
        "bytes": {name: len(columns[name]) for name in COLUMNS},
        "probe": probe(index.winnowing),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    text = json.dumps(header).encode()
    draft = path.with_suffix(path.suffix + ".draft")
    draft.write_bytes(MAGIC + len(text).to_bytes(4, "little") + text + data)
    draft.replace(path)


def bucket_bits(index: CopyIndex) -> NDArray[np.uint8]:
    counts = np.diff(index.bucket_starts)
    bits = np.ones(len(index.words) + len(counts), np.uint8)
    bits[np.cumsum(counts + 1) - 1] = 0
    return np.packbits(bits)


def read_index(path: Path) -> CopyIndex:
    """The index in a file; raises UnusableIndex."""
    try:
        return parsed(read_whole(path))
    except OSError as error:
        raise UnusableIndex(f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError, zlib.error) as error:
        raise UnusableIndex("is damaged or made by another version") from error


def read_whole(path: Path) -> bytes:
    """The bytes of an ordinary file within the limit. Raises OSError, also for pipes and devices."""
    # Non-blocking, so that a pipe with nobody at its other end cannot hold us before it is recognised.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not an ordinary file", str(path))
        if status.st_size > FILE_LIMIT_BYTES:
            raise OSError(errno.EFBIG, f"larger than {FILE_LIMIT_BYTES >> 20} MB", str(path))
        return file.read(FILE_LIMIT_BYTES)


def parsed(data: bytes) -> CopyIndex:
    """The index that these bytes hold. Raises ValueError, KeyError or TypeError where something does not fit."""
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "little")
    check(data.startswith(MAGIC) and length <= min(HEADER_LIMIT_BYTES, len(data) - start))
    header = json.loads(data[start : start + length])
    winnowing = Winnowing(whole(header["notes"], 2, 64), whole(header["window"], 1, 64))
    piece_bits = whole(header["piece_bits"], 1, LARGEST_PIECE_BITS)
    layout = Layout(whole(header["bucket_bits"], 1, LARGEST_BUCKET_BITS), piece_bits)
    check(layout.low_bits >= 0 and header["probe"] == probe(winnowing))
    body = memoryview(data)[start + length :]
    check(header["sha256"] == hashlib.sha256(body).hexdigest())
    columns = split(body, header["bytes"])
    postings = whole(header["postings"], 0, len(columns["words"]))
    corpora = tuple((str(name), whole(count, 0, 1 << layout.piece_bits)) for name, count in header["corpora"])
    names = unpacked_names(bytes(columns["names"]))
    check(len(names) == sum(count for _, count in corpora) <= 1 << layout.piece_bits)
    words = unpacked_words(columns["words"], columns["links"], postings)
    pieces = words >> np.uint32(LINK_BITS) & np.uint32((1 << layout.piece_bits) - 1)
    check(int(pieces.max(initial=0)) < max(len(names), 1))
    common = np.frombuffer(columns["common"], "<u8").astype(np.uint64)
    check(bool((common[1:] > common[:-1]).all()))
    starts = bucket_starts(columns["buckets"], layout.bucket_bits, postings)
    return CopyIndex(winnowing, layout, starts, words, common, names, corpora)


def unpacked_words(packed: memoryview, links: memoryview, postings: int) -> NDArray[np.uint32]:
    """The words with their links."""
    check(len(packed) == postings * WORD_BYTES and len(links) == (postings + 1) // 2)
    words = np.zeros((postings, 4), np.uint8)
    words[:, :WORD_BYTES] = np.frombuffer(packed, np.uint8).reshape(postings, WORD_BYTES)
    pairs = np.frombuffer(links, np.uint8)
    single = np.stack([pairs & 15, pairs >> 4], axis=1).reshape(-1)[:postings]
    return words.view("<u4").reshape(postings).astype(np.uint32) << np.uint32(LINK_BITS) | single


def bucket_starts(packed: memoryview, bits: int, postings: int) -> NDArray[np.int32]:
    """Where each bucket begins, from its bits."""
    count = postings + (1 << bits)
    check(len(packed) == (count + 7) // 8)
    ends = np.flatnonzero(np.unpackbits(np.frombuffer(packed, np.uint8), count=count) == 0)
    check(len(ends) == 1 << bits)
    starts = np.zeros((1 << bits) + 1, np.int32)
    starts[1:] = ends - np.arange(1 << bits)
    check(int(starts[-1]) == postings)
    return starts


def split(body: memoryview, sizes: dict[str, Any]) -> dict[str, memoryview]:
    """The columns, which fill the file exactly."""
    check(list(sizes) == list(COLUMNS))
    ends = np.cumsum([whole(size, 0, FILE_LIMIT_BYTES) for size in sizes.values()]).tolist()
    check(ends[-1] == len(body))
    return {name: body[end - sizes[name] : end] for name, end in zip(COLUMNS, ends, strict=True)}


def unpacked_names(packed: bytes) -> tuple[str, ...]:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(packed, NAMES_LIMIT_BYTES)
    check(unpacker.eof and not unpacker.unused_data)
    return tuple(text.decode().split("\n")) if text else ()


def whole(value: object, least: int, most: int) -> int:
    """A whole number within its limits."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{value!r} is no whole number from {least} to {most}")
    return value


def check(fits: bool) -> None:
    if not fits:
        raise ValueError("the parts of the file do not fit each other")
