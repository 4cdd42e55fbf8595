"""The row that every benchmark gives, whether its number holds, and the table of rows."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

COMPARISONS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


class Row(TypedDict):
    """One measured number. `hold` is its promise, as "<= 300" or ">= 2"; "" where none is made.

    A benchmark may leave out unit, hold and note, and may give a bare number as hold, which means at most that.
    """

    name: str
    value: float
    unit: str
    hold: str
    note: str


def completed(given: Mapping[str, Any]) -> Row:
    """The row with all that a benchmark may leave out."""
    hold = given.get("hold") or ""
    return {
        "name": given["name"],
        "value": float(given["value"]),
        "unit": given.get("unit") or "",
        "hold": hold if isinstance(hold, str) else f"<= {hold:g}",
        "note": given.get("note") or "",
    }


def verdict(row: Row) -> str:
    """ "yes" or "NO" for a row with a promise, "" for one without."""
    if not row["hold"]:
        return ""
    sign, limit = row["hold"].split()[:2]
    return "yes" if COMPARISONS[sign](row["value"], float(limit)) else "NO"


def table(rows: Sequence[Row]) -> str:
    """The rows as text, columns aligned."""
    cells = [("what", "value", "unit", "hold", "holds", "note")]
    cells += [(r["name"], f"{r['value']:.4g}", r["unit"], r["hold"], verdict(r), r["note"]) for r in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(5)]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), line[1].rjust(widths[1]), *map(str.ljust, line[2:5], widths[2:]), line[5]]
        ).rstrip()
        for line in cells
    )
