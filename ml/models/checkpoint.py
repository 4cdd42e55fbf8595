"""The folder of an event model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ml.models.decoding.decoder import Decoder
from ml.models.event_model import EventModel, ModelConfig
from ml.models.model_folder import (
    CARD_FILE,
    CONFIG_FILE,
    UnusableCheckpoint,
    read_json,
    read_network,
    write_folder,
)
from ml.models.weights_file import weights_hash
from ml.tensors.vocabulary import vocabulary_hash

FAMILY = "event"
"""What these folders say of themselves in config.json; other families bring their own format."""


@dataclass(frozen=True)
class LoadedModel:
    """A network ready to generate. `checkpoint` is the SHA-256 of its weights file, hexadecimal."""

    id: str
    network: EventModel
    card: dict[str, Any]
    checkpoint: str

    @cached_property
    def decoder(self) -> Decoder:
        """The network as it writes notes, made when first asked for."""
        return Decoder(self.network)


def save_model(folder: Path, model: EventModel, card: dict[str, Any], half: bool = True) -> None:
    """Write the three files; weights in half precision unless `half` is False."""
    config = {"family": FAMILY, "vocabulary": vocabulary_hash(), **model.config.to_json()}
    write_folder(folder, model, config, card, half)


def load_model(folder: Path) -> LoadedModel:
    """Load a model folder for generation, in float32 and evaluation mode.

    Raises UnusableCheckpoint when a file is missing, damaged, of another vocabulary, of shapes that do not
    match its configuration, or holds numbers that are not finite.
    """
    shown = folder.name
    config, card = read_json(folder / CONFIG_FILE, shown), read_json(folder / CARD_FILE, shown)
    if config.pop("family", FAMILY) != FAMILY:
        raise UnusableCheckpoint(f'The model "{shown}" is of another family and cannot continue music: take another.')
    if config.pop("vocabulary", None) != vocabulary_hash():
        raise UnusableCheckpoint(
            f'The model "{shown}" was made for another version of Continuo: take the one that belongs to this version.'
        )
    try:
        model_config = ModelConfig.from_json(config)
    except ValueError as error:
        raise UnusableCheckpoint(f'The model "{shown}" has a wrong configuration. {error}') from error
    network = read_network(folder, lambda: EventModel(model_config))
    return LoadedModel(folder.name, network, card, weights_hash(folder))
