"""What a model's card says before training: corpora, licences, hardware; and where fine-tuned weights come from."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from typing import Any

import torch

from ml.models.checkpoint import LoadedModel
from ml.models.event_model import ModelConfig
from ml.training.augmentation import Augmentation
from ml.training.cache import CachedCorpus
from ml.training.corpora import KNOWN

OWN_LICENCE = "the user's own"
HELD_OUT_DEFINITION = (
    "Bits per note without velocity, END counted, on pieces that were held out of the corpora; "
    "which weights were kept was decided on the same pieces"
)


def with_shares(corpora: list[CachedCorpus]) -> list[tuple[CachedCorpus, float]]:
    """Known corpora with their share; when any is unknown or benchmark-only, all by their number of notes."""
    shares = [KNOWN[corpus.name].share if corpus.name in KNOWN else 0.0 for corpus in corpora]
    if min(shares) <= 0:
        shares = [float(corpus.notes("train")) for corpus in corpora]
    return list(zip(corpora, shares, strict=True))


def card_start(
    name: str, config: ModelConfig, corpora: list[CachedCorpus], augmentation: Augmentation, processes: int = 1
) -> dict[str, Any]:
    """The card as far as it is known before training."""
    shares = with_shares(corpora)
    total = sum(share for _, share in shares) or 1.0
    return {
        "name": name,
        "family": "event",
        "trunk": config.trunk,
        "good_at": "continuing melodies and pieces in several parts",
        "corpora": [
            {
                "name": corpus.name,
                "licence": KNOWN[corpus.name].licence if corpus.name in KNOWN else OWN_LICENCE,
                "pieces": len(corpus.splits["train"]),
                "notes": corpus.notes("train"),
                "share_of_notes_seen": round(share / total, 3),
                "data": corpus.data_hash,
            }
            for corpus, share in shares
        ],
        "training": {"hardware": hardware(processes), "augmentation": asdict(augmentation)},
    }


def hardware(processes: int) -> str:
    """The machine in a few words."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    together = f", {processes} processes" if processes > 1 else ""
    return f"{platform.machine()}, {os.cpu_count()} cores, {gpu}{together}"


def fine_tuned_card(card: dict[str, Any], original: LoadedModel) -> dict[str, Any]:
    """The card of a model that begins from another: what it was and what was learned from is said, too."""
    before = original.card
    names = " and ".join(corpus["name"] for corpus in card["corpora"])
    kept: dict[str, Any] = {key: before[key] for key in ("thin_in", "licence") if key in before}
    known = before.get("corpora")
    return {
        **card,
        **kept,
        "good_at": f"{before.get('good_at', 'continuing music')}, and music like {names}",
        "begun_from": {
            "name": before.get("name", original.id),
            "id": original.id,
            "checkpoint": original.checkpoint,
            "corpora": known if isinstance(known, list) else [],
            **({"begun_from": before["begun_from"]} if "begun_from" in before else {}),
        },
    }


def held_out_figures(before: dict[str, float], after: dict[str, float], original: str) -> dict[str, dict[str, float]]:
    """The figures of a fine-tuned card: bits per note by corpus, of the model and of the one that it began from."""
    return {
        "bits per note, held out": after,
        f"bits per note of {original} on the same pieces": before,
    }
