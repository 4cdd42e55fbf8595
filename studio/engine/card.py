"""ModelCard: what a model's folder says about it, read without torch and without trust."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.models.weights_file import (
    WEIGHTS_FILE,
    BadWeights,
    open_regular,
    read_weights_header,
    weights_hash,
    without_repeats,
)
from studio.engine.families import EVENT, FAMILIES

CARD_FILE, CONFIG_FILE = "card.json", "config.json"
MODEL_FILES = (CARD_FILE, CONFIG_FILE, WEIGHTS_FILE)
PICKLES = frozenset({".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".bin", ".joblib"})
JSON_LIMIT_BYTES = 256 << 10
TEXT_LIMIT = 200
"""Characters of a name or remark that are shown."""
LAST = 1_000_000
"""The place on the shelf of a model whose card names none."""


class UnusableModel(ValueError):
    """Why a folder cannot serve as a model: one plain sentence."""


@dataclass(frozen=True)
class ModelCard:
    """One model on the shelf. `id` is its folder's name; all texts are plain and shown as they are.

    `figures` maps the name of a corpus or figure to bits per note or another number; `details` is the whole card.
    """

    id: str
    folder: Path
    name: str
    family: str
    trunk: str
    parameters: int
    good_at: str
    corpora: tuple[str, ...]
    licence: str
    figures: Mapping[str, float]
    details: Mapping[str, Any]
    cannot: str = ""
    """Why it cannot answer a request, as a sentence; empty when it can."""
    own: bool = False
    """Whether it lies in the user's own folder, and may be taken off the shelf."""
    order: int = LAST
    """Its place on the shelf, counted from 1: the first two answer until the user chooses."""

    @property
    def weights(self) -> Path:
        """The file that holds them."""
        return self.folder / WEIGHTS_FILE

    def weights_hash(self) -> str:
        """What its takes call its checkpoint. Reads the whole file; raises OSError."""
        return weights_hash(self.folder)

    @property
    def size_text(self) -> str:
        """The number of parameters as people say it: "0.7 M", "52 k"."""
        if self.parameters >= 100_000:
            return f"{self.parameters / 1e6:.1f} M"
        return f"{self.parameters / 1e3:.0f} k" if self.parameters >= 1000 else str(self.parameters)


def read_card(folder: Path, *, own: bool = False, shown: str | None = None) -> ModelCard:
    """Read a model folder's card and configuration and check the header of its weights.

    `shown` is what sentences call it, if not by its folder's name. Raises UnusableModel with one sentence that
    names the folder, the trouble and the fix; OSError when the folder cannot be read.
    """
    shown = plain_text(folder.name if shown is None else shown)
    for name in MODEL_FILES:
        if not (folder / name).exists():
            _refuse_pickles(folder, shown)
            raise UnusableModel(f'The model "{shown}" lacks {name}: copy the whole model folder again.')
        if not (folder / name).is_file():
            raise UnusableModel(f'The model "{shown}" has a {name} that is no ordinary file: install it again.')
    card, config = _read_json(folder / CARD_FILE, shown), _read_json(folder / CONFIG_FILE, shown)
    family = _text(config.get("family")) or _text(card.get("family")) or EVENT
    known = FAMILIES.get(family)
    if known is None:
        raise UnusableModel(f'The model "{shown}" is of the kind "{family}", which this version of Continuo lacks.')
    if not known.fits(config):
        raise UnusableModel(
            f'The model "{shown}" was made for another version of Continuo: take the one that belongs to this version.'
        )
    try:
        header = read_weights_header(folder / WEIGHTS_FILE)
    except BadWeights as trouble:
        raise UnusableModel(
            f'The model "{shown}" cannot be used because its weights {trouble}: install it again.'
        ) from trouble
    order = card.get("order")
    return ModelCard(
        id=folder.name,
        folder=folder,
        name=_text(card.get("name")) or shown,
        family=family,
        trunk=_text(card.get("trunk")) or _text(config.get("trunk")),
        parameters=header.parameters,
        good_at=_text(card.get("good_at")),
        corpora=tuple(filter(None, map(_text, _listed(card.get("corpora"))))),
        licence=_text(card.get("licence")) or _text(card.get("license")),
        figures=_numbers(card.get("figures")),
        details=card,
        cannot=known.cannot,
        own=own,
        order=order if type(order) is int and 0 < order < LAST else LAST,
    )


def plain_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text on one line, without control and direction characters, cut to `limit` characters."""
    if text.isascii() and text.isprintable():
        return text.strip()[:limit]  # nearly all of a card, and cards are read at start
    kept = "".join(" " if c in "\n\t" else c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return kept.strip()[:limit]


def pickles_in(folder: Path) -> list[str]:
    """Names of the folder's files of kinds that can run programs, which are never opened."""
    return sorted(path.name for path in folder.iterdir() if path.suffix.lower() in PICKLES)


def _refuse_pickles(folder: Path, shown: str) -> None:
    """Say so where weights come as a file that can run programs."""
    if not (folder / WEIGHTS_FILE).exists() and (pickles := pickles_in(folder)):
        raise UnusableModel(
            f'The model "{shown}" comes as {plain_text(pickles[0])}, a kind of file that can run programs and '
            f"is never opened here: ask for it as {WEIGHTS_FILE}."
        )


def _read_json(path: Path, shown: str) -> dict[str, Any]:
    with open_regular(path) as file:
        data = file.read(JSON_LIMIT_BYTES + 1)
    if len(data) > JSON_LIMIT_BYTES:
        raise UnusableModel(f'The model "{shown}" has a {path.name} that is too large: install it again.')
    try:
        value = json.loads(data, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UnusableModel(f'The model "{shown}" has a damaged {path.name}: install it again.')
    return value


def _text(value: object) -> str:
    """A text as it may be shown: from a string, a number, the "name" of a table, or a list of those."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return _text(value.get("name"))
    if isinstance(value, list):
        return plain_text(", ".join(filter(None, map(_text, value[:20]))))
    return plain_text(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _listed(value: object) -> list[object]:
    if isinstance(value, dict):
        return [str(name) for name in list(value)[:100]]
    return value[:100] if isinstance(value, list) else [] if value is None else [value]


def _numbers(value: object, prefix: str = "", depth: int = 3) -> dict[str, float]:
    """The numbers in nested tables by their path, "folk tunes / bits per note": 6.1; at most 100 of them."""
    found: dict[str, float] = {}
    if isinstance(value, dict) and depth:
        for name, inner in list(value.items())[:100]:
            path = f"{prefix} / {plain_text(str(name), 60)}" if prefix else plain_text(str(name), 60)
            if isinstance(inner, int | float) and not isinstance(inner, bool):
                if -1e300 < inner < 1e300 and math.isfinite(inner):
                    found[path] = float(inner)
            else:
                found |= _numbers(inner, path, depth - 1)
    return dict(list(found.items())[:100])
