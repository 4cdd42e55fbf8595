"""Beginning from a trained model: finding it, never writing over it, and what the new one gained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ml.models.checkpoint import LoadedModel, load_model
from ml.models.model_folder import CONFIG_FILE


def find_model(asked: str, shipped: Path) -> Path:
    """The folder of a model: a path, or the name of one that ships. Raises ValueError with a sentence."""
    folder = Path(asked)
    if (folder / CONFIG_FILE).is_file():
        return folder
    names = sorted(path.parent.name for path in shipped.glob(f"*/{CONFIG_FILE}"))
    if asked in names:
        return shipped / asked
    raise ValueError(
        f"{asked} is not a model folder, nor a model that ships ({', '.join(names) or 'none does'}): "
        "name a folder with card.json, config.json and model.safetensors."
    )


def load_to_begin_from(asked: str, run: Path, shipped: Path) -> LoadedModel:
    """The model that training begins from. Raises ValueError when the run would write into it or where models ship,
    UnusableCheckpoint when it cannot be used."""
    folder = find_model(asked, shipped)
    for kept in (folder, shipped):
        check_apart(run, kept)
    return load_model(folder)


def check_apart(output: Path, kept: Path) -> None:
    """Raise ValueError when `output` is, lies in, or holds the folder `kept`."""
    new, old = output.resolve(), kept.resolve()
    if new == old or old in new.parents or new in old.parents:
        raise ValueError(f"{output} would change {kept}, which stays as it is: choose another folder.")


def gains(log: list[dict[str, Any]], best: float) -> list[str]:
    """What fine-tuning brought, in sentences: held-out bits per note before and after, by corpus."""
    if not log or not log[0]["bits_per_note"]:
        return ["Nothing could be held out, so it cannot be told whether the model became better: give more pieces."]

    def mean(entry: dict[str, Any]) -> float:
        bits: dict[str, float] = entry["bits_per_note"]
        return sum(bits.values()) / len(bits)

    before, after = log[0]["bits_per_note"], min(log, key=lambda entry: abs(mean(entry) - best))["bits_per_note"]
    lines = [
        f"held out of {name}: {before[name]:.3f} bits per note before, {bits:.3f} after"
        + (f" ({1 - bits / before[name]:.0%} fewer)" if bits < before[name] else "")
        for name, bits in after.items()
    ]
    if after == before:
        lines.append("Nothing was gained: the kept model is the one that was begun from.")
    return lines
