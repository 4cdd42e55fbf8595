"""A model folder: card.json, config.json, model.safetensors. Checked before anything is allocated."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ml.models.decoding.decoder import Decoder
from ml.models.event_model import EventModel, ModelConfig
from ml.models.weights_file import BadWeights, check_finite, open_regular, read_weights_header, without_repeats
from ml.tensors.vocabulary import vocabulary_hash

CARD_FILE, CONFIG_FILE, WEIGHTS_FILE = "card.json", "config.json", "model.safetensors"
FAMILY = "event"
"""What these folders say of themselves in config.json; other families bring their own format."""
LARGEST_JSON_BYTES = 256 << 10


class UnusableCheckpoint(ValueError):
    """A model folder that cannot be used; the text is one plain sentence with the fix."""


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
    folder.mkdir(parents=True, exist_ok=True)
    dtype = torch.float16 if half else torch.float32
    tensors = {name: tensor.detach().cpu().to(dtype).contiguous() for name, tensor in model.state_dict().items()}
    config = {"family": FAMILY, "vocabulary": vocabulary_hash(), **model.config.to_json()}
    weights = folder / (WEIGHTS_FILE + ".draft")
    save_file(tensors, weights)
    weights.replace(folder / WEIGHTS_FILE)
    for name, data in ((CONFIG_FILE, config), (CARD_FILE, card)):
        draft = folder / (name + ".draft")
        draft.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8")
        draft.replace(folder / name)


def load_model(folder: Path) -> LoadedModel:
    """Load a model folder for generation, in float32 and evaluation mode.

    Raises UnusableCheckpoint when a file is missing, damaged, of another vocabulary, of shapes that do not
    match its configuration, or holds numbers that are not finite.
    """
    shown = folder.name
    config, card = _json(folder / CONFIG_FILE, shown), _json(folder / CARD_FILE, shown)
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
    weights = folder / WEIGHTS_FILE
    try:
        header = read_weights_header(weights)
        with torch.device("meta"):
            expected = {name: tuple(tensor.shape) for name, tensor in EventModel(model_config).state_dict().items()}
        if header.shapes != expected:
            raise BadWeights("do not match its configuration")
        check_finite(weights, header)
        network = EventModel(model_config)
        network.load_state_dict(_in_float32(weights))
    except (BadWeights, SafetensorError, OSError) as error:
        reason = str(error) if isinstance(error, BadWeights) else "are missing or damaged"
        raise UnusableCheckpoint(f'The weights of the model "{shown}" {reason}: install the model again.') from error
    return LoadedModel(folder.name, network.eval(), card, file_hash(weights))


def _in_float32(weights: Path) -> dict[str, Tensor]:
    """All tensors of a file whose header was checked."""
    with safe_open(weights, framework="pt") as file:
        return {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json(path: Path, shown: str) -> dict[str, Any]:
    try:
        with open_regular(path) as file:
            text = file.read(LARGEST_JSON_BYTES + 1)
        if len(text) > LARGEST_JSON_BYTES:
            raise ValueError("too large")
        data = json.loads(text, object_pairs_hook=without_repeats)
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableCheckpoint(
            f'The model "{shown}" lacks a readable {path.name}: install the model again.'
        ) from error
    if not isinstance(data, dict):
        raise UnusableCheckpoint(f'The {path.name} of the model "{shown}" is not a JSON object: install it again.')
    return data
