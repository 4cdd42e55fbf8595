"""What a safetensors file holds, read without torch and without trusting a number in it."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

WEIGHTS_FILE = "model.safetensors"
"""Its name in the folder of a model."""
HEADER_LIMIT_BYTES = 1 << 20
FILE_LIMIT_BYTES = 1 << 30
TENSOR_LIMIT = 10_000
DIMENSION_LIMIT = 8
CHUNK_BYTES = 4 << 20
EXPONENTS: dict[str, tuple[type[np.unsignedinteger[Any]], int]] = {
    "F16": (np.uint16, 0x7C00),
    "BF16": (np.uint16, 0x7F80),
    "F32": (np.uint32, 0x7F800000),
}
"""Types that weights may have: how their bits are read, and the exponent's, all set in infinities and NaN."""


class BadWeights(ValueError):
    """What is wrong with the file, as the end of a sentence: "its weights ..."."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One tensor of the file; its bytes are [first, last) of the data after the header."""

    dtype: str
    shape: tuple[int, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class WeightsHeader:
    """The file's tensors by name, and where their data begins."""

    tensors: dict[str, StoredTensor]
    data_start: int

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: tensor.shape for name, tensor in self.tensors.items()}

    @property
    def parameters(self) -> int:
        """Number of elements in all."""
        return sum(math.prod(tensor.shape) for tensor in self.tensors.values())


def read_weights_header(path: Path) -> WeightsHeader:
    """Check that the header is small and sane and that its tensors tile the file exactly.

    Reads at most HEADER_LIMIT_BYTES. Raises BadWeights, or OSError when the file cannot be read.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > FILE_LIMIT_BYTES:
            raise BadWeights(f"are larger than {FILE_LIMIT_BYTES >> 30} GB")
        announced = file.read(8)
        length = int.from_bytes(announced, "little")
        if len(announced) < 8 or length > size - 8:
            raise BadWeights("are cut off or no safetensors file")
        if length > HEADER_LIMIT_BYTES:
            raise BadWeights(f"announce a header of {length} bytes where {HEADER_LIMIT_BYTES} are the most allowed")
        header = file.read(length)
    try:
        entries = json.loads(header, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError):
        raise BadWeights("have a header that cannot be read") from None
    if not isinstance(entries, dict):
        raise BadWeights("have a header that cannot be read")
    entries.pop("__metadata__", None)
    if not entries or len(entries) > TENSOR_LIMIT:
        raise BadWeights(f"name {len(entries)} tensors where 1 to {TENSOR_LIMIT} are allowed")
    return WeightsHeader(_checked(entries, size - 8 - length), 8 + length)


def check_finite(path: Path, header: WeightsHeader) -> None:
    """Raise BadWeights when a number in the file is infinite or none at all; reads it in small pieces."""
    with open_regular(path) as file:
        for tensor in header.tensors.values():
            kind, exponent = EXPONENTS[tensor.dtype]
            file.seek(header.data_start + tensor.first)
            left = tensor.last - tensor.first
            while left:
                data = file.read(min(left, CHUNK_BYTES))
                if not data:
                    raise BadWeights("are cut off or no safetensors file")
                left -= len(data)
                if bool(np.any((np.frombuffer(data, kind) & kind(exponent)) == exponent)):
                    raise BadWeights("hold numbers that are not finite")


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read; OSError for a pipe or a device, which could keep us waiting for ever."""
    # Non-blocking, so that a pipe with nobody at its other end cannot hold us before it is recognised.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not an ordinary file", str(path))
    return file


def without_repeats(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """For json.loads: ValueError where an object names a key twice, so that no two readers see different things."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands there twice")
        found[name] = value
    return found


def _checked(entries: dict[str, object], data_bytes: int) -> dict[str, StoredTensor]:
    """The header's tensors, after checking that shapes, types and offsets agree with the file's size."""
    tensors: dict[str, StoredTensor] = {}
    for name, entry in entries.items():
        match entry:
            case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [first, last]} if (
                type(first) is int
                and type(last) is int
                and len(shape) <= DIMENSION_LIMIT
                and all(type(extent) is int and 0 <= extent <= data_bytes for extent in shape)
            ):
                if dtype not in EXPONENTS:
                    raise BadWeights(f"have a tensor of another type than {', '.join(EXPONENTS)}")
                if last - first != math.prod(shape) * np.dtype(EXPONENTS[dtype][0]).itemsize:
                    raise BadWeights("have a tensor whose shape does not fit its size")
                tensors[name] = StoredTensor(dtype, tuple(shape), first, last)
            case _:
                raise BadWeights("have a tensor with an impossible type or shape")
    end = 0
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.first, tensor.last)):
        if tensor.first != end:
            raise BadWeights("have tensors that overlap or leave gaps")
        end = tensor.last
    if end != data_bytes:
        raise BadWeights("are cut off or hold more than their header says")
    return tensors


def weights_hash(folder: Path) -> str:
    """SHA-256 of a model's weights, hexadecimal, as its takes tell it. Reads the whole file; raises OSError."""
    with (folder / WEIGHTS_FILE).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
