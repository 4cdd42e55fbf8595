"""The folder of a model of any family: card.json, config.json, model.safetensors; written whole, read with care."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn
from torch.overrides import TorchFunctionMode

from ml.models.weights_file import (
    WEIGHTS_FILE,
    BadWeights,
    check_finite,
    open_regular,
    read_weights_header,
    without_repeats,
)

CARD_FILE, CONFIG_FILE = "card.json", "config.json"
LARGEST_JSON_BYTES = 256 << 10

Network = TypeVar("Network", bound=nn.Module)


class UnusableCheckpoint(ValueError):
    """A model folder that cannot be used; the text is one plain sentence with the fix."""


def write_folder(folder: Path, network: nn.Module, config: dict[str, Any], card: dict[str, Any], half: bool) -> None:
    """Write the three files, each in place of an older one only when it is complete; weights in half precision or
    single."""
    folder.mkdir(parents=True, exist_ok=True)
    dtype = torch.float16 if half else torch.float32
    tensors = {name: tensor.detach().cpu().to(dtype).contiguous() for name, tensor in network.state_dict().items()}
    weights = folder / (WEIGHTS_FILE + ".draft")
    save_file(tensors, weights)
    weights.replace(folder / WEIGHTS_FILE)
    for name, data in ((CONFIG_FILE, config), (CARD_FILE, card)):
        draft = folder / (name + ".draft")
        draft.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", "utf-8")
        draft.replace(folder / name)


def read_json(path: Path, shown: str) -> dict[str, Any]:
    """A JSON object of at most LARGEST_JSON_BYTES from the folder of the model `shown`. Raises UnusableCheckpoint."""
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


class _Undrawn(TorchFunctionMode):
    """While this holds, nothing is drawn from normal distributions for new weights."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = kwargs or {}
        if func is nn.init.normal_:
            return args[0] if args else named["tensor"]
        return func(*args, **named)


@contextmanager
def without_memory() -> Iterator[None]:
    """Networks that are built within this have shapes and no numbers.

    To pretend to draw from normal distributions, torch would import its compiler, which takes seconds.
    """
    with torch.device("meta"), _Undrawn():
        yield


def read_network(folder: Path, build: Callable[[], Network]) -> Network:
    """The network that `build` makes with the folder's weights, in float32 and evaluation mode.

    Names, shapes and numbers are checked before anything is allocated. Raises UnusableCheckpoint.
    """
    weights = folder / WEIGHTS_FILE
    try:
        header = read_weights_header(weights)
        with without_memory():
            expected = {name: tuple(tensor.shape) for name, tensor in build().state_dict().items()}
        if header.shapes != expected:
            raise BadWeights("do not match its configuration")
        check_finite(weights, header)
        network = build()
        with safe_open(weights, framework="pt") as file:
            network.load_state_dict({name: file.get_tensor(name).float() for name in expected})
    except (BadWeights, SafetensorError, OSError) as error:
        reason = str(error) if isinstance(error, BadWeights) else "are missing or damaged"
        raise UnusableCheckpoint(
            f'The weights of the model "{folder.name}" {reason}: install the model again.'
        ) from error
    return network.eval()
