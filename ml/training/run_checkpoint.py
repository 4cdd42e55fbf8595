"""The checkpoint of a training run: all that is needed to go on exactly (on a CPU) where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

FACTS_FILE = "resume.json"


class UnusableRun(ValueError):
    """A run folder that cannot be gone on with; the text is one plain sentence with the fix."""


def save_run(run: Path, name: str, model: nn.Module, optimiser: torch.optim.Optimizer, facts: dict[str, Any]) -> None:
    """Write weights, the optimiser's state, the random state and `facts` (JSON).

    `name` tells this checkpoint from the one before. A kill at any moment leaves one of the two whole: the facts
    name the file of tensors that belongs to them.
    """
    tensors = {f"model.{key}": tensor for key, tensor in model.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        for key, value in state.items():
            tensors[f"optimiser.{number}.{key}"] = torch.as_tensor(value)
    tensors["random"] = torch.get_rng_state()
    weights = run / f"resume-{name}.safetensors"
    draft = run / "resume.draft"
    save_file({key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}, draft)
    draft.replace(weights)
    text = run / (FACTS_FILE + ".draft")
    text.write_text(json.dumps({**facts, "tensors": weights.name}), "utf-8")
    text.replace(run / FACTS_FILE)
    for old in run.glob("resume*.safetensors"):
        if old != weights:
            old.unlink()


def load_run(run: Path, model: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Any] | None:
    """Put a checkpoint's tensors back and return its facts; None when the folder holds no checkpoint.

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
        torch.set_rng_state(tensors["random"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise UnusableRun(
            f"The run in {run} is damaged or was begun with another trunk or shape: "
            "choose another run folder, or give the settings that it was begun with."
        ) from error
    return facts
