"""`python -m ml mix-chorales`: trained chorale models joined into one that averages what they say."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from ml.models.chorale_checkpoint import LoadedChoraleModel, load_chorale_model, save_chorale_model
from ml.models.chorale_mixture import MOST_MEMBERS, TEMPERATURES, ChoraleMixture, mixture_of
from ml.models.chorale_model import ChoraleModel
from ml.models.model_folder import UnusableCheckpoint
from ml.tensors.chorale_batch import stack_pieces
from ml.tensors.chorale_grid import Frames, UnreadableChorales
from ml.tensors.chorale_past import grid_piece
from ml.training.chorale_command import report
from ml.training.chorale_corpora import open_chorales

STEP = 0.01
"""Between the temperatures that are tried."""

DESCRIPTION = """
Join chorale models that were trained on the same pieces into one folder. The mixture says of every voice the mean of
what its members say; it reads as many networks as it has members.
"""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("mix-chorales", help="join trained chorale models", description=DESCRIPTION)
    parser.add_argument("members", type=Path, nargs="+", metavar="MODEL", help=f"2 to {MOST_MEMBERS} model folders")
    parser.add_argument(
        "--chorales", type=Path, required=True, help="zip or JSON file whose held-out split decides the temperature"
    )
    parser.add_argument("--name", default="Chorale mixture", help="name on the card")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the mixture")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0; 2 after one sentence on stderr."""
    try:
        members = [load_chorale_model(folder) for folder in options.members]
        if options.output.exists() and any(options.output.iterdir()):
            raise ValueError(f'The folder "{options.output.name}" is not empty: name a new one.')
        networks = [network for member in members if isinstance(network := member.network, ChoraleModel)]
        if len(networks) < len(members):
            raise ValueError("A mixture cannot be a member of another one: name the models that it was made of.")
        mixture = mixture_of(networks)
        card = mixture_card(options.name, members)
        held_out = open_chorales(options.chorales, mixture.config.grid).splits["valid"]
        mixture.temperature, nats = best_temperature(mixture, held_out)
        report(f"temperature {mixture.temperature:.2f}: {nats:.4f} nats a note on the held-out chorales")
        card["training"]["temperature"] = "the one with the fewest nats per note on the validation split"
        save_chorale_model(options.output, mixture, card)
    except (UnreadableChorales, UnusableCheckpoint, ValueError) as error:
        report(str(error))
        return 2
    except OSError as error:
        report(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return 2
    report(f"{mixture.parameter_count} parameters in {len(members)} members: {options.output}")
    return 0


def best_temperature(mixture: ChoraleMixture, held_out: Sequence[Frames]) -> tuple[float, float]:
    """The temperature with the fewest nats per note, to STEP, and these nats. Raises ValueError without pieces."""
    if not held_out:
        raise ValueError("The chorales have no held-out split: name ones that have.")
    low, high = TEMPERATURES
    choices = [round(low + STEP * i, 2) for i in range(round((high - low) / STEP) + 1)]
    totals, notes = torch.zeros(len(choices), dtype=torch.float64), 0
    with torch.inference_mode():
        for frames in held_out:
            batch = stack_pieces([grid_piece(frames, mixture.config.grid)], mixture.config.grid)
            row, frame = batch.asked.nonzero().unbind(1)
            plain = mixture.logits(batch, row, frame) * mixture.temperature
            targets = batch.tokens[row, frame][:, list(mixture.config.order)].reshape(-1)
            for index, temperature in enumerate(choices):
                totals[index] += functional.cross_entropy(
                    plain.flatten(0, 1) / temperature, targets, reduction="sum"
                ).double()
            notes += targets.numel()
    best = int(totals.argmin())
    return choices[best], float(totals[best]) / notes


def mixture_card(name: str, members: list[LoadedChoraleModel]) -> dict[str, Any]:
    """What is common to the members, and what each tells of its training. Raises ValueError unless all learned from
    the same pieces."""
    first = members[0].card
    if any(member.card.get("corpora") != first.get("corpora") for member in members):
        raise ValueError("The members of a mixture must have learned from the same pieces: train them on one corpus.")
    trunks = dict.fromkeys(str(member.card.get("trunk", "")) for member in members)
    told = [{"trunk": member.card.get("trunk"), **member.card.get("training", {})} for member in members]
    return {
        **{key: value for key, value in first.items() if key not in ("figures", "figures_definition")},
        "name": name,
        "trunk": " + ".join(trunks),
        "parameters": sum(member.network.parameter_count for member in members),
        "training": {"members": told, "minutes": sum(part.get("minutes", 0) for part in told)},
    }
