"""The checkpoint of a training run: all that is needed to go on exactly (on a CPU) where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

FACTS_FILE = "resume.json"


class UnusableRun(ValueError):
    """A run folder that cannot be gone on with; the text is one plain sentence with the fix."""


def save_run(
    run: Path, name: str, model: nn.Module, optimiser: torch.optim.Optimizer, facts: dict[str, Any],
    random_states: Sequence[Tensor] = (),
) -> None:  # fmt: skip
    """Write weights, the optimiser's state, the random states and `facts` (JSON).

    `name` tells this checkpoint from the one before. A kill or a power cut at any moment leaves one of the two whole:
    the facts name the file of tensors that belongs to them. `random_states`: of all processes, this one's first.
    Raises OSError when they cannot be written; the one before is kept.
    """
    tensors = {f"model.{key}": tensor for key, tensor in model.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        for key, value in state.items():
            tensors[f"optimiser.{number}.{key}"] = torch.as_tensor(value)
    for rank, random_state in enumerate(random_states or [torch.get_rng_state()]):
        tensors[f"random.{rank}" if rank else "random"] = random_state
    if torch.cuda.is_available():
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    weights = run / f"resume-{name}.safetensors"
    text = json.dumps({**facts, "tensors": weights.name}).encode()
    write_whole(weights, save({key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}))
    write_whole(run / FACTS_FILE, text)
    for old in run.glob("resume*.safetensors"):
        if old != weights:
            old.unlink()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also after a power cut. Raises OSError that names it."""
    draft = path.with_name(path.name + ".draft")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        # What was half written may be all that fills the disk.
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def load_run(run: Path, model: nn.Module, optimiser: torch.optim.Optimizer, rank: int = 0) -> dict[str, Any] | None:
    """Put a checkpoint's tensors back and return its facts; None when the folder holds no checkpoint.

    `rank`: which of several processes this is; one more than the checkpoint knows gets a random state of its own.

    Raises UnusableRun for one that is damaged or of another shape.
    """
    if not (run / FACTS_FILE).is_file():
        return None
    try:
        facts: dict[str, Any] = json.loads((run / FACTS_FILE).read_text("utf-8"))
        tensors = load_file(run / Path(facts.get("tensors", "resume.safetensors")).name)
        model.load_state_dict(
            {key.removeprefix("model."): value for key, value in tensors.items() if key.startswith("model.")}
        )
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimiser."):
                _, number, field = key.split(".")
                state.setdefault(int(number), {})[field] = value
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": state, "param_groups": groups})
        if rank and f"random.{rank}" not in tensors:
            torch.manual_seed(torch.initial_seed() + rank)
        else:
            torch.set_rng_state(tensors[f"random.{rank}" if rank else "random"])
        if torch.cuda.is_available() and "random_cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random_cuda"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise UnusableRun(
            f"The run in {run} is damaged or was begun with another trunk or shape: "
            "choose another run folder, or give the settings that it was begun with."
        ) from error
    return facts
