"""Reads the header of a safetensors file without torch and without trusting a number in it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

HEADER_LIMIT_BYTES = 4 << 20
FILE_LIMIT_BYTES = 2 << 30
TENSOR_LIMIT = 10_000
DIMENSION_LIMIT = 8
ELEMENT_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
    "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip


class BadWeights(ValueError):
    """What is wrong with the file, as the end of a sentence: "its weights ..."."""


@dataclass(frozen=True, slots=True)
class WeightsHeader:
    """Tensor names with their shapes, and the number of elements in all."""

    shapes: dict[str, tuple[int, ...]]
    parameters: int


def read_weights_header(path: Path) -> WeightsHeader:
    """Check that the header is small and sane and that its tensors tile the file exactly.

    Reads at most HEADER_LIMIT_BYTES. Raises BadWeights, or OSError when the file cannot be read.
    """
    size = path.stat().st_size
    if size > FILE_LIMIT_BYTES:
        raise BadWeights(f"are larger than {FILE_LIMIT_BYTES >> 30} GB")
    with path.open("rb") as file:
        announced = file.read(8)
        length = int.from_bytes(announced, "little")
        if len(announced) < 8 or length > size - 8:
            raise BadWeights("are cut off or no safetensors file")
        if length > HEADER_LIMIT_BYTES:
            raise BadWeights(f"announce a header of {length} bytes where {HEADER_LIMIT_BYTES} are the most allowed")
        header = file.read(length)
    try:
        entries = json.loads(header)
    except (ValueError, RecursionError):
        raise BadWeights("have a header that cannot be read") from None
    if not isinstance(entries, dict):
        raise BadWeights("have a header that cannot be read")
    entries.pop("__metadata__", None)
    if not entries or len(entries) > TENSOR_LIMIT:
        raise BadWeights(f"name {len(entries)} tensors where 1 to {TENSOR_LIMIT} are allowed")
    return _checked(entries, size - 8 - length)


def _checked(entries: dict[str, object], data_bytes: int) -> WeightsHeader:
    """The header's tensors, after checking that shapes, types and offsets agree with the file's size."""
    shapes: dict[str, tuple[int, ...]] = {}
    spans: list[tuple[int, int]] = []
    for name, entry in entries.items():
        match entry:
            case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(first), int(last)]} if (
                dtype in ELEMENT_BYTES
                and len(shape) <= DIMENSION_LIMIT
                and all(type(extent) is int and 0 <= extent <= data_bytes for extent in shape)
            ):
                if last - first != math.prod(shape) * ELEMENT_BYTES[dtype]:
                    raise BadWeights("have a tensor whose shape does not fit its size")
                shapes[name] = tuple(shape)
                spans.append((first, last))
            case _:
                raise BadWeights("have a tensor with an impossible type or shape")
    end = 0
    for first, last in sorted(spans):
        if first != end:
            raise BadWeights("have tensors that overlap or leave gaps")
        end = last
    if end != data_bytes:
        raise BadWeights("are cut off or hold more than their header says")
    return WeightsHeader(shapes, sum(math.prod(shape) for shape in shapes.values()))
