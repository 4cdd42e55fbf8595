"""`python -m ml mix-chorales`: trained chorale models joined into one that averages what they say."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ml.models.chorale_checkpoint import LoadedChoraleModel, load_chorale_model, save_chorale_model
from ml.models.chorale_mixture import MOST_MEMBERS, mixture_of
from ml.models.chorale_model import ChoraleModel
from ml.models.model_folder import UnusableCheckpoint
from ml.training.chorale_command import report

DESCRIPTION = """
Join chorale models that were trained on the same pieces into one folder. The mixture says of every voice the mean of
what its members say; it reads as many networks as it has members.
"""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("mix-chorales", help="join trained chorale models", description=DESCRIPTION)
    parser.add_argument("members", type=Path, nargs="+", metavar="MODEL", help=f"2 to {MOST_MEMBERS} model folders")
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
        save_chorale_model(options.output, mixture, mixture_card(options.name, members))
    except (UnusableCheckpoint, ValueError) as error:
        report(str(error))
        return 2
    except OSError as error:
        report(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return 2
    report(f"{mixture.parameter_count} parameters in {len(members)} members: {options.output}")
    return 0


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
