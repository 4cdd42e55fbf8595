"""The folder of a chorale model: as an event model's, told apart by "family": "chorale" in config.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from ml.models.checkpoint import (
    CARD_FILE,
    CONFIG_FILE,
    LARGEST_JSON_BYTES,
    WEIGHTS_FILE,
    UnusableCheckpoint,
    file_hash,
)
from ml.models.chorale_model import ChoraleConfig, ChoraleModel
from ml.models.weights_file import BadWeights, check_finite, open_regular, read_weights_header, without_repeats

FAMILY = "chorale"
VERSION = 1
"""Raised whenever the meaning of inputs or outputs changes while shapes stay."""


@dataclass(frozen=True)
class LoadedChoraleModel:
    """A network ready to measure or write. `checkpoint` is the SHA-256 of its weights file, hexadecimal."""

    id: str
    network: ChoraleModel
    card: dict[str, Any]
    checkpoint: str


def save_chorale_model(folder: Path, model: ChoraleModel, card: dict[str, Any], half: bool = True) -> None:
    """Write the three files; weights in half precision unless `half` is False."""
    folder.mkdir(parents=True, exist_ok=True)
    dtype = torch.float16 if half else torch.float32
    tensors = {name: tensor.detach().cpu().to(dtype).contiguous() for name, tensor in model.state_dict().items()}
    weights = folder / (WEIGHTS_FILE + ".draft")
    save_file(tensors, weights)
    weights.replace(folder / WEIGHTS_FILE)
    config = {"family": FAMILY, "version": VERSION, **model.config.to_json()}
    for name, data in ((CONFIG_FILE, config), (CARD_FILE, card)):
        draft = folder / (name + ".draft")
        draft.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8")
        draft.replace(folder / name)


def load_chorale_model(folder: Path) -> LoadedChoraleModel:
    """Load a model folder in float32 and evaluation mode; nothing is allocated before it was checked.

    Raises UnusableCheckpoint with one plain sentence.
    """
    shown = folder.name
    config, card = json_in(folder / CONFIG_FILE, shown), json_in(folder / CARD_FILE, shown)
    if config.pop("family", None) != FAMILY:
        raise UnusableCheckpoint(f'The model "{shown}" is no chorale model: name another folder.')
    if config.pop("version", None) != VERSION:
        raise UnusableCheckpoint(
            f'The model "{shown}" was made for another version of Continuo: take the one that belongs to this version.'
        )
    try:
        model_config = ChoraleConfig.from_json(config)
    except (TypeError, ValueError) as error:
        raise UnusableCheckpoint(f'The model "{shown}" has a wrong configuration. {error}') from error
    weights = folder / WEIGHTS_FILE
    try:
        header = read_weights_header(weights)
        with torch.device("meta"):
            expected = {name: tuple(tensor.shape) for name, tensor in ChoraleModel(model_config).state_dict().items()}
        if header.shapes != expected:
            raise BadWeights("do not match its configuration")
        check_finite(weights, header)
        network = ChoraleModel(model_config)
        with safe_open(weights, framework="pt") as file:
            network.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})  # noqa: SIM118
    except (BadWeights, SafetensorError, OSError) as error:
        reason = str(error) if isinstance(error, BadWeights) else "are missing or damaged"
        raise UnusableCheckpoint(f'The weights of the model "{shown}" {reason}: install the model again.') from error
    return LoadedChoraleModel(shown, network.eval(), card, file_hash(weights))


def json_in(path: Path, shown: str) -> dict[str, Any]:
    """A JSON object of at most LARGEST_JSON_BYTES; raises UnusableCheckpoint."""
    try:
        with open_regular(path) as file:
            text = file.read(LARGEST_JSON_BYTES + 1)
        data = json.loads(text, object_pairs_hook=without_repeats) if len(text) <= LARGEST_JSON_BYTES else None
    except (OSError, ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise UnusableCheckpoint(f'The model "{shown}" lacks a readable {path.name}: install the model again.')
    return data
