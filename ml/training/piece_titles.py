"""What the pieces of a corpus are called by people: title and composer where its metadata know them."""

from __future__ import annotations

import re

from ml.training.corpora import Row

TITLES, COMPOSERS = ("title", "OTL"), ("composer", "COM", "authors")
"""Columns of a metadata.csv that may say so, the first that is filled in counts. OTL and COM are Humdrum's."""
LONGEST = 90


def piece_title(name: str, row: Row) -> str:
    """One line: "title, composer", or the file's name in words where the metadata have no title."""
    title = first_of(row, TITLES).rstrip(".") or name.replace("__", ", ").replace("_", " ")
    composer = first_of(row, COMPOSERS).replace("_", " ")
    text = f"{title}, {composer}" if composer and composer not in title else title
    text = re.sub(r"[\s,]*,[\s,]*", ", ", re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)))
    text = text.strip(" ,") or "untitled"
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def first_of(row: Row, columns: tuple[str, ...]) -> str:
    return next((row[column].strip() for column in columns if (row.get(column) or "").strip()), "")
