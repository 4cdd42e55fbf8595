"""The folder of a chorale model: as an event model's, told apart by "family": "chorale" in config.json."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.models.chorale_mixture import ChoraleNetwork, chorale_network
from ml.models.chorale_model import ChoraleModel
from ml.models.model_folder import (
    CARD_FILE,
    CONFIG_FILE,
    UnusableCheckpoint,
    read_json,
    read_network,
    without_memory,
    write_folder,
)
from ml.models.weights_file import weights_hash

FAMILY = "chorale"
VERSION = 1
"""Raised whenever the meaning of inputs or outputs changes while shapes stay."""


@dataclass(frozen=True)
class LoadedChoraleModel:
    """A network ready to measure or write. `checkpoint` is the SHA-256 of its weights file, hexadecimal."""

    id: str
    network: ChoraleNetwork
    card: dict[str, Any]
    checkpoint: str


def save_chorale_model(folder: Path, model: ChoraleNetwork, card: dict[str, Any], half: bool = True) -> None:
    """Write the three files; weights in half precision unless `half` is False."""
    shape = model.config if isinstance(model, ChoraleModel) else model
    write_folder(folder, model, {"family": FAMILY, "version": VERSION, **shape.to_json()}, card, half)


def load_chorale_model(folder: Path) -> LoadedChoraleModel:
    """Load a model folder in float32 and evaluation mode; nothing is allocated before it was checked.

    Raises UnusableCheckpoint with one plain sentence.
    """
    shown = folder.name
    config, card = read_json(folder / CONFIG_FILE, shown), read_json(folder / CARD_FILE, shown)
    if config.pop("family", None) != FAMILY:
        raise UnusableCheckpoint(f'The model "{shown}" is no chorale model: name another folder.')
    if config.pop("version", None) != VERSION:
        raise UnusableCheckpoint(
            f'The model "{shown}" was made for another version of Continuo: take the one that belongs to this version.'
        )
    try:
        with without_memory():
            chorale_network(config)
    except (TypeError, ValueError) as error:
        raise UnusableCheckpoint(f'The model "{shown}" has a wrong configuration. {error}') from error
    network = read_network(folder, lambda: chorale_network(config))
    return LoadedChoraleModel(shown, network, card, weights_hash(folder))
