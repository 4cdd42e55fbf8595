"""Reading untrusted JSON: limits before allocation, and typed access that raises Damaged in plain words."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.project.troubles import Damaged

MAX_DEPTH = 64
"""Deepest nesting of lists and objects."""

FREE_CONTAINERS = 100_000
BYTES_PER_CONTAINER = 32
"""A text may hold this many lists and objects, and one more for each so many bytes: an empty object takes
two bytes in the text and fifty or more in memory, so a small file could otherwise ask for gigabytes."""

MAX_VALUES = 40_000_000
"""Entries of all lists and objects together: more than the columns of the largest piece."""


def parse_json(text: bytes) -> Any:
    """The value of a JSON text; raises Damaged for bad syntax, NaN, endless numbers, too much nesting."""
    containers = text.count(b"{") + text.count(b"[")
    if containers > FREE_CONTAINERS + len(text) // BYTES_PER_CONTAINER:
        raise Damaged("it holds far more lists and objects than a piece of music needs")
    if text.count(b",") > MAX_VALUES:
        raise Damaged("it holds far more numbers than a piece of music needs")
    try:
        value = json.loads(text.decode("utf-8", "surrogatepass"), parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise Damaged(f"its text breaks off or is garbled in line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError as error:
        raise Damaged(f"byte {error.start} is not text") from None
    except RecursionError:
        raise Damaged("it is nested too deeply") from None
    except ValueError:
        raise Damaged("it holds a number too long to read") from None
    if _deeper_than(value, MAX_DEPTH):
        raise Damaged("it is nested too deeply")
    return value


def write_json(value: Any) -> bytes:
    """A value as compact JSON on one line; raises ValueError or TypeError for what JSON cannot hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    # Names from damaged files may hold lone surrogates, which strict UTF-8 refuses.
    return text.encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    """A numpy number as Python's own: edits compute with numpy, and no piece may fail to save for that."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be stored")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):  # 1e999 reads as infinity, which could not be written back
        raise ValueError(f"{digits} is too large")
    return value


def _deeper_than(value: Any, limit: int) -> bool:
    level = _containers([value])
    for _ in range(limit):
        if not level:
            return False
        level = [found for outer in level for found in _containers(outer.values() if type(outer) is dict else outer)]
    return bool(level)


def _containers(values: Collection[Any]) -> list[Any]:
    kinds = set(map(type, values))  # at the speed of C for the long columns of numbers
    return [value for value in values if type(value) in (dict, list)] if kinds & {dict, list} else []


def mapping(value: Any, what: str) -> dict[str, Any]:
    """`value` if it is an object."""
    if not isinstance(value, dict):
        raise Damaged(f"{what} is missing or has the wrong form")
    return value


def sequence(value: Any, what: str, most: int) -> list[Any]:
    """`value` if it is a list of at most `most`."""
    if not isinstance(value, list):
        raise Damaged(f"{what} is missing or has the wrong form")
    if len(value) > most:
        raise Damaged(f"{what} has {len(value):,} entries, more than the {most:,} that are allowed")
    return value


def integer(value: Any, what: str, low: int, high: int) -> int:
    """`value` if it is a whole number from `low` to `high`."""
    if type(value) is not int or not low <= value <= high:
        raise Damaged(f"{what} is not a whole number from {low} to {high}")
    return value


def integer_or_none(value: Any, what: str, low: int, high: int) -> int | None:
    return None if value is None else integer(value, what, low, high)


def boolean(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise Damaged(f"{what} is neither true nor false")
    return value


def text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise Damaged(f"{what} is not a text")
    return value


def integers(value: Any, what: str, low: int, high: int, most: int) -> list[int]:
    """`value` if it is a list of at most `most` whole numbers from `low` to `high`."""
    values = sequence(value, what, most)
    # By exact type: numpy would widen one long string to every row, and take true for 1.
    if not set(map(type, values)) <= {int}:
        raise Damaged(f"{what} holds something that is not a whole number")
    if values and not (low <= min(values) and max(values) <= high):
        raise Damaged(f"{what} holds a number outside {low} to {high}")
    return values


def column(value: Any, what: str, dtype: Any, low: int, high: int, rows: int) -> NDArray[Any]:
    """A column of `rows` numbers; one number alone stands for the same in every row. Shape (rows,)."""
    if type(value) is int:
        return np.full(rows, integer(value, what, low, high), dtype)
    values = integers(value, what, low, high, rows)
    if len(values) != rows:
        raise Damaged(f"{what} has {len(values):,} rows where {rows:,} are expected")
    return np.array(values, dtype)
